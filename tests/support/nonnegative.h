// Non-negative least squares of relative errors, for tables that are fitted to measurements.
#pragma once

#include <vector>

namespace hillock::tests {

// x >= 0 that makes sum over r of (rows[r] * x / target[r] - 1)^2 the least. Targets are not zero;
// all rows are as long.
[[nodiscard]] std::vector<double> nonnegative_least_squares(
    const std::vector<std::vector<double>>& rows, const std::vector<double>& target);

}  // namespace hillock::tests
