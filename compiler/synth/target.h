// What designs can be synthesized for: devices with their capacities, and standard cells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hillock::synth {

enum class Family { Ice40, Ecp5, Xilinx7, Gowin, Asic };

// Counts of what a device has and a design needs. Where a family lacks one, it is 0.
struct Resources {
  std::int64_t luts = 0;  // of an FPGA; LUTs used as memory included
  std::int64_t ffs = 0;
  std::int64_t brams = 0;  // blocks; of 7 series blocks of 36 kbit, halves rounded up
  std::int64_t dsps = 0;
  std::int64_t spram = 0;  // large blocks of iCE40 UltraPlus
};

struct Target {
  std::string name;  // "ice40-hx8k"
  Family family;
  std::string device;  // for people: "iCE40 HX8K, ct256"
  Resources has;       // zeros for standard cells
  int pins = 0;        // of the package, for signals
  double goal_hz = 0;  // what place and route aims at where no --clock is given
  std::vector<std::string> place_and_route;  // program and the options that name the device; may be
                                             // empty
  std::string models;  // cell models in Yosys' share folder; empty: the netlist is not simulated
};

// nullptr where there is none of that name.
[[nodiscard]] const Target* find_target(const std::string& name);
// "ice40-up5k, ice40-hx8k, ..."
[[nodiscard]] std::string target_names();

}  // namespace hillock::synth
