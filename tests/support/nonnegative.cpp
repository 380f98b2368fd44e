#include "tests/support/nonnegative.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hillock::tests {

using Vector = std::vector<double>;

// Coordinate descent on the normal equations of the rows divided by what they are to give, whose
// columns are scaled to one. Convex, so it ends at the best.
Vector nonnegative_least_squares(const std::vector<Vector>& rows, const Vector& target) {
  const std::size_t n = rows.empty() ? 0 : rows[0].size();
  Vector scale(n, 0.0);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < n; ++i) scale[i] += std::pow(rows[r][i] / target[r], 2);
  }
  for (double& s : scale) s = std::sqrt(s);
  std::vector<Vector> gram(n, Vector(n, 0.0));
  Vector right(n, 0.0);
  const auto entry = [&](std::size_t r, std::size_t i) {
    return scale[i] > 0 ? rows[r][i] / target[r] / scale[i] : 0;
  };
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < n; ++i) {
      right[i] += entry(r, i);
      for (std::size_t k = 0; k < n; ++k) gram[i][k] += entry(r, i) * entry(r, k);
    }
  }
  Vector x(n, 0.0);
  for (int round = 0; round < 100000; ++round) {
    double moved = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (gram[i][i] == 0) continue;
      double slope = right[i];
      for (std::size_t k = 0; k < n; ++k) slope -= gram[i][k] * x[k];
      const double next = std::max(0.0, x[i] + slope / gram[i][i]);
      moved = std::max(moved, std::abs(next - x[i]));
      x[i] = next;
    }
    if (moved < 1e-12) break;
  }
  for (std::size_t i = 0; i < n; ++i) x[i] = scale[i] > 0 ? x[i] / scale[i] : 0;
  return x;
}

}  // namespace hillock::tests
