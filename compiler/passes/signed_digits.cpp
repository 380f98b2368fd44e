#include "compiler/passes/signed_digits.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <optional>

namespace hillock::passes {
namespace {

struct Best {
  std::int64_t limit;
  std::int64_t wanted;
  std::optional<std::int64_t> found;

  void take(std::int64_t sum) {
    if (sum < 0 || sum > limit) return;
    if (!found || std::abs(sum - wanted) < std::abs(*found - wanted)) found = sum;
  }

  void search(std::int64_t sum, int digits) {
    take(sum);
    const std::int64_t rest = wanted - sum;
    if (rest == 0 || digits == 0) return;
    const auto below =
        static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(std::abs(rest))));
    const std::int64_t sign = rest < 0 ? -1 : 1;
    search(sum + sign * below, digits - 1);
    search(sum + sign * 2 * below, digits - 1);
  }
};

}  // namespace

int signed_digits(std::int64_t m) {
  const auto u = static_cast<std::uint64_t>(std::abs(m));
  return std::popcount((3 * u) ^ u);
}

std::int64_t with_signed_digits(std::int64_t m, int digits, std::int64_t limit) {
  if (signed_digits(m) <= digits) return m;
  Best best{limit, m, std::nullopt};
  best.search(0, digits);
  return best.found.value_or(m);
}

}  // namespace hillock::passes
