#include "compiler/driver/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/driver/explore/from.h"
#include "compiler/driver/report/render.h"
#include "compiler/ir/connectivity.h"
#include "compiler/support/file.h"
#include "hw_models/latency/latency.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

// [[t, neuron], ...] of the spikes in a [T, neurons] array.
json spike_list(const std::uint8_t* spikes, std::size_t steps, std::size_t neurons) {
  json list = json::array();
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t j = 0; j < neurons; ++j) {
      if (spikes[t * neurons + j] != 0) list.push_back({t, j});
    }
  }
  return list;
}

// Neurons whose membranes are shown: those that spike most, of equals the first.
std::vector<std::size_t> busiest(const support::Matrix<std::uint8_t>& spikes) {
  constexpr std::size_t kShown = 6;
  std::vector<int> count(spikes.cols, 0);
  for (std::size_t i = 0; i < spikes.data.size(); ++i) count[i % spikes.cols] += spikes.data[i];
  std::vector<std::size_t> order(spikes.cols);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return count[a] > count[b]; });
  order.resize(std::min(order.size(), kShown));
  return order;
}

// When each population was at which step: [[first, last, busy], ...] in cycles.
json timeline_json(const Build& build, const ir::Activity& activity) {
  json all = json::array();
  for (const auto& steps :
       hw_models::LatencyModel(build.quantized, build.mapping).timeline(activity)) {
    json list = json::array();
    for (const hw_models::StepSpan& s : steps) list.push_back({s.first, s.last, s.busy});
    all.push_back(std::move(list));
  }
  return all;
}

// What feeds what, for the picture of the network.
json projections_json(const ir::QuantizedNetwork& q) {
  json all = json::array();
  for (const ir::QuantizedProjection& p : q.projections) {
    all.push_back({{"source", q.source_name(p.source)},
                   {"from_input", p.source.kind == ir::Source::Kind::Input},
                   {"target", q.populations[p.target].name},
                   {"kind", ir::kind_of(p.connectivity)},
                   {"weights", ir::weight_count(p.connectivity)},
                   {"weight_bits", p.weight_bits},
                   {"delay", p.delay}});
  }
  return all;
}

// Searches that the build may have come from: in its folder, or where verified points lie.
std::filesystem::path search_of(const std::filesystem::path& folder) {
  const std::filesystem::path full = std::filesystem::absolute(folder).lexically_normal();
  for (const auto& place :
       {full / "explore.json", full.parent_path().parent_path() / "explore.json"}) {
    if (std::filesystem::exists(place)) return place;
  }
  return {};
}

}  // namespace

json sample_trace(const Build& build, const ir::Dataset& data, std::size_t sample,
                  const sim::RtlSample& rtl) {
  sim::IntegerResult integer;
  sim::FloatResult real;
  sim::IntegerModel(build.quantized).run(data, sample, integer);
  sim::FloatModel(build.network).run(data, sample, real);
  const std::size_t steps = data.timesteps;
  json populations = json::array();
  for (std::size_t p = 0; p < build.quantized.populations.size(); ++p) {
    const ir::QuantizedPopulation& q = build.quantized.populations[p];
    const ir::Population& f = build.network.populations[p];
    const std::size_t n = q.neurons();
    json membranes = json::array();
    for (const std::size_t j : busiest(integer.recording.spikes[p])) {
      json integer_trace = json::array();
      json float_trace = json::array();
      json rtl_trace = json::array();
      for (std::size_t t = 0; t < steps; ++t) {
        integer_trace.push_back(q.real(integer.recording.membranes[p](t, j), j));
        float_trace.push_back(real.recording.membranes[p](t, j));
        if (!rtl.membranes.empty()) rtl_trace.push_back(q.real(rtl.membranes[p][t * n + j], j));
      }
      membranes.push_back({{"neuron", j},
                           {"threshold", q.spiking ? json(f.threshold[j]) : json(nullptr)},
                           {"integer", integer_trace},
                           {"rtl", rtl_trace},
                           {"float", float_trace}});
    }
    populations.push_back(
        {{"name", q.name},
         {"neurons", n},
         {"spikes_integer", spike_list(integer.recording.spikes[p].data.data(), steps, n)},
         {"spikes_float", spike_list(real.recording.spikes[p].data.data(), steps, n)},
         {"spikes_rtl", spike_list(rtl.spikes[p].data(), steps, n)},
         {"membranes", membranes}});
  }
  return {{"sample", sample},
          {"timesteps", steps},
          {"label", data.y.empty() ? json(nullptr) : json(data.y[sample])},
          {"timeline", timeline_json(build, integer.activity)},
          {"populations", populations}};
}

json search_summary(json search) {
  // What the page draws of a point; the rest stays in explore.json.
  json points = json::array();
  for (json& p : search.at("points")) {
    json bits = json::array();
    for (const json& q : p.at("populations")) bits.push_back(q.at("weight_bits"));
    points.push_back({{"id", p["id"]},
                      {"options", p["options"]},
                      {"bits", bits},
                      {"lanes", p["lanes"]},
                      {"clock_hz", p["clock_hz"]},
                      {"timesteps", p["timesteps"]},
                      {"accuracy", p["accuracy"]},
                      {"accuracy_interval", p["accuracy_interval"]},
                      {"held_out", p["held_out"]},
                      {"cycles_per_inference", p["cycles_per_inference"]},
                      {"latency_s", p["latency_s"]},
                      {"energy_j", p["energy_j"]},
                      {"luts", p["luts"]},
                      {"weight_memory_bits", p["weight_memory_bits"]},
                      {"state_memory_bits", p["state_memory_bits"]},
                      {"front", p["front"]},
                      {"verified", p["verified"]},
                      {"verification", p["verification"]}});
  }
  search["points"] = std::move(points);
  for (const char* left_out : {"files", "stated"}) search.erase(left_out);
  return search;
}

std::filesystem::path report(const std::filesystem::path& folder, const CommonOptions& common,
                             const std::filesystem::path& search) {
  const Build build = load_build(folder);
  json data = {{"name", build.quantized.name},
               {"compile", build.summary},
               {"projections", projections_json(build.quantized)}};
  const std::pair<const char*, const char*> parts[] = {{"float", "run-float.json"},
                                                       {"integer", "run-integer.json"},
                                                       {"cosim", "cosim.json"},
                                                       {"estimate", "estimate.json"},
                                                       {"trace", "trace.json"}};
  for (const auto& [key, file] : parts) {
    if (std::filesystem::exists(folder / file)) data[key] = read_json(folder / file);
  }
  const std::filesystem::path explored = search.empty() ? search_of(folder) : explore_file(search);
  if (!explored.empty()) {
    try {
      data["explore"] = search_summary(read_json(explored));
    } catch (const json::exception& e) {
      support::fail(support::DiagnosticKind::BadJson, {explored.string()},
                    fmt::format("is not what `hillock explore` writes: {}", e.what()),
                    "give --explore the explore.json of a search");
    }
  }
  data["synth"] = json::array();
  std::vector<std::filesystem::path> synthesized;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("synth-") && entry.path().extension() == ".json") {
      synthesized.push_back(entry.path());
    }
  }
  std::sort(synthesized.begin(), synthesized.end());
  for (const auto& file : synthesized) data["synth"].push_back(read_json(file));
  std::filesystem::path path = folder / "report.html";
  support::write_file(path, render_report(data));
  if (!common.json.empty()) {
    support::write_file(common.json, json{{"report", path.string()}}.dump(2) + "\n");
  }
  return path;
}

}  // namespace hillock::driver
