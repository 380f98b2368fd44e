// Energy of a netlist from its activity and the Liberty tables: internal by slew and load,
// switching of the loads, the clock, leakage. What a transition is, and how this compares with
// OpenSTA, is in docs/energy.md.
#pragma once

#include <map>
#include <string>

#include "compiler/gates/gate_simulator.h"
#include "compiler/gates/slews.h"

namespace hillock::gates {

// Joules over the counted cycles, but for the leakage, in watts.
struct CellEnergy {
  double internal = 0;   // in cells, per transition of their pins; without clock pins
  double switching = 0;  // 1/2 C V^2 a transition of a net; without the clock's
  double clock = 0;  // in flip-flops per transition of their clock pins, and of the clock's load
  double leakage_w = 0;

  [[nodiscard]] double dynamic() const { return internal + switching + clock; }
  CellEnergy& operator+=(const CellEnergy& other);
};

struct GateEnergy {
  CellEnergy total;
  CellEnergy flip_flops;                          // the part of the cells that hold state
  std::map<std::string, CellEnergy> by_instance;  // of the top, by the names of cells
  double input_switching = 0;     // part of total: nets that ports and memories drive
  std::uint64_t transitions = 0;  // of nets, without the clock
  std::size_t flip_flop_count = 0;
};

// Where names of flattened cells say which instance of the top they were in: "u_engine.x" is in
// "u_engine"; "" is the top itself.
[[nodiscard]] std::string instance_of(const std::string& cell_name);

// `clock`: the clock's port; it has two transitions in every counted cycle.
[[nodiscard]] GateEnergy gate_energy(const GateNetlist& netlist, const CellLibrary& library,
                                     const GateActivity& activity,
                                     const std::vector<NetElectrics>& nets, std::string_view clock,
                                     double clock_slew);

}  // namespace hillock::gates
