// What a netlist of iCE40 cells consists of, as far as its energy is concerned: the outputs of its
// logic cells and multipliers, by the names that a simulation of the netlist has.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/gates/vcd_activity.h"

namespace hillock::gates {

struct Ice40Netlist {
  // An output for each logic cell: its flip-flop's, or, where it has none, its look-up table's. A
  // table that feeds one flip-flop and nothing else is in the cell of that flip-flop, and no
  // output. Behind them the outputs of the multipliers, each a group of its own.
  std::vector<VcdNet> outputs;
  std::vector<std::string> instances;  // by output: the instance of the top that it lies in, or ""
  std::size_t logic_cells = 0;
  std::size_t flip_flops = 0;
  std::size_t block_rams = 0;
  std::size_t multipliers = 0;  // SB_MAC16
};

// The module `top` of a netlist in the JSON that Yosys' synth_ice40 writes. Throws InputError
// (tool-failed) where the file is none.
[[nodiscard]] Ice40Netlist read_ice40_netlist(const std::filesystem::path& json,
                                              const std::string& top);

}  // namespace hillock::gates
