// The honest table: what the same inference would cost by other people's arithmetic, beside our own
// interval. Why the rows differ by orders of magnitude is in docs/energy.md.
#pragma once

#include <string>
#include <vector>

#include "hw_models/energy/energy.h"

namespace hillock::hw_models {

struct ComparisonRow {
  std::string name;
  Interval energy_j;
  std::string basis;  // what it counts, and what it leaves out
  std::string citation;
};

// Rows from the barest to the fullest: int8 additions, the usual formula, this estimate, then each
// published chip's energy per synaptic operation.
[[nodiscard]] std::vector<ComparisonRow> comparison_rows(const EnergyEstimate& estimate);

// synaptic operations x the usual formula's 0.9 pJ, in joules.
[[nodiscard]] double naive_energy_j(double synaptic_operations);

}  // namespace hillock::hw_models
