// The two halves of a neuron's step, as the hardware does them: fire() ends a step, prepare()
// begins the next one. The RTL mirrors them line for line in rtl_templates/snn/snn_fire.v and
// rtl_templates/snn/snn_prepare.v; together they equal the contract's equations
// (docs/arithmetic.md), which tests/unit/numeric checks exhaustively at small widths. The integer
// model computes those equations directly, not through these.
#pragma once

#include <cstdint>

#include "compiler/numeric/fixed_point.h"

namespace hillock::numeric {

// The neuron's rule as independent switches, as the RTL's parameters have them.
struct NeuronSwitches {
  bool spiking = true;
  bool reset_subtract = true;
  bool reset_zero = false;
  bool same_step = false;
  bool quirk = false;       // snnTorch's reset_delay=False with subtraction; implies same_step
  bool lose_input = false;  // delayed reset to zero that loses its step's input
  int reset_offset = 0;

  [[nodiscard]] constexpr bool needs_held() const { return quirk || lose_input; }
};

struct NeuronConstants {
  std::int64_t threshold = 0;
  std::int64_t bias = 0;
  std::int64_t reset_value = 0;
  Decay decay;
  int membrane_bits = 32;
};

struct Fired {
  bool spike = false;
  std::int64_t membrane = 0;
  bool saturated = false;
};

struct Prepared {
  std::int64_t sum = 0;
  bool held = false;
};

// End of a step: `sum` is the prepared sum plus all events of the step.
[[nodiscard]] constexpr Fired fire(std::int64_t sum, bool held, const NeuronSwitches& s,
                                   const NeuronConstants& c) {
  const std::int64_t clamped = saturate(sum, c.membrane_bits);
  const bool lost = s.lose_input && held;
  const std::int64_t m = lost ? 0 : clamped;
  const std::int64_t amount = c.threshold + s.reset_offset;
  const std::int64_t compared = s.quirk && held ? m - amount : m;
  Fired out;
  out.saturated = clamped != sum && !lost;
  out.spike = s.spiking && compared > c.threshold;
  out.membrane = m;
  if (s.same_step && s.reset_subtract && out.spike) out.membrane = m - amount;
  if (s.same_step && s.reset_zero && out.spike) out.membrane = c.reset_value;
  return out;
}

// Begin of a step: the sum before any event. `start`: first step of a sample.
[[nodiscard]] constexpr Prepared prepare(std::int64_t membrane, bool start, const NeuronSwitches& s,
                                         const NeuronConstants& c) {
  const bool delayed = s.spiking && !s.same_step;
  const bool reset = (delayed || s.quirk) && !start && membrane > c.threshold;
  const bool clear = start || (reset && delayed && s.reset_zero && !s.lose_input);
  std::int64_t offset = c.bias;
  if (reset && delayed && s.reset_subtract) offset -= c.threshold + s.reset_offset;
  return {decay(clear ? 0 : membrane, c.decay) + offset, s.needs_held() && reset};
}

}  // namespace hillock::numeric
