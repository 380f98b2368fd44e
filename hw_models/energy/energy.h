// Energy of one inference: exact counts times cited coefficients, as an interval. The model, its
// coefficients and what is not settled about them are in docs/energy.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/quantized_network.h"
#include "hw_models/energy/counts.h"
#include "hw_models/energy/interval.h"

namespace hillock::hw_models {

struct EnergyComponent {
  std::string name;
  Interval energy_j;
};

struct EnergyEstimate {
  std::string target;
  double clock_hz = 0;
  double seconds = 0;  // cycles / clock
  Interval energy_j;   // the sum of the breakdown
  // Always the same components in the same order: weight_memory, state_memory, parameter_memory,
  // accumulate, update, spike_bitmap, readout, clock, leakage.
  std::vector<EnergyComponent> breakdown;
  double synaptic_operations = 0;
  double naive_sop_energy_j = 0;     // synaptic operations x 0.9 pJ: see comparison.h
  std::vector<std::string> sources;  // one text a coefficient, then what is missing
};

// Names of the targets that there is a coefficient table for.
[[nodiscard]] std::vector<std::string> energy_targets();

// Hz. Throws InputError (bad-option) for an unknown target, listing those there are.
[[nodiscard]] double default_clock_hz(std::string_view target);

// Energy of the counts on a target at a clock. clock_hz 0: the target's default clock. Throws
// InputError (bad-option) for an unknown target and a clock that is not positive and finite.
[[nodiscard]] EnergyEstimate estimate_energy(const Counts& counts,
                                             const ir::QuantizedNetwork& network,
                                             const ir::Mapping& mapping, std::string_view target,
                                             double clock_hz = 0);

}  // namespace hillock::hw_models
