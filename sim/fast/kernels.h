// The inner loops of the fast integer model, in vectors. kernels.cpp is compiled once per
// instruction set by Highway, and the best one that the processor has is taken at run time.
//
// A slot is a neuron's place in the arrays of its population (see arrange.h). W is the type of a
// weight, S that of a step's sum; sums may wrap on the way, because their end is proved to fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hillock::sim::fast {

// Elements that every array a kernel touches has to spare behind its last one.
inline constexpr std::size_t kSpare = 64;
// Runs of convolution weights are padded with zeros to a multiple of this.
inline constexpr std::size_t kRunUnit = 16;
// The threshold of a slot without a neuron: nothing exceeds it.
inline constexpr std::int32_t kNoNeuron = INT32_MAX;

struct Events {
  const std::uint32_t* element = nullptr;
  const std::int32_t* value = nullptr;  // null: all are 1
  std::size_t count = 0;
};

// Where an element of a convolution's source lands: `length` slots from `slot`, the weights of one
// row of the kernel from `weight`; the rows of the kernel that it meets are rows[row]...
struct Landing {
  std::uint32_t slot = 0;
  std::uint32_t weight = 0;
  std::uint32_t row = 0;
};
struct KernelRow {
  std::uint32_t slot = 0;
  std::uint32_t weight = 0;
};

template <typename W>
struct ConvPlan {
  std::vector<Landing> landing;          // per element of the source
  std::vector<std::uint32_t> length;     // per element; 0 where it reaches nothing
  std::vector<std::uint32_t> first_row;  // per row of the source, into rows; one more at the end
  std::vector<KernelRow> rows;
  std::vector<W> weight;
};

// sum[0..n) += weight[element * stride + 0..n) * value, over all events.
template <typename W, typename S>
void add_rows(const Events& events, const W* weight, std::size_t stride, std::size_t n, S* sum);

// The same of events that are all 1, where the weights of any `batch` rows add up to no more than a
// byte: so many are added as bytes, and only then to the sums.
void add_byte_rows(const Events& events, const std::int8_t* weight, std::size_t stride,
                   std::size_t n, std::size_t batch, std::int16_t* sum);

template <typename W, typename S>
void add_conv(const Events& events, const ConvPlan<W>& plan, S* sum);

// A step of a population's neurons, by docs/arithmetic.md. Arrays are per slot.
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
  const std::int32_t* threshold = nullptr;
  const std::int32_t* reset_amount = nullptr;
  const std::int32_t* decay = nullptr;
  const std::int32_t* bias = nullptr;
  const std::int32_t* reset_value = nullptr;
  const std::int32_t* current_decay = nullptr;
  const std::int32_t* current_bias = nullptr;
  std::int32_t* membrane = nullptr;
  std::int32_t* current_state = nullptr;  // I, or E of an alpha synapse
  std::int32_t* hidden = nullptr;         // H of an alpha synapse
};
struct Fired {
  std::size_t spikes = 0;
  std::int64_t saturations = 0;
};

// Takes the sums (and leaves zeros), and writes the slots that spiked, rising, to `spiked`.
template <typename S>
Fired update(const Update& u, S* sum, std::uint32_t* spiked);

// The indices of all x that are not zero, rising; `binary` is whether all of those are 1. There is
// room for n + kSpare of them.
std::size_t find_events(const float* x, std::size_t n, std::uint32_t* element, bool& binary);
std::size_t find_events(const std::uint8_t* x, std::size_t n, std::uint32_t* element, bool& binary);

}  // namespace hillock::sim::fast
