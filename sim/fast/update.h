// A step of a population's neurons in vectors, by docs/arithmetic.md; update.cpp is compiled once
// per instruction set, like kernels.cpp. Arrays are per slot.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hillock::sim::fast {

// The threshold of a slot without a neuron: nothing exceeds it.
inline constexpr std::int32_t kNoNeuron = INT32_MAX;

// What the neurons send in a step: the slots, rising.
struct Sent {
  std::size_t count = 0;
  std::int64_t saturations = 0;
};

// Neurons of every kind, in 32 bits.
struct Update {
  std::size_t slots = 0;
  bool first = false;  // step of the sample: no reset is due
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
  const std::int32_t* threshold = nullptr;
  const std::int32_t* reset_amount = nullptr;
  const std::int32_t* decay = nullptr;
  const std::int32_t* bias = nullptr;
  const std::int32_t* reset_value = nullptr;
  const std::int32_t* current_decay = nullptr;
  const std::int32_t* current_bias = nullptr;
  const std::int32_t* reset_decay = nullptr;    // of an alpha synapse that subtracts
  const std::int32_t* reset_current = nullptr;  // likewise
  std::int32_t* membrane = nullptr;
  std::int32_t* current_state = nullptr;  // I, or E of an alpha synapse
  std::int32_t* hidden = nullptr;         // H of an alpha synapse
  std::int32_t* value = nullptr;          // of what is sent, where it carries values
};

// Takes the sums (and leaves zeros), and writes the slots that send something to `sent`.
template <typename S>
Sent update(const Update& u, S* sum, std::uint32_t* sent);

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
  bool first = false;
  bool spiking = true;
  bool leaks = true;     // else D(v) = v
  bool current = false;  // Synapse::Current
  NarrowRule rule = NarrowRule::None;
  int fraction_bits = 0;
  NarrowLimits limits;
  const std::int16_t* valid = nullptr;      // 0 where there is no neuron, else -1; null: all are
  const std::int16_t* threshold = nullptr;  // INT16_MAX: never
  const std::int16_t* reset_amount = nullptr;
  const std::int16_t* decay = nullptr;  // narrow_decay()
  const std::int16_t* bias = nullptr;   // may be null: none
  const std::int16_t* reset_value = nullptr;
  const std::int16_t* current_decay = nullptr;
  const std::int16_t* current_bias = nullptr;
  std::int16_t* membrane = nullptr;
  std::int16_t* current_state = nullptr;
  std::uint8_t* bits = nullptr;  // room for a bit per slot
};

// D(v) = v + ((v * n + 2^14) >> 15), which processors have an instruction for, with this n: exactly
// the decay by m / 2^k of fixed_point.h, because v = (v * 2^15) >> 15 and k is at most 15.
[[nodiscard]] constexpr std::int16_t narrow_decay(std::int64_t multiplier, int shift) {
  return static_cast<std::int16_t>((multiplier << (15 - shift)) - 32768);
}

// As update(); `within` is whether all kept within their limits. If not, nothing of the step holds.
std::size_t update_narrow(const NarrowUpdate& u, std::int16_t* sum, std::uint32_t* sent,
                          bool& within);

}  // namespace hillock::sim::fast
