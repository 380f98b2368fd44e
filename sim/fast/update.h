// A step of a population's neurons in vectors, by docs/arithmetic.md; update.cpp is compiled once
// per instruction set, like kernels.cpp. Arrays are per slot.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/fast/event_history.h"

namespace hillock::sim::fast {

// A parameter of the neurons: one value for each slot, or one for all of them, of which as many lie
// side by side as a vector has lanes.
template <typename V>
struct Parameter {
  const V* values = nullptr;  // null where the rule does not use it
  std::size_t each_slot = 0;  // all bits set, or none where there is one value for all

  // The values of the slots from `slot`, a multiple of a vector's lanes.
  [[nodiscard]] const V* from(std::size_t slot) const { return values + (slot & each_slot); }
};

// What a step reads and leaves for the next one, and what it says. Slots without a neuron are at
// rest: their sum is 0 (behind the last slot it counts as 0), and so are their membrane and all
// else.
template <typename V>
struct StepState {
  bool first = false;  // step of the sample: no reset is due
  V* membrane = nullptr;
  V* current = nullptr;           // I, or E of an alpha synapse
  V* hidden = nullptr;            // H of an alpha synapse
  std::uint8_t* bits = nullptr;   // room for one of each slot, in whole words of 64
  std::int32_t* value = nullptr;  // beside each that sends, where it carries values: room for all
};

// Neurons of every kind, in 32 bits.
struct Update {
  std::size_t slots = 0;
  int fraction_bits = 0;
  int decay_shift = 0;
  int current_decay_shift = 0;
  bool wide = false;  // the product of a decay may need more than 32 bits
  bool wide_current = false;
  bool current = false;  // Synapse::Current
  bool alpha = false;    // Synapse::Alpha
  bool spiking = true;
  bool subtract = false;
  bool zero = false;
  bool delayed = false;
  bool quirk = false;
  bool loses_input = false;
  bool saturates = false;
  std::int32_t lowest = 0;  // of a membrane that saturates
  std::int32_t highest = 0;
  int max_spikes = 1;  // more: the value of an event is their number
  int value_bits = 0;  // not 0: every membrane is sent, in so many bits
  int value_shift = 0;
  Parameter<std::int32_t> threshold, reset_amount, decay, bias, reset_value, current_decay,
      current_bias;
  Parameter<std::int32_t> reset_decay, reset_current;  // of an alpha synapse that subtracts
};

// What the neurons send in a step.
struct Sent {
  std::size_t count = 0;
  std::int64_t saturations = 0;
};

// Takes the sums (and leaves zeros), and writes the slots that send something, rising, to the next
// step of `sent`.
template <typename S>
Sent update(const Update& u, const StepState<std::int32_t>& state, S* sum, EventHistory& sent);

// The usual neurons in 16 bits: no alpha synapse, no values, nothing that saturates.
enum class NarrowRule {
  None,  // also of what does not spike
  DelayedSubtract,
  DelayedZero,
  DelayedZeroLosesInput,
  Subtract,
  Zero,
};

// What 16 bits surely hold: where the sums, the currents and the membranes keep within their limits
// in every step, nothing has overflowed. Where 16 bits are proved to do, the limits are theirs.
struct NarrowLimits {
  std::int16_t sum = INT16_MAX;
  std::int16_t current = INT16_MAX;
  std::int16_t membrane = INT16_MAX;
  bool proved = true;
};

struct NarrowUpdate {
  std::size_t slots = 0;
  bool spiking = true;
  bool leaks = true;     // else D(v) = v
  bool current = false;  // Synapse::Current
  NarrowRule rule = NarrowRule::None;
  int fraction_bits = 0;
  NarrowLimits limits;
  Parameter<std::int16_t> threshold;  // INT16_MAX: never
  Parameter<std::int16_t> reset_amount, reset_value;
  Parameter<std::int16_t> bias, current_bias;    // of the membrane null: none
  Parameter<std::int16_t> decay, current_decay;  // narrow_decay()
};

// D(v) = v + ((v * n + 2^14) >> 15), which processors have an instruction for, with this n: exactly
// the decay by m / 2^k of fixed_point.h, because v = (v * 2^15) >> 15 and k is at most 15.
[[nodiscard]] constexpr std::int16_t narrow_decay(std::int64_t multiplier, int shift) {
  return static_cast<std::int16_t>((multiplier << (15 - shift)) - 32768);
}

// As update(); `within` is whether all kept within their limits. If not, nothing of the step holds.
std::size_t update_narrow(const NarrowUpdate& u, const StepState<std::int16_t>& state,
                          std::int16_t* sum, EventHistory& sent, bool& within);

}  // namespace hillock::sim::fast
