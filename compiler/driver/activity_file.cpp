#include "compiler/driver/activity_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "compiler/driver/build_folder.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/support/json_value.h"

namespace hillock::driver {
namespace {

using hw_models::PopulationCounts;
using nlohmann::json;

constexpr std::pair<const char*, double PopulationCounts::*> kFields[] = {
    {"events", &PopulationCounts::events},
    {"weight_rows_read", &PopulationCounts::weight_rows_read},
    {"weight_bits_read", &PopulationCounts::weight_bits_read},
    {"state_rows_read", &PopulationCounts::state_rows_read},
    {"state_rows_written", &PopulationCounts::state_rows_written},
    {"state_bits_moved", &PopulationCounts::state_bits_moved},
    {"sum_rows_read", &PopulationCounts::sum_rows_read},
    {"sum_rows_written", &PopulationCounts::sum_rows_written},
    {"parameter_rows_read", &PopulationCounts::parameter_rows_read},
    {"parameter_bits_read", &PopulationCounts::parameter_bits_read},
    {"additions", &PopulationCounts::additions},
    {"lane_additions", &PopulationCounts::lane_additions},
    {"updates", &PopulationCounts::updates},
    {"lane_updates", &PopulationCounts::lane_updates},
    {"update_groups", &PopulationCounts::update_groups},
    {"spikes", &PopulationCounts::spikes},
    {"bitmap_bits_written", &PopulationCounts::bitmap_bits_written},
    {"event_bits_read", &PopulationCounts::event_bits_read},
    {"scan_words_min", &PopulationCounts::scan_words_min},
    {"scan_words_max", &PopulationCounts::scan_words_max},
    {"score_bits_moved", &PopulationCounts::score_bits_moved}};
// A new count that is not kept here would be lost on the way to the file.
static_assert(sizeof(PopulationCounts) == std::size(kFields) * sizeof(double));

}  // namespace

void ActivityCollector::add(const ir::Activity& activity) {
  const hw_models::Counts counts = counter_.count(activity);
  const auto cycles = static_cast<std::int64_t>(counts.cycles);
  const std::lock_guard<std::mutex> lock(mutex_);
  sum_.min_cycles = sum_.samples == 0 ? cycles : std::min(sum_.min_cycles, cycles);
  sum_.max_cycles = std::max(sum_.max_cycles, cycles);
  cycles_ += static_cast<double>(cycles);
  sum_.mean = sum_.mean + counts;
  ++sum_.samples;
}

ActivitySummary ActivityCollector::summary() const {
  ActivitySummary out = sum_;
  if (out.samples == 0) return out;
  const auto n = static_cast<double>(out.samples);
  out.mean_cycles = cycles_ / n;
  out.mean = hw_models::scale(sum_.mean, 1 / n);
  return out;
}

void write_activity(const std::filesystem::path& folder, const ActivitySummary& s) {
  json populations = json::array();
  for (const PopulationCounts& p : s.mean.populations) {
    json counts = json::object();
    for (const auto& [name, field] : kFields) counts[name] = p.*field;
    populations.push_back(std::move(counts));
  }
  const json file = {
      {"samples", s.samples},
      {"cycles_per_inference",
       {{"min", s.min_cycles}, {"mean", s.mean_cycles}, {"max", s.max_cycles}}},
      {"mean_counts", {{"cycles", s.mean.cycles}, {"populations", std::move(populations)}}}};
  support::write_file(folder / "activity.json", file.dump(2) + "\n");
}

std::optional<ActivitySummary> read_activity(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "activity.json";
  if (!std::filesystem::exists(file)) return std::nullopt;
  const json j = read_json(file);
  try {
    ActivitySummary s;
    s.samples = j.at("samples");
    s.min_cycles = j.at("cycles_per_inference").at("min");
    s.mean_cycles = j.at("cycles_per_inference").at("mean");
    s.max_cycles = j.at("cycles_per_inference").at("max");
    s.mean.cycles = j.at("mean_counts").at("cycles");
    for (const json& p : j.at("mean_counts").at("populations")) {
      PopulationCounts counts;
      for (const auto& [name, field] : kFields) counts.*field = p.at(name).get<double>();
      s.mean.populations.push_back(counts);
    }
    return s;
  } catch (const json::exception& e) {
    support::fail(support::DiagnosticKind::BadBuild, {file.string()},
                  support::JsonValue::complaint(e));
  }
}

}  // namespace hillock::driver
