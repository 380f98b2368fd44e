#include "hw_models/energy/fpga_energy.h"

#include <fmt/format.h>

#include "compiler/support/diagnostics.h"
#include "hw_models/energy/coefficients.h"

namespace hillock::hw_models {

EnergyEstimate with_activity(const EnergyEstimate& estimate, const NetlistActivity& activity) {
  const CoefficientTable& table = coefficients_of(estimate.target);
  if (table.find("transition") == nullptr) {
    support::fail(support::DiagnosticKind::BadOption, {"--target"},
                  fmt::format("there is no energy of a transition for {}", estimate.target));
  }
  EnergyEstimate out = estimate;
  out.breakdown.clear();
  for (const EnergyComponent& c : estimate.breakdown) {
    if (c.name.find("memory") != std::string::npos || c.name == "leakage")
      out.breakdown.push_back(c);
  }
  const double cycles = estimate.seconds * estimate.clock_hz;
  const auto add = [&](const char* name, const char* role, double times) {
    out.breakdown.push_back({name, table.at(role).base() * times});
  };
  add("logic", "transition", activity.transitions);
  add("flip_flops", "flip_flop", activity.flip_flops * cycles);
  add("multipliers", "multiplier", activity.multiplier_cycles);
  add("clock", "clock_tree", cycles);
  out.energy_j = {};
  for (const EnergyComponent& c : out.breakdown) out.energy_j += c.energy_j;
  return out;
}

}  // namespace hillock::hw_models
