#include "compiler/synth/target.h"

#include <algorithm>

namespace hillock::synth {
namespace {

// Capacities are those of the data sheets, as nextpnr and the vendors' tools count them.
const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"ice40-up5k",
       Family::Ice40,
       "iCE40 UP5K, sg48",
       {5280, 5280, 30, 8, 4},
       36,
       24e6,
       {"nextpnr-ice40", "--up5k", "--package", "sg48"},
       "ice40/cells_sim.v"},
      {"ice40-hx8k",
       Family::Ice40,
       "iCE40 HX8K, ct256",
       {7680, 7680, 32, 0, 0},
       206,
       100e6,
       {"nextpnr-ice40", "--hx8k", "--package", "ct256"},
       "ice40/cells_sim.v"},
      {"ecp5",
       Family::Ecp5,
       "ECP5 LFE5U-25F, CABGA381",
       {24288, 24288, 56, 28, 0},
       197,
       100e6,
       {"nextpnr-ecp5", "--25k", "--package", "CABGA381"},
       ""},
      {"xilinx7",
       Family::Xilinx7,
       "Artix-7 XC7A35T",
       {20800, 41600, 50, 90, 0},
       250,
       100e6,
       {},
       ""},
      {"gowin", Family::Gowin, "Gowin GW2A-18", {20736, 15552, 46, 48, 0}, 384, 100e6, {}, ""},
      {"asic", Family::Asic, "standard cells", {}, 0, 100e6, {}, ""}};
  return all;
}

}  // namespace

const Target* find_target(const std::string& name) {
  const auto at = std::find_if(targets().begin(), targets().end(),
                               [&](const Target& t) { return t.name == name; });
  return at == targets().end() ? nullptr : &*at;
}

std::string target_names() {
  std::string out;
  for (const Target& t : targets()) out += (out.empty() ? "" : ", ") + t.name;
  return out;
}

}  // namespace hillock::synth
