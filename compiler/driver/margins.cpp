#include "compiler/driver/margins.h"

#include <algorithm>
#include <numeric>

namespace hillock::driver {
namespace {

constexpr std::size_t kLeastAlike = 20;

double right(double margin) {
  constexpr double kTie = 1e-9;
  return margin > kTie ? 1 : margin < -kTie ? 0 : 0.5;
}

}  // namespace

double expected_loss(const std::vector<double>& before, const std::vector<double>& after) {
  const std::size_t n = before.size();
  const double squares = std::inner_product(after.begin(), after.end(), after.begin(), 0.0);
  const double scale =
      squares > 0 ? std::inner_product(before.begin(), before.end(), after.begin(), 0.0) / squares
                  : 1;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return before[a] < before[b]; });
  const std::size_t alike = std::min(n, std::max(kLeastAlike, n / 5));
  double lost = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t first = std::min(i - std::min(i, alike / 2), n - alike);
    double after_all = 0;
    for (std::size_t k = first; k < first + alike; ++k) {
      after_all += right(before[order[i]] + scale * after[order[k]] - before[order[k]]);
    }
    lost += right(before[order[i]]) - after_all / static_cast<double>(alike);
  }
  return lost;
}

}  // namespace hillock::driver
