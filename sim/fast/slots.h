// Where the neurons of a population lie in its arrays: its slots.
//
// A population that a convolution reaches lies position by position, channels innermost, with
// columns without neurons left and right of each row: so every event adds whole, equally long runs,
// and none is cut at an edge. A row's columns on the right are the next one's on the left. Any
// other population has its neurons in order. Either way a slot follows from its neuron by
// arithmetic, and the neuron from the slot.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compiler/ir/quantized_network.h"
#include "sim/fast/divider.h"

namespace hillock::sim::fast {

// One axis of a convolution along a row, dilation written out as zeros: the kernel's columns fall
// into `stride` classes, and an element meets those of one, at consecutive columns of the output.
struct KernelColumns {
  std::size_t kernel;  // with dilation
  std::size_t stride;

  explicit KernelColumns(const ir::ConvGeometry& g)
      : kernel((g.kernel_width - 1) * g.dilation_width + 1), stride(g.stride_width) {}

  [[nodiscard]] std::size_t in_class(std::size_t c) const {
    return c < kernel ? (kernel - c + stride - 1) / stride : 0;
  }
  // The output column that the class's last kernel column meets; the first of its run.
  [[nodiscard]] std::int64_t first_output(std::size_t at, std::size_t c) const {
    const auto last = static_cast<std::int64_t>(c + (in_class(c) - 1) * stride);
    return (static_cast<std::int64_t>(at) - last) / static_cast<std::int64_t>(stride);
  }
};

class Slots {
 public:
  Slots() = default;
  // In order.
  explicit Slots(std::size_t neurons) : count_(neurons) {}
  // [channels, height, width], with room for `left` and `right` columns beside each row.
  Slots(std::size_t channels, std::size_t height, std::size_t width, std::size_t left,
        std::size_t right);

  // With those without neurons.
  [[nodiscard]] std::size_t count() const { return count_; }
  // Whether a slot has the number of its neuron.
  [[nodiscard]] bool plain() const { return row_ == 0; }

  [[nodiscard]] std::size_t at(std::size_t neuron) const {
    if (plain()) return neuron;
    const auto j = static_cast<std::uint32_t>(neuron);
    const std::uint32_t line = width_.quotient(j);  // channel * height + y
    const std::uint32_t c = height_.quotient(line);
    return (left_ + height_.rest(line, c) * row_ + width_.rest(j, line)) * channels_.divisor() + c;
  }
  // Of a slot that has one.
  [[nodiscard]] std::uint32_t neuron(std::uint32_t slot) const {
    if (plain()) return slot;
    const std::uint32_t position = channels_.quotient(slot);
    const std::uint32_t in_rows = position - static_cast<std::uint32_t>(left_);
    const std::uint32_t y = row_columns_.quotient(in_rows);
    const std::uint32_t line = channels_.rest(slot, position) * height_.divisor() + y;
    return line * width_.divisor() + row_columns_.rest(in_rows, y);
  }

  // Of a population that a convolution reaches: slots from one row to the next, and the first slot
  // of column `x` of the first row; x >= -left.
  [[nodiscard]] std::size_t row_slots() const { return row_ * channels_.divisor(); }
  [[nodiscard]] std::size_t column(std::int64_t x) const {
    return static_cast<std::size_t>(static_cast<std::int64_t>(left_) + x) * channels_.divisor();
  }

  // The slots without a neuron: those before the first one, then `gap` behind each of `rows` rows,
  // the first of these from `first_gap`.
  [[nodiscard]] std::size_t before() const { return plain() ? 0 : column(0); }
  [[nodiscard]] std::size_t gap() const { return gap_; }
  [[nodiscard]] std::size_t rows() const { return height_.divisor(); }
  [[nodiscard]] std::size_t first_gap() const { return before() + row_slots() - gap_; }

 private:
  std::size_t count_ = 0;
  std::size_t left_ = 0;  // columns before the first neuron
  std::size_t row_ = 0;   // columns from one row to the next; 0: in order
  std::size_t gap_ = 0;   // slots between two rows
  Divider channels_, height_, width_, row_columns_;
};

[[nodiscard]] Slots slots_of(const ir::QuantizedNetwork& network, std::size_t population);

}  // namespace hillock::sim::fast
