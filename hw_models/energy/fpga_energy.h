// Energy of an inference on an FPGA whose netlist was simulated: what its logic takes follows from
// the transitions that were counted in it; memories, clock tree and static power are those of the
// estimate. docs/energy.md, "iCE40UP5K with the netlist's own activity".
#pragma once

#include "hw_models/energy/energy.h"

namespace hillock::hw_models {

// Per inference.
struct NetlistActivity {
  double transitions = 0;        // of outputs of logic cells, at most one a cycle each
  double flip_flops = 0;         // clocked ones
  double multiplier_cycles = 0;  // of all multipliers: cycles in which its product moved
};

// The estimate with logic, flip_flops and multipliers in place of accumulate, update, spike_bitmap
// and readout; the clock's part is its tree. `estimate` is of the same samples and of a target that
// has coefficients for transitions (ice40-up5k). Throws InputError (bad-option) for another.
[[nodiscard]] EnergyEstimate with_activity(const EnergyEstimate& estimate,
                                           const NetlistActivity& activity);

}  // namespace hillock::hw_models
