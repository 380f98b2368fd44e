// An estimate carried over to another node by a published relation, with the error that such a
// scaling had where it could be checked. docs/energy.md, "Other nodes".
#pragma once

#include <string>
#include <vector>

#include "hw_models/energy/energy.h"

namespace hillock::hw_models {

struct NodeScaling {
  double from_nm = 0;
  double to_nm = 0;
  double voltage = 0;  // of the node that is scaled to
  double factor = 1;   // of dynamic energy
  double low = 1;      // what the truth may be of the scaled figure
  double high = 1;
  // What a dynamic energy is multiplied by.
  [[nodiscard]] Interval energy() const { return {factor * low, factor, factor * high}; }
  std::string text;  // source, factor and error, for people
};

// From one node to another. Throws InputError (bad-option) for a node that the source does not
// have, listing those that it has.
[[nodiscard]] NodeScaling node_scaling(double from_nm, double to_nm);

// The estimate at another node, at the same clock: dynamic energy times the factor, its interval
// widened by the scaling's error; leakage as it is, ten times either way. The naive figure stays.
// Throws InputError (bad-option) like node_scaling(), and for an FPGA.
[[nodiscard]] EnergyEstimate scale_to_node(const EnergyEstimate& estimate, double to_nm);

}  // namespace hillock::hw_models
