// The two halves of a neuron's step, as the hardware does them: fire() ends a step, prepare()
// begins the next one. The RTL mirrors them line for line in rtl_templates/snn/snn_fire.v and
// rtl_templates/snn/snn_prepare.v; together they equal the contract's equations
// (docs/arithmetic.md), which tests/unit/numeric checks. The integer model computes those equations
// directly, not through these.
//
// Between the two a neuron keeps one or two words. The sum is V's. Events are added to it, unless
// the neuron has a current word, which takes them in its place:
//   current    the word is the current I: its events add up, and fire() adds it to the sum
//   alpha      the word is E; the sum is V, which no event of its own step changes: what an event
//              adds to E it takes from H
//   max_input  the word is the largest value of the step; fire() adds it to the sum
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
  int max_spikes = 1;  // more: same_step, no quirk; the event is a count
  // Not spiking: the event is the membrane, graded() to so many bits; 0: there is none.
  int value_bits = 0;
  int value_shift = 0;
  // At most one of these.
  bool current = false;    // Synapse::Current
  bool alpha = false;      // Synapse::Alpha; its reset is delayed: none, subtract, or zero and lost
  bool max_input = false;  // max-pooled

  [[nodiscard]] constexpr bool alpha_subtracts() const { return alpha && reset_subtract; }
  [[nodiscard]] constexpr bool needs_held() const {
    return quirk || lose_input || alpha_subtracts();
  }
  [[nodiscard]] constexpr bool has_current() const { return current || alpha || max_input; }

  friend constexpr bool operator==(const NeuronSwitches&, const NeuronSwitches&) = default;
};

struct NeuronConstants {
  std::int64_t threshold = 0;
  std::int64_t bias = 0;
  std::int64_t reset_value = 0;
  Decay decay;  // of V; of H where alpha
  int membrane_bits = 32;
  std::int64_t current_bias = 0;
  Decay current_decay;
  int current_bits = 0;
  // Of alpha_subtracts(): what H decays by after a spike, and what E loses.
  Decay reset_decay;
  std::int64_t reset_current = 0;
};

struct Fired {
  bool spike = false;      // there is an event
  std::int64_t value = 0;  // that it carries: 1, a count or a membrane
  std::int64_t membrane = 0;
  bool saturated = false;
  std::int64_t current = 0;  // I or E after the step; unused without either
  std::int64_t hidden = 0;   // H after the step (alpha)
};

struct Prepared {
  std::int64_t sum = 0;
  bool held = false;
  std::int64_t current = 0;  // the current word before any event
};

// End of a step. `sum` is the prepared sum plus, without a current word, all events of the step;
// `current` the current word after all of them.
[[nodiscard]] constexpr Fired fire(std::int64_t sum, std::int64_t current, bool held,
                                   const NeuronSwitches& s, const NeuronConstants& c) {
  const std::int64_t total = s.current || s.max_input ? sum + current : sum;
  const std::int64_t clamped = saturate(total, c.membrane_bits);
  const bool lost = s.lose_input && held;
  const std::int64_t m = lost ? 0 : clamped;
  const std::int64_t amount = c.threshold + s.reset_offset;
  const std::int64_t compared = s.quirk && held ? m - amount : m;
  Fired out;
  out.saturated = clamped != total && !lost;
  out.spike = s.spiking && compared > c.threshold;
  out.value = out.spike ? 1 : 0;
  out.membrane = m;
  if (s.max_spikes > 1) {
    // By halves of the spikes that are left, the larger first: no divider.
    std::int64_t left = m;
    out.value = 0;
    for (int open = s.max_spikes; open > 0; open /= 2) {
      const int take = (open + 1) / 2;
      if (left - take * amount <= -s.reset_offset) continue;
      left -= take * amount;
      out.value += take;
    }
    if (left > c.threshold) out.saturated = true;
    if (s.reset_subtract) out.membrane = left;
  } else if (s.same_step && s.reset_subtract && out.spike) {
    out.membrane = m - amount;
  }
  if (s.same_step && s.reset_zero && out.spike) out.membrane = c.reset_value;
  if (s.value_bits > 0) {
    out.value = graded(m, s.value_shift, s.value_bits);
    out.spike = out.value != 0;
    if (out.value != graded(m, s.value_shift, 62)) out.saturated = true;
  }
  if (s.current) out.current = current;
  if (s.alpha && !lost) {
    out.current = current;
    out.hidden = s.reset_subtract && held ? 0 : sum - current;  // of the sum before it is clamped
  }
  return out;
}

// The same without a current word.
[[nodiscard]] constexpr Fired fire(std::int64_t sum, bool held, const NeuronSwitches& s,
                                   const NeuronConstants& c) {
  return fire(sum, 0, held, s, c);
}

// Begin of a step: the words before any event. `current`: I or E; `hidden`: H. `start`: first step
// of a sample, where all three count as 0.
[[nodiscard]] constexpr Prepared prepare(std::int64_t membrane, std::int64_t current,
                                         std::int64_t hidden, bool start, const NeuronSwitches& s,
                                         const NeuronConstants& c) {
  const bool delayed = s.spiking && !s.same_step;
  const bool reset = (delayed || s.quirk) && !start && membrane > c.threshold;
  const bool clear = start || (reset && delayed && s.reset_zero && !s.lose_input);
  std::int64_t offset = c.bias;
  if (reset && delayed && s.reset_subtract) offset -= c.threshold + s.reset_offset;
  const std::int64_t decayed_current = decay(start ? 0 : current, c.current_decay);
  Prepared out;
  out.held = s.needs_held() && reset;
  const bool taken = s.alpha_subtracts() && reset;
  if (s.alpha) {
    out.sum = decayed_current + decay(start ? 0 : hidden, taken ? c.reset_decay : c.decay);
  } else {
    out.sum = decay(clear ? 0 : membrane, c.decay) + offset;
  }
  if (s.current || s.alpha) out.current = decayed_current + c.current_bias;
  if (taken) out.current -= c.reset_current;
  if (s.max_input) out.current = min_of(c.current_bits);
  return out;
}

// The same without a current word.
[[nodiscard]] constexpr Prepared prepare(std::int64_t membrane, bool start, const NeuronSwitches& s,
                                         const NeuronConstants& c) {
  return prepare(membrane, 0, 0, start, s, c);
}

}  // namespace hillock::numeric
