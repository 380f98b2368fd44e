#include "compiler/driver/estimate.h"

#include <fmt/format.h>

#include "compiler/driver/activity_file.h"
#include "compiler/driver/build_folder.h"
#include "compiler/driver/energy_json.h"
#include "compiler/driver/netlist.h"
#include "compiler/driver/run.h"
#include "hw_models/energy/ann.h"
#include "hw_models/energy/coefficients.h"
#include "hw_models/energy/comparison.h"
#include "hw_models/energy/energy.h"
#include "hw_models/energy/node_scaling.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

// What flow estimates for where no target was named.
constexpr const char* kDefaultTarget = "asic45";

// The result of `synth` for a target of the energy model, or null: that of the same name, or of the
// standard cells the target is made of ("sky130" of library sky130_fd_sc_hd__tt...).
json synth_result(const std::filesystem::path& folder, const std::string& target) {
  const std::filesystem::path own = folder / (synth_folder(target) + ".json");
  if (std::filesystem::exists(own)) return read_json(own);
  const std::filesystem::path cells = folder / (synth_folder("asic") + ".json");
  if (!std::filesystem::exists(cells)) return nullptr;
  json r = read_json(cells);
  return r.value("library", "").rfind(target, 0) == 0 ? r : json(nullptr);
}

json ann_json(const hw_models::AnnComparison& ann, const hw_models::EnergyEstimate& e) {
  return {
      {"macs", ann.macs},
      {"activation_bits", hw_models::kActivationBits},
      {"weight_bits_read", ann.weight_bits_read},
      {"activation_bits_moved", ann.activation_bits_moved},
      {"cycles", ann.cycles},
      {"energy_j", interval_json(ann.energy_j)},
      {"spiking_over_ann",
       ann.energy_j.nominal > 0 ? json(e.energy_j.nominal / ann.energy_j.nominal) : json(nullptr)},
      {"synaptic_operations_per_mac", ann.spikes_per_synapse},
      {"spike_rate", ann.spike_rate},
      {"break_even_spike_rate", ann.break_even_rate ? json(*ann.break_even_rate) : json(nullptr)}};
}

}  // namespace

std::string target_list() {
  std::string out;
  for (const std::string& t : hw_models::energy_targets()) out += (out.empty() ? "" : ", ") + t;
  return out;
}

void check_target(const std::string& target) { (void)hw_models::default_clock_hz(target); }

json estimate(const EstimateOptions& options, const CommonOptions& common) {
  const Build build = load_build(options.folder);
  const std::string target = options.target.empty() ? kDefaultTarget : options.target;
  double clock = hw_models::default_clock_hz(target);
  std::string clock_source = "the target's default";
  const json synthesized = synth_result(build.folder, target);
  if (options.clock_hz) {
    clock = *options.clock_hz;
    clock_source = "stated";
  } else if (!synthesized.is_null() && !synthesized.at("fmax_hz").is_null()) {
    clock = synthesized.at("fmax_hz").get<double>();
    clock_source = "fmax of " + synth_folder(synthesized.at("target").get<std::string>());
  }
  if (!options.data.data.empty()) {
    CommonOptions quiet = common;
    quiet.json.clear();
    run({options.folder, options.data, false, {}}, quiet);
  }
  const std::optional<ActivitySummary> activity = read_activity(options.folder);
  if (!activity) {
    support::fail(
        support::DiagnosticKind::BadBuild, {options.folder.string()},
        "nothing has been run in this build yet, so there is no activity to estimate from",
        "give --data D.npz, or use `hillock run` first");
  }
  const hw_models::EnergyEstimate own =
      hw_models::estimate_energy(activity->mean, build.quantized, build.mapping, target, clock);
  const hw_models::EnergyEstimate e =
      options.node_nm ? hw_models::scale_to_node(own, *options.node_nm) : own;
  json comparison = json::array();
  for (const hw_models::ComparisonRow& r : hw_models::comparison_rows(e)) {
    comparison.push_back({{"name", r.name},
                          {"energy_j", interval_json(r.energy_j)},
                          {"basis", r.basis},
                          {"citation", r.citation}});
  }
  const hw_models::AnnComparison ann =
      hw_models::compare_with_ann(own, activity->mean, build.quantized, build.mapping);
  json ann_result = ann_json(ann, own);
  json node_scaling = nullptr;
  if (options.node_nm) {
    const double from = hw_models::coefficients_of(target).node_nm;
    const hw_models::NodeScaling s = hw_models::node_scaling(from, *options.node_nm);
    node_scaling = {{"from_nm", s.from_nm}, {"to_nm", s.to_nm}, {"voltage", s.voltage},
                    {"factor", s.factor},   {"low", s.low},     {"high", s.high}};
    ann_result["energy_j"] = interval_json(ann.energy_j * s.energy());
  }
  const auto min = static_cast<double>(activity->min_cycles);
  const auto max = static_cast<double>(activity->max_cycles);
  json result = {
      {"target", e.target},
      {"clock_hz", e.clock_hz},
      {"clock_source", clock_source},
      {"samples", activity->samples},
      {"cycles_per_inference",
       {{"min", activity->min_cycles},
        {"mean", activity->mean_cycles},
        {"max", activity->max_cycles}}},
      {"latency_s",
       {{"min", min / clock}, {"mean", activity->mean_cycles / clock}, {"max", max / clock}}},
      {"energy_j", interval_json(e.energy_j)},
      {"naive_sop_energy_j", e.naive_sop_energy_j},
      {"comparison", std::move(comparison)},
      {"ann", std::move(ann_result)},
      {"node_scaling", std::move(node_scaling)},
      {"sources", e.sources}};
  put_breakdown(result, e.breakdown);
  write_result(build.folder, "estimate", result, common.json);
  return result;
}

}  // namespace hillock::driver
