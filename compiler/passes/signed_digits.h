// Numbers as sums of few signed powers of two: what a leak by shifts and additions can multiply by.
#pragma once

#include <cstdint>

namespace hillock::passes {

// The fewest signed powers of two that sum up to |m|: the digits of its non-adjacent form.
[[nodiscard]] int signed_digits(std::int64_t m);

// A number from 0 to `limit` with at most `digits` signed digits, as near to m as greedy choices
// between the powers of two on either side come; m itself where it has no more. 0 <= m <= limit, a
// power of two; digits >= 1.
[[nodiscard]] std::int64_t with_signed_digits(std::int64_t m, int digits, std::int64_t limit);

}  // namespace hillock::passes
