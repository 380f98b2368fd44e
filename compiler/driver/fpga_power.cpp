#include "compiler/driver/fpga_power.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/energy_json.h"
#include "compiler/driver/netlist.h"
#include "compiler/driver/run.h"
#include "compiler/driver/terminal.h"
#include "compiler/driver/wave_pipe.h"
#include "compiler/gates/ice40_netlist.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/synth/yosys_script.h"
#include "hw_models/energy/fpga_energy.h"
#include "hw_models/latency/latency.h"
#include "sim/cosim/build.h"
#include "sim/cosim/cosim.h"

namespace hillock::driver {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using support::DiagnosticKind;

constexpr std::size_t kDefaultSamples = 4;
constexpr const char* kNetlistScope = "u_netlist";  // in sim::netlist_bench()
constexpr const char* kClock = "clk_i";

struct Measured {
  std::uint64_t mismatches = 0;
  std::uint64_t cycles = 0;  // to the result, all samples together
  std::uint64_t transitions = 0;
  std::uint64_t multiplier_cycles = 0;
  std::map<std::string, std::uint64_t> by_instance;  // transitions
  hw_models::Counts counts;
};

// One sample: its waveform goes through a pipe to the counter of transitions.
void measure(const Build& build, const ir::Dataset& data, std::size_t sample,
             const fs::path& library, const gates::Ice40Netlist& netlist,
             const hw_models::LatencyModel& latency, const hw_models::ActionCounter& counter,
             Measured& all) {
  gates::VcdReader reader(kNetlistScope, kClock, netlist.outputs);
  const fs::path path = fs::absolute(build.folder) / fmt::format("power.{}.pipe", sample);
  WavePipe pipe(path, [&](std::string_view text) { reader.feed(text); });
  sim::CosimOptions o;
  o.library = library;
  o.rtl_folder = build.folder / "rtl";
  o.first_sample = sample;
  o.samples = 1;
  o.jobs = 1;
  o.membranes = false;
  o.wave = path;
  o.wave_sample = sample;
  o.predict_cycles = [&](const ir::Activity& a) { return latency.cycles(a); };
  o.inspect = [&](const ir::Activity& a, const sim::RtlSample&) {
    all.counts = all.counts + counter.count(a);
  };
  const sim::CosimResult result = sim::cosimulate(build.quantized, build.mapping, data, o);
  pipe.finish();
  const gates::VcdActivity activity = reader.finish();
  all.mismatches += result.mismatches + (result.predicted_equal.value_or(true) ? 0 : 1);
  all.cycles += result.cycles[0];
  for (std::size_t n = 0; n < netlist.outputs.size(); ++n) {
    if (netlist.outputs[n].group != gates::VcdNet::kNoGroup) continue;
    all.transitions += activity.transitions[n];
    all.by_instance[netlist.instances[n]] += activity.transitions[n];
  }
  for (const std::uint64_t active : activity.active) all.multiplier_cycles += active;
}

}  // namespace

json fpga_power(const PowerOptions& o, const CommonOptions& common) {
  const Build build = load_build(o.folder);
  if (build.mapping.any_loadable()) {
    support::fail(DiagnosticKind::BadOption, {build.folder.string()},
                  "its weights are loaded at run time: there is no energy of an SPRAM to charge",
                  "compile with --weights rom");
  }
  sim::BuildRequest request = netlist_request(build, o.target);
  request.waves = true;
  request.quick = true;
  const double clock_hz = o.clock_hz.value_or(hw_models::default_clock_hz(o.target));
  DataOptions whole = o.data;
  whole.samples.reset();
  const ir::Dataset data = load_data(build, whole);
  const std::size_t first = std::min(o.first, data.samples);
  const std::size_t count =
      std::min(data.samples - first, o.data.samples.value_or(kDefaultSamples));
  if (count == 0) {
    support::fail(DiagnosticKind::BadOption, {"--samples"}, "no sample is left to measure");
  }
  const std::string top = build.summary.at("rtl").at("top");
  const gates::Ice40Netlist netlist =
      gates::read_ice40_netlist(request.folder / synth::kNetlistJson, top);

  StageLine line("power", common.quiet);
  line.stage("Verilator builds the netlist");
  request.tick = [&] { line.tick(); };
  const fs::path library = sim::build_simulation(request);
  line.finish();
  const hw_models::LatencyModel latency(build.quantized, build.mapping);
  const hw_models::ActionCounter counter(build.quantized, build.mapping);
  Measured m;
  Progress progress("power", count, common.quiet);
  for (std::size_t k = 0; k < count; ++k) {
    measure(build, data, first + k, library, netlist, latency, counter, m);
    progress.update(k + 1);
  }
  progress.finish();

  const auto samples = static_cast<double>(count);
  const auto mean = [&](std::uint64_t v) { return static_cast<double>(v) / samples; };
  const hw_models::EnergyEstimate estimate = hw_models::estimate_energy(
      hw_models::scale(m.counts, 1 / samples), build.quantized, build.mapping, o.target, clock_hz);
  const hw_models::EnergyEstimate e = hw_models::with_activity(
      estimate,
      {mean(m.transitions), static_cast<double>(netlist.flip_flops), mean(m.multiplier_cycles)});
  json instances = json::object();
  for (const auto& [name, transitions] : m.by_instance) {
    instances[name.empty() ? top : name] = mean(transitions);
  }
  const double cycles = mean(m.cycles);
  json result = {{"target", o.target},
                 {"clock_hz", clock_hz},
                 {"samples", count},
                 {"first_sample", first},
                 {"mismatches", m.mismatches},
                 {"cycles_per_inference", cycles},
                 {"energy_j", interval_json(e.energy_j)},
                 {"estimate_j", interval_json(estimate.energy_j)},
                 {"power_w", e.energy_j.nominal / cycles * clock_hz},
                 {"logic_cells", netlist.logic_cells},
                 {"flip_flops", netlist.flip_flops},
                 {"block_rams", netlist.block_rams},
                 {"multipliers", netlist.multipliers},
                 {"transitions_per_inference", mean(m.transitions)},
                 {"transitions_per_cell_and_cycle",
                  mean(m.transitions) / cycles /
                      static_cast<double>(std::max<std::size_t>(netlist.logic_cells, 1))},
                 {"transitions_by_instance", std::move(instances)},
                 {"sources", e.sources}};
  put_breakdown(result, e.breakdown);
  write_result(build.folder, "power", result, common.json);
  return result;
}

}  // namespace hillock::driver
