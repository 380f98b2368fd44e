// Energies as the JSON of the verbs has them: low, nominal and high, in joules.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "hw_models/energy/energy.h"

namespace hillock::driver {

[[nodiscard]] inline nlohmann::json interval_json(const hw_models::Interval& e) {
  return {{"low", e.low}, {"nominal", e.nominal}, {"high", e.high}};
}

// Sets `breakdown_j`, nominal by component, and `breakdown_interval_j` of a result.
inline void put_breakdown(nlohmann::json& result,
                          const std::vector<hw_models::EnergyComponent>& breakdown) {
  for (const hw_models::EnergyComponent& c : breakdown) {
    result["breakdown_j"][c.name] = c.energy_j.nominal;
    result["breakdown_interval_j"][c.name] = interval_json(c.energy_j);
  }
}

}  // namespace hillock::driver
