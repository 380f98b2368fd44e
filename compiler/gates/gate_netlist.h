// A flat netlist of standard cells and memories, read from the JSON that Yosys writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/gates/cell_library.h"

namespace hillock::gates {

constexpr int kNetZero = 0;  // constant nets
constexpr int kNetOne = 1;
constexpr int kNoNet = -1;

struct GateInstance {
  std::string name;
  const LibraryCell* cell = nullptr;
  std::vector<int> nets;  // by the cell's pins; kNoNet where it is not connected
};

// A memory that was kept whole: a macro, seen from outside.
struct MacroPort {
  std::vector<int> address;
  std::vector<int> data;
  int enable = kNetOne;           // of a read port: its register holds while low
  std::vector<int> write_enable;  // by bit of data, of a write port
  // Of a read port: while high, its register takes `reset_value` instead, whatever `enable` is.
  int reset = kNetZero;
  std::vector<std::uint8_t> reset_value;
};

struct MacroInstance {
  std::string name;
  std::size_t width = 0;
  std::size_t depth = 0;
  std::vector<std::uint8_t> content;  // [depth * width], a bit each, at power-up
  std::vector<MacroPort> reads;
  std::vector<MacroPort> writes;
};

struct NetlistPort {
  std::string name;
  bool input = true;
  std::vector<int> nets;  // lowest bit first
};

struct GateNetlist {
  std::string top;
  std::vector<NetlistPort> ports;
  std::vector<GateInstance> gates;
  std::vector<MacroInstance> macros;
  int nets = 2;  // their number, with the two constants

  [[nodiscard]] const NetlistPort* port(std::string_view name) const;  // nullptr: none
};

// The module `top` of a netlist of cells of the library, and of memories ($mem_v2): macros. Keeps
// pointers into `library`. Throws InputError (tool-failed) where the file is none, a cell is
// unknown or not supported (a latch, a memory of another form).
[[nodiscard]] GateNetlist read_gate_netlist(const std::filesystem::path& json,
                                            const std::string& top, const CellLibrary& library);

}  // namespace hillock::gates
