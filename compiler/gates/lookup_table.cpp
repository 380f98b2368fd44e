#include "compiler/gates/lookup_table.h"

#include <algorithm>
#include <cstddef>

namespace hillock::gates {
namespace {

// Where a value lies on an axis: the point below and how far it is to the next one.
struct Place {
  std::size_t below = 0;
  double part = 0;
};

Place place(const std::vector<double>& axis, double x) {
  if (axis.size() < 2) return {};
  const auto above = std::upper_bound(axis.begin(), axis.end(), x) - axis.begin();
  const std::size_t below = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(above - 1, 0, static_cast<std::ptrdiff_t>(axis.size()) - 2));
  return {below, (x - axis[below]) / (axis[below + 1] - axis[below])};
}

}  // namespace

double LookupTable::at(double slew_s, double load_f) const {
  if (values.empty()) return 0;
  const std::size_t columns = std::max<std::size_t>(load.size(), 1);
  const Place s = place(slew, slew_s);
  const Place l = place(load, load_f);
  const auto row = [&](std::size_t r) {
    const double v = values[r * columns + l.below];
    return load.size() < 2 ? v : v + l.part * (values[r * columns + l.below + 1] - v);
  };
  const double v = row(s.below);
  return slew.size() < 2 ? v : v + s.part * (row(s.below + 1) - v);
}

}  // namespace hillock::gates
