// Measures the designs of designs.h at gate level: synthesizes each to the cells of a Liberty file,
// with its memories left whole, and plays two disjoint sets of samples to the netlist.
//
//   energy_measure LIBERTY FOLDER [FIRST [COUNT]]
//
// leaves FOLDER/dNN/measured.json, and the two activities; designs that have it are not measured
// again. FOLDER is to be removed where the Verilog library or the Liberty file changes.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "compiler/driver/activity_file.h"
#include "compiler/driver/build_folder.h"
#include "compiler/driver/gate_bench.h"
#include "compiler/driver/netlist.h"
#include "compiler/driver/run.h"
#include "compiler/driver/synth.h"
#include "compiler/support/file.h"
#include "compiler/synth/standard_cells.h"
#include "compiler/synth/yosys_script.h"
#include "tests/bench/energy/designs.h"

namespace {

using namespace hillock;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kSamples = 64;  // in each set

json measure(const driver::Build& build, const ir::Dataset& data, std::size_t first,
             const gates::GateNetlist& netlist, const gates::CellLibrary& library,
             const fs::path& activity) {
  const driver::GateMeasurement m =
      driver::measure_gates(build.quantized, build.mapping, data, first, kSamples, netlist);
  const std::vector<gates::NetElectrics> nets = gates::net_electrics(netlist, library, {});
  const gates::GateEnergy e =
      gates::gate_energy(netlist, library, m.activity, nets, driver::kClockPort, 0);
  const auto samples = static_cast<double>(m.samples);
  driver::ActivitySummary summary;
  summary.samples = m.samples;
  summary.mean = hw_models::scale(m.counts, 1 / samples);
  summary.mean_cycles = m.cycles / samples;
  support::create_folder(activity);
  driver::write_activity(activity, summary);
  return {{"mismatches", m.mismatches},
          {"samples", m.samples},
          {"internal_j", e.total.internal / samples},
          {"switching_j", e.total.switching / samples},
          {"clock_j", e.total.clock / samples},
          {"leakage_w", e.total.leakage_w},
          {"flip_flop_j", (e.flip_flops.internal + e.flip_flops.switching) / samples},
          {"flip_flops", e.flip_flop_count},
          {"cells", netlist.gates.size()},
          {"transitions", static_cast<double>(e.transitions) / samples}};
}

void run(const tests::EnergyDesign& d, const fs::path& folder, const fs::path& liberty) {
  const fs::path home = folder / d.name;
  if (fs::exists(home / "measured.json")) return;
  tests::compile_design(tests::energy_network(d), tests::energy_data(d, 2 * kSamples),
                        d.weight_bits, d.lanes, home);
  driver::CommonOptions quiet;
  quiet.quiet = true;
  driver::SynthOptions synth;
  synth.folder = home;
  synth.target = "asic";
  synth.liberty = liberty;
  synth.memory_macros = synth.measured = true;
  (void)driver::synth(synth, quiet);

  const driver::Build build = driver::load_build(home);
  const synth::ToolRunner tools(home, {});
  const gates::CellLibrary library = gates::read_cell_library(
      gates::parse_liberty(synth::read_liberty_file(liberty, tools), liberty.string()),
      liberty.string());
  const gates::GateNetlist netlist =
      gates::read_gate_netlist(home / driver::synth_folder("asic") / synth::kNetlistJson,
                               build.summary.at("rtl").at("top").get<std::string>(), library);
  driver::DataOptions options;
  options.data = home.string() + ".npz";
  const ir::Dataset data = driver::load_data(build, options);
  json result = {{"name", d.name},
                 {"library", library.name},
                 {"voltage", library.voltage},
                 {"inputs", d.inputs},
                 {"neurons", d.neurons},
                 {"lanes", d.lanes},
                 {"weight_bits", d.weight_bits},
                 {"density", d.density},
                 {"decay", tests::name(d.decay)},
                 {"timesteps", d.timesteps}};
  result["first"] = measure(build, data, 0, netlist, library, home / "first");
  result["second"] = measure(build, data, kSamples, netlist, library, home / "second");
  support::write_file(home / "measured.json", result.dump(2) + "\n");
  const json& f = result.at("first");
  fmt::print("{}: {} lanes, {} bits, {}: {:.1f} pJ, {} flip-flops, mismatches {}\n", d.name,
             d.lanes, d.weight_bits, tests::name(d.decay),
             1e12 * (f.at("internal_j").get<double>() + f.at("switching_j").get<double>() +
                     f.at("clock_j").get<double>()),
             f.at("flip_flops").dump(), f.at("mismatches").dump());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: energy_measure LIBERTY FOLDER [FIRST [COUNT]]\n");
    return 2;
  }
  try {
    const auto first = static_cast<std::size_t>(argc > 3 ? std::atoi(argv[3]) : 0);
    const auto count = static_cast<std::size_t>(argc > 4 ? std::atoi(argv[4]) : 28);
    for (std::size_t n = first; n < first + count; ++n)
      run(tests::energy_design(n), argv[2], argv[1]);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
  return 0;
}
