// What a synthesized netlist holds, read from the JSON that Yosys writes.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "compiler/synth/target.h"

namespace hillock::synth {

struct Port {
  std::string name;
  bool input = true;
  int width = 1;
};

// Cells by type, of one instance of the top or of all.
using CellCounts = std::map<std::string, std::int64_t>;

struct Netlist {
  std::vector<Port> ports;  // in the order of the declaration
  CellCounts cells;
  // By instance of the top, as the names of the flattened cells tell; logic without a name of its
  // own belongs to the instance of the nearest named net. "" is the top itself.
  std::map<std::string, CellCounts> by_instance;
};

// The module `top` of the file. Throws InputError (tool-failed) where it is not such a file.
[[nodiscard]] Netlist read_netlist(const std::filesystem::path& json, const std::string& top);

// Cells as what a family's devices are made of.
[[nodiscard]] Resources resources_of(Family family, const CellCounts& cells);

}  // namespace hillock::synth
