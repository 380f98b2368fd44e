#include "compiler/driver/power.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/gate_bench.h"
#include "compiler/driver/netlist.h"
#include "compiler/driver/opensta_activity.h"
#include "compiler/driver/run.h"
#include "compiler/driver/terminal.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/synth/standard_cells.h"
#include "compiler/synth/yosys_script.h"

namespace hillock::driver {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using support::DiagnosticKind;

constexpr double kDefaultClockHz = 50e6;  // only leakage depends on it

json parts(const gates::CellEnergy& e, double samples, double seconds) {
  const double leakage = e.leakage_w * seconds;
  return {{"internal", e.internal / samples},
          {"switching", e.switching / samples},
          {"clock", e.clock / samples},
          {"leakage", leakage / samples},
          {"total", (e.dynamic() + leakage) / samples}};
}

json synth_result(const Build& build, const fs::path& netlist) {
  const fs::path file = build.folder / (synth_folder("asic") + ".json");
  if (!fs::exists(file) || !fs::exists(netlist)) {
    support::fail(DiagnosticKind::BadBuild, {build.folder.string()},
                  "there is no netlist of standard cells",
                  fmt::format("make it with `hillock synth {} --target asic --liberty FILE.lib`",
                              build.folder.string()));
  }
  return read_json(file);
}

}  // namespace

json power(const PowerOptions& o, const CommonOptions& common) {
  const Build build = load_build(o.folder);
  if (o.liberty.empty()) {
    support::fail(DiagnosticKind::BadOption, {"power"}, "of which netlist?",
                  "--liberty FILE.lib for standard cells, --target ice40-up5k for the FPGA");
  }
  const fs::path folder = build.folder / synth_folder("asic");
  const json synthesized = synth_result(build, folder / synth::kNetlistJson);
  if (build.mapping.any_loadable()) {
    support::fail(DiagnosticKind::BadOption, {build.folder.string()},
                  "its weights are loaded at run time, which is not simulated here",
                  "compile with --weights rom");
  }
  StageLine line("power", common.quiet);
  line.stage("library");
  const synth::ToolRunner tools(folder, {});
  const std::string file = o.liberty.string();
  const gates::CellLibrary library = gates::read_cell_library(
      gates::parse_liberty(synth::read_liberty_file(o.liberty, tools), file), file);
  if (library.name != synthesized.value("library", "")) {
    support::fail(DiagnosticKind::BadOption, {"--liberty"},
                  fmt::format("the netlist is of {}, and {} is {}",
                              synthesized.value("library", ""), file, library.name),
                  "give the library that the netlist was made with");
  }
  line.stage("netlist");
  const gates::GateNetlist netlist = gates::read_gate_netlist(
      folder / synth::kNetlistJson, synthesized.at("top").get<std::string>(), library);
  DataOptions whole = o.data;
  whole.samples.reset();
  const ir::Dataset data = load_data(build, whole);
  const std::size_t first = std::min(o.first, data.samples);
  const std::size_t count = std::min(data.samples - first, o.data.samples.value_or(64));
  if (count == 0) {
    support::fail(DiagnosticKind::BadOption, {"--samples"}, "no sample is left to measure");
  }
  line.stage("samples");
  const GateMeasurement m =
      measure_gates(build.quantized, build.mapping, data, first, count, netlist);
  gates::SlewOptions slews;
  slews.wire_load = !o.no_wire_load;
  slews.clock_slew = o.clock_slew_ns * 1e-9;
  const std::vector<gates::NetElectrics> nets = gates::net_electrics(netlist, library, slews);
  const gates::GateEnergy e =
      gates::gate_energy(netlist, library, m.activity, nets, kClockPort, slews.clock_slew);
  line.finish();

  const auto samples = static_cast<double>(m.samples);
  const double clock_hz = o.clock_hz.value_or(kDefaultClockHz);
  const double seconds = m.cycles / clock_hz;
  if (!o.opensta.empty()) {
    support::write_file(o.opensta,
                        opensta_activity(netlist, m.activity, fs::absolute(o.liberty),
                                         fs::absolute(folder / synth::kTimingNetlist), clock_hz));
  }
  json instances = json::object();
  for (const auto& [name, part] : e.by_instance) {
    instances[name.empty() ? netlist.top : name] = parts(part, samples, seconds);
  }
  json memories = json::array();
  for (const gates::MacroInstance& macro : netlist.macros) {
    memories.push_back(
        {{"name", macro.name}, {"rows", macro.depth}, {"bits_per_row", macro.width}});
  }
  json result = {{"target", "asic"},
                 {"library", library.name},
                 {"voltage", library.voltage},
                 {"wire_load", slews.wire_load && library.wire_load ? json(library.wire_load->name)
                                                                    : json(nullptr)},
                 {"clock_hz", clock_hz},
                 {"clock_slew_s", slews.clock_slew},
                 {"samples", m.samples},
                 {"first_sample", first},
                 {"mismatches", m.mismatches},
                 {"cycles_per_inference", m.cycles / samples},
                 {"energy_j", parts(e.total, samples, seconds)},
                 {"flip_flop_energy_j", parts(e.flip_flops, samples, seconds)},
                 {"power_w", (e.total.dynamic() / m.cycles) * clock_hz + e.total.leakage_w},
                 {"cells", netlist.gates.size()},
                 {"flip_flops", e.flip_flop_count},
                 {"memory_macros", std::move(memories)},
                 {"transitions_per_inference", static_cast<double>(e.transitions) / samples},
                 {"by_instance", std::move(instances)}};
  write_result(build.folder, "power", result, common.json);
  return result;
}

}  // namespace hillock::driver
