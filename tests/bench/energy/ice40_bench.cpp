// What a transition of a logic cell of an iCE40UP5K takes, from a bench's currents
// (tinyvision-ai-inc/ice40_power, README.md, table of currents, core at 1.219 V) and the
// transitions that the same designs have in simulation: without glitches, as `hillock power`
// counts, and with them, as the device has them.
//
//   ice40_bench FOLDER
//
// Works in FOLDER, prints what it finds as JSON, and exits with 1 where hw_models/tables/
// ice40-up5k.json says something else. Needs Yosys and Icarus Verilog.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "compiler/gates/ice40_netlist.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/support/process.h"
#include "hw_models/energy/coefficients.h"

namespace {

using namespace hillock;
namespace fs = std::filesystem;
using nlohmann::json;

constexpr double kVolts = 1.219;
constexpr double kClockHz = 12e6;
// Currents of the core in uA.
constexpr double kCounterOf28Bits = 613.5;
constexpr double kCounterOf224Bits = 641.3;
constexpr double kCounter = 645;         // 24 bits, clocked by the device's own oscillator
constexpr double kProductInCells = 996;  // and the multiplication
constexpr double kProductInBlock = 882;

// pJ in a cycle.
double energy_of(double microamperes) { return microamperes * kVolts / kClockHz * 1e6; }

struct Activity {
  double transitions = 0;  // of logic cells, a cycle
  double changes = 0;      // with glitches
  std::size_t flip_flops = 0;
  std::size_t logic_cells = 0;
};

Activity simulate(const std::string& design, bool dsp, const fs::path& folder) {
  const fs::path sources = fs::path(HILLOCK_SOURCE) / "tests/bench/energy/ice40";
  const auto run = [&](const std::vector<std::string>& argv) {
    if (support::run_process(argv, folder, folder / "log") != 0) {
      support::fail(support::DiagnosticKind::ToolFailed, {argv[0]},
                    fmt::format("failed; see {}", (folder / "log").string()));
    }
  };
  run({"yosys", "-q", "-p",
       fmt::format("read_verilog {}/{}.v; synth_ice40 {} -top {} -json netlist.json; "
                   "write_verilog -noattr netlist.v",
                   sources.string(), design, dsp ? "-dsp" : "", design)});
  run({"iverilog", "-g2005", "-DDESIGN=" + design, "-o", "bench", (sources / "bench.v").string(),
       "netlist.v", (sources / "cells.v").string()});
  run({"vvp", "bench"});
  const gates::Ice40Netlist netlist = gates::read_ice40_netlist(folder / "netlist.json", design);
  gates::VcdReader reader("u_dut", "clk_i", netlist.outputs);
  reader.feed(support::read_file(folder / "nets.vcd"));
  const gates::VcdActivity a = reader.finish();
  Activity out{0, 0, netlist.flip_flops, netlist.logic_cells};
  for (std::size_t n = 0; n < netlist.logic_cells; ++n) {
    out.transitions += static_cast<double>(a.transitions[n]);
    out.changes += static_cast<double>(a.changes[n]);
  }
  out.transitions /= static_cast<double>(a.cycles);
  out.changes /= static_cast<double>(a.cycles);
  return out;
}

json to_json(const Activity& a) {
  return {{"logic_cells", a.logic_cells},
          {"flip_flops", a.flip_flops},
          {"transitions_per_cycle", a.transitions},
          {"changes_per_cycle", a.changes}};
}

int run(const fs::path& folder) {
  support::create_folder(folder);
  // 196 more flip-flops, and next to no more transitions: the upper bits of a counter rest.
  const double flip_flop = energy_of(kCounterOf224Bits - kCounterOf28Bits) / 196;
  const Activity base = simulate("counter", false, folder);
  const Activity cells = simulate("product", false, folder);
  const Activity block = simulate("product", true, folder);
  const auto rest = [&](double microamperes, const Activity& a) {
    return energy_of(microamperes - kCounter) -
           flip_flop * static_cast<double>(a.flip_flops - base.flip_flops);
  };
  const double product = rest(kProductInCells, cells);
  // As if our logic had no glitches, and as many as a multiplier: between these two.
  const double least = product / (cells.changes - base.changes);
  const double most = product / (cells.transitions - base.transitions);
  const double transition = std::sqrt(least * most);
  const double multiplier =
      rest(kProductInBlock, block) - transition * (block.transitions - base.transitions);
  std::fputs(json({{"flip_flop_pj", flip_flop},
                   {"transition_pj", {{"least", least}, {"most", most}, {"between", transition}}},
                   {"multiplier_pj", multiplier},
                   {"counter", to_json(base)},
                   {"product_in_cells", to_json(cells)},
                   {"product_in_block", to_json(block)}})
                 .dump(1)
                 .c_str(),
             stdout);
  std::fputs("\n", stdout);
  const hw_models::CoefficientTable& table = hw_models::coefficients_of("ice40-up5k");
  int status = 0;
  const auto same = [&](const char* role, double found) {
    const double value = table.at(role).value;
    if (std::abs(value / found - 1) < 0.02) return;
    std::fputs(fmt::format("ice40-up5k.{} is {} pJ in the table, {:.4g} here\n", role, value, found)
                   .c_str(),
               stderr);
    status = 1;
  };
  same("flip_flop", flip_flop);
  same("transition", transition);
  same("multiplier", multiplier);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: ice40_bench FOLDER\n", stderr);
    return 2;
  }
  try {
    return run(argv[1]);
  } catch (const std::exception& e) {
    std::fputs(fmt::format("{}\n", e.what()).c_str(), stderr);
    return 1;
  }
}
