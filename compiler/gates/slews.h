// Loads and slews of a netlist, which its power tables are looked up by. Wires have no resistance;
// their capacitance is the library's wire load, where one is wanted.
#pragma once

#include <vector>

#include "compiler/gates/gate_netlist.h"

namespace hillock::gates {

struct SlewOptions {
  double clock_slew = 0;  // seconds, at the clock pins: an ideal clock
  double input_slew = 0;  // at input ports and the outputs of memories
  bool wire_load = true;  // the library's default one, where it has one
};

struct NetElectrics {
  double rise_load = 0;  // farad: input pins and wire, for a rising edge
  double fall_load = 0;
  double rise_slew = 0;  // seconds; the slowest of what drives it
  double fall_slew = 0;
  int fanout = 0;  // input pins on it

  [[nodiscard]] double load() const { return (rise_load + fall_load) / 2; }
};

// By net.
[[nodiscard]] std::vector<NetElectrics> net_electrics(const GateNetlist& netlist,
                                                      const CellLibrary& library,
                                                      const SlewOptions& options);

}  // namespace hillock::gates
