// A table of Liberty over the slew at an input and the load at the output.
#pragma once

#include <vector>

namespace hillock::gates {

// Axes are empty where the value does not depend on them. SI units: seconds, farads; the values'
// unit is the owner's.
struct LookupTable {
  std::vector<double> slew;    // ascending
  std::vector<double> load;    // ascending
  std::vector<double> values;  // [slew][load], at least one

  [[nodiscard]] bool empty() const { return values.empty(); }
  // Linear between the points, and on beyond the first and last two: as OpenSTA does it. 0 of an
  // empty table.
  [[nodiscard]] double at(double slew_s, double load_f) const;
};

}  // namespace hillock::gates
