// fire() and prepare() against the equations of docs/arithmetic.md, for every rule and every value
// at small widths: as written there, and not as either side computes them.
#include "compiler/numeric/neuron.h"

#include <catch2/catch.hpp>
#include <string>

namespace hillock::numeric {
namespace {

enum class Rule {
  Integrator,
  NoReset,
  DelayedSubtract,
  DelayedZero,
  DelayedZeroLost,
  SameStepSubtract,
  SameStepZero,
  SnntorchSubtract,
};

NeuronSwitches switches(Rule rule) {
  switch (rule) {
    //                                  spiking subtract zero  same   quirk  lose
    case Rule::Integrator:
      return {false, false, false, false, false, false, 0};
    case Rule::NoReset:
      return {true, false, false, false, false, false, 0};
    case Rule::DelayedSubtract:
      return {true, true, false, false, false, false, 0};
    case Rule::DelayedZero:
      return {true, false, true, false, false, false, 0};
    case Rule::DelayedZeroLost:
      return {true, false, true, false, false, true, 0};
    case Rule::SameStepSubtract:
      return {true, true, false, true, false, false, 0};
    case Rule::SameStepZero:
      return {true, false, true, true, false, false, 0};
    case Rule::SnntorchSubtract:
      return {true, true, false, true, true, false, 0};
  }
  return {};
}

struct Step {
  std::int64_t v = 0;
  bool spike = false;
  bool saturated = false;

  friend bool operator==(const Step&, const Step&) = default;
};

// V[t] and s[t] from V[t-1] and A[t]; `first`: t is 0, where V[-1] is 0 and nothing has spiked.
Step contract(Rule rule, std::int64_t before, bool first, std::int64_t a, const NeuronConstants& c,
              int offset) {
  if (first) before = 0;
  const std::int64_t half = c.decay.shift == 0 ? 0 : std::int64_t{1} << (c.decay.shift - 1);
  // floor(x / 2^k), by division rather than by shift
  const auto floor_div = [](std::int64_t x, std::int64_t y) {
    return x / y - (x % y != 0 && x < 0 ? 1 : 0);
  };
  const std::int64_t d =
      floor_div(before * c.decay.multiplier + half, std::int64_t{1} << c.decay.shift);
  const std::int64_t theta = c.threshold;
  const std::int64_t amount = theta + offset;
  const bool r = !first && before > theta;

  std::int64_t v = d + a + c.bias;
  if (rule == Rule::DelayedSubtract && r) v -= amount;
  if (rule == Rule::DelayedZero && r) v -= d;
  Step out;
  out.v = std::min(std::max(v, min_of(c.membrane_bits)), max_of(c.membrane_bits));
  out.saturated = out.v != v;
  if (rule == Rule::DelayedZeroLost && r) out = {};

  if (rule == Rule::Integrator) return out;
  const bool snntorch = rule == Rule::SnntorchSubtract;
  out.spike = snntorch && r ? out.v - amount > theta : out.v > theta;
  if (out.spike && (rule == Rule::SameStepSubtract || snntorch)) out.v -= amount;
  if (out.spike && rule == Rule::SameStepZero) out.v = c.reset_value;
  return out;
}

TEST_CASE("prepare() and fire() are the contract", "[numeric]") {
  const Rule rule = GENERATE(Rule::Integrator, Rule::NoReset, Rule::DelayedSubtract,
                             Rule::DelayedZero, Rule::DelayedZeroLost, Rule::SameStepSubtract,
                             Rule::SameStepZero, Rule::SnntorchSubtract);
  const int offset = GENERATE(0, 1);
  NeuronSwitches s = switches(rule);
  s.reset_offset = offset;
  NeuronConstants c;
  c.membrane_bits = 4;
  c.reset_value = -2;
  int wrong = 0;
  int steps = 0;
  std::string first_wrong;
  for (c.threshold = 0; c.threshold <= 6; ++c.threshold) {
    for (c.decay.shift = 0; c.decay.shift <= 3; ++c.decay.shift) {
      for (c.decay.multiplier = 0; c.decay.multiplier <= 1 << c.decay.shift; ++c.decay.multiplier) {
        for (c.bias = -2; c.bias <= 2; ++c.bias) {
          for (std::int64_t before = -8; before <= 7; ++before) {
            for (const bool first : {false, true}) {
              for (std::int64_t a = -12; a <= 12; ++a) {
                const Prepared p = prepare(before, first, s, c);
                const Fired f = fire(p.sum + a, p.held, s, c);
                const Step got{f.membrane, f.spike, f.saturated};
                ++steps;
                if (got == contract(rule, before, first, a, c, offset)) continue;
                if (++wrong > 1) continue;
                first_wrong = "V " + std::to_string(before) + " A " + std::to_string(a) +
                              " theta " + std::to_string(c.threshold) + " b " +
                              std::to_string(c.bias) + (first ? " first" : "");
              }
            }
          }
        }
      }
    }
  }
  CAPTURE(static_cast<int>(rule), offset, first_wrong);
  CHECK(wrong == 0);
  CHECK(steps == 7 * (2 + 3 + 5 + 9) * 5 * 16 * 2 * 25);
}

TEST_CASE("several spikes in a step are as many resets as the membrane has", "[numeric]") {
  for (int max = 2; max <= 20; ++max) {
    for (const int offset : {0, 1}) {
      NeuronSwitches s;
      s.same_step = true;
      s.max_spikes = max;
      s.reset_offset = offset;
      NeuronConstants c;
      c.membrane_bits = 10;
      for (c.threshold = 1 - offset; c.threshold < 30; ++c.threshold) {
        for (std::int64_t v = -40; v < 300; ++v) {
          std::int64_t left = v;
          int count = 0;
          for (; left > c.threshold && count < max; ++count) left -= c.threshold + offset;
          const Fired f = fire(v, false, s, c);
          REQUIRE(f.value == count);
          REQUIRE(f.spike == (count > 0));
          REQUIRE(f.membrane == left);
          REQUIRE(f.saturated == (left > c.threshold));
        }
      }
    }
  }
}

TEST_CASE("a membrane that is sent is rounded half up, and clamped", "[numeric]") {
  CHECK(graded(6, 2, 4) == 2);
  CHECK(graded(-6, 2, 4) == -1);
  CHECK(graded(-7, 2, 4) == -2);
  CHECK(graded(1, 2, 4) == 0);
  CHECK(graded(100, 2, 4) == 7);
  CHECK(graded(-100, 2, 4) == -8);
  CHECK(graded(5, 0, 4) == 5);
}

TEST_CASE("a half is rounded up, below zero as well", "[numeric]") {
  CHECK(decay(3, {1, 1}) == 2);
  CHECK(decay(-3, {1, 1}) == -1);
  CHECK(decay(-1, {1, 1}) == 0);
  CHECK(decay(7, {1, 0}) == 7);
  CHECK(round_half_up(-0.5) == 0);
  CHECK(round_half_up(-1.5) == -1);
  CHECK(round_half_up(2.5) == 3);
}

TEST_CASE("widths are the narrowest that hold", "[numeric]") {
  CHECK(bits_for_range(0, 0) == 1);
  CHECK(bits_for_range(-1, 0) == 1);
  CHECK(bits_for_range(0, 1) == 2);
  for (int bits = 2; bits < 63; ++bits) {
    CHECK(bits_for_range(min_of(bits), max_of(bits)) == bits);
    CHECK(bits_for_range(min_of(bits) - 1, 0) == bits + 1);
    CHECK(bits_for_range(0, max_of(bits) + 1) == bits + 1);
    CHECK(unsigned_bits_for((std::uint64_t{1} << bits) - 1) == bits);
    CHECK(unsigned_bits_for(std::uint64_t{1} << bits) == bits + 1);
  }
  CHECK(saturate(200, 8) == 127);
  CHECK(saturate(-200, 8) == -128);
  CHECK(saturate(5, 8) == 5);
}

}  // namespace
}  // namespace hillock::numeric
