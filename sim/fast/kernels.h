// The inner loops of the fast integer model that find events and add weights, in vectors (those
// that update neurons: update.h). kernels.cpp is compiled once per instruction set by Highway, and
// the best one that the processor has is taken at run time.
//
// A slot is a neuron's place in the arrays of its population (see slots.h). W is the type of a
// weight, S that of a step's sum; sums may wrap on the way, because their end is proved to fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "sim/fast/divider.h"
#include "sim/fast/event_history.h"

namespace hillock::sim::fast {

// Arrays that vectors walk begin with a cache line: a vector of a line's size that begins within
// one touches two.
template <typename T>
struct LineAllocator {
  static constexpr std::align_val_t kLine{64};
  using value_type = T;

  LineAllocator() = default;
  template <typename U>
  explicit LineAllocator(const LineAllocator<U>&) {}
  [[nodiscard]] T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new(n * sizeof(T), kLine));
  }
  void deallocate(T* p, std::size_t) { ::operator delete(p, kLine); }
  bool operator==(const LineAllocator&) const { return true; }
};
template <typename T>
using Array = std::vector<T, LineAllocator<T>>;

// Elements that every array a kernel touches has to spare behind its last one.
inline constexpr std::size_t kSpare = 64;
// Runs of convolution weights are padded with zeros to a multiple of this.
inline constexpr std::size_t kRunUnit = 16;

constexpr std::size_t round_up(std::size_t n, std::size_t unit) {
  return (n + unit - 1) / unit * unit;
}

// A convolution's source is [channels, height, width]; where an event of it lands follows from its
// row and column. It adds `length` weights from `weight` to as many slots from `slot`, once for
// each row of the kernel that it meets, which are rows[first_row[y]] to rows[first_row[y + 1]].
struct LandingColumn {
  std::uint32_t slot = 0;
  std::uint32_t weight = 0;
  std::uint32_t length =
      0;                  // with columns that are no neuron's, and padding; 0: it reaches nothing
  std::uint32_t met = 0;  // columns of neurons among them
};
struct KernelRow {
  std::uint32_t slot = 0;
  std::uint32_t weight = 0;
};

template <typename W>
struct ConvPlan {
  Divider width, height;                 // of the source
  std::size_t channel_weights = 0;       // weights of a channel of the source
  std::uint32_t reached = 0;             // channels of the target that each of the source reaches
  std::vector<LandingColumn> columns;    // per column of the source
  std::vector<std::uint32_t> first_row;  // per row of the source, into rows; one more at the end
  std::vector<KernelRow> rows;
  Array<W> weight;
};

// sum[0..n) += weight[element * stride + 0..n) * value, over all events. Events that are all 1 are
// added up `batch` rows at a time in the narrowest type that holds any so many of them, and only
// then to the sums.
struct Batch {
  std::size_t bytes = 0;  // rows whose weights always add up to no more than a byte
  std::size_t words = 0;  // the same for 16 bits
};
template <typename W, typename S>
void add_rows(const Events& events, const W* weight, std::size_t stride, std::size_t n,
              const Batch& batch, S* sum);

// Returns how many weights the events add.
template <typename W, typename S>
std::size_t add_conv(const Events& events, const ConvPlan<W>& plan, S* sum);

// Writes the indices of all x that are not zero, rising, to the next step of `to`, and returns how
// many they are. `largest` is the largest of x, and at least 1.
std::size_t find_events(const std::uint8_t* x, std::size_t n, EventHistory& to,
                        std::uint8_t& largest);
// The same of floats; `binary` is whether all that are not zero are 1.
std::size_t find_events(const float* x, std::size_t n, EventHistory& to, bool& binary);

}  // namespace hillock::sim::fast
