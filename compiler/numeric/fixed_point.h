// Integer arithmetic of the contract (docs/arithmetic.md): two's complement, rounding and overflow
// named, never implied. The RTL mirrors decay() in rtl_templates/snn/snn_decay.v and saturate() in
// rtl_templates/snn/snn_fire.v.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace hillock::numeric {

enum class RoundingMode { HalfUp };              // floor(x + 1/2)
enum class OverflowMode { Proved, Saturating };  // cannot happen, by proof | clamps and is counted

// The smallest and largest values of a two's complement integer of `bits` bits (1..63).
[[nodiscard]] constexpr std::int64_t min_of(int bits) { return -(std::int64_t{1} << (bits - 1)); }
[[nodiscard]] constexpr std::int64_t max_of(int bits) {
  return (std::int64_t{1} << (bits - 1)) - 1;
}

// The narrowest two's complement width that holds both ends of [lo, hi]; at least 1.
[[nodiscard]] constexpr int bits_for_range(std::int64_t lo, std::int64_t hi) {
  int bits = 1;
  while (lo < min_of(bits) || hi > max_of(bits)) ++bits;
  return bits;
}

// The narrowest unsigned width that holds 0..value; at least 1.
[[nodiscard]] constexpr int unsigned_bits_for(std::uint64_t value) {
  int bits = 1;
  while (bits < 64 && (value >> bits) != 0) ++bits;
  return bits;
}

// A decay of multiplier / 2^shift, with 0 <= multiplier <= 2^shift.
struct Decay {
  std::int64_t multiplier = 1;
  int shift = 0;

  friend bool operator==(const Decay&, const Decay&) = default;
};

// D(v) = (v * m + 2^(k-1)) >> k, rounding half up; D(v) = v * m where k is 0.
[[nodiscard]] constexpr std::int64_t decay(std::int64_t v, Decay d) {
  const std::int64_t product = v * d.multiplier;
  if (d.shift == 0) return product;
  return (product + (std::int64_t{1} << (d.shift - 1))) >> d.shift;
}

// Clamps to `bits` bits.
[[nodiscard]] constexpr std::int64_t saturate(std::int64_t v, int bits) {
  return std::clamp(v, min_of(bits), max_of(bits));
}

// A membrane as an event's value: in units of 2^shift, rounded half up, clamped to `bits` bits.
[[nodiscard]] constexpr std::int64_t graded(std::int64_t v, int shift, int bits) {
  const std::int64_t half = shift == 0 ? 0 : std::int64_t{1} << (shift - 1);
  return saturate((v + half) >> shift, bits);
}

// Rounds half up to an integer. `x` must lie within the range of int64.
[[nodiscard]] inline std::int64_t round_half_up(double x) {
  return static_cast<std::int64_t>(std::floor(x + 0.5));
}

[[nodiscard]] constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace hillock::numeric
