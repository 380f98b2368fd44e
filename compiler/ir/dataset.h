// A data set: input values for every sample, step and element, with labels where they are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/shape.h"

namespace hillock::ir {

// The values of one step of a sample, in the form in which the data set keeps them.
class Row {
 public:
  Row(const float* floats, const std::uint8_t* bytes, std::size_t size)
      : floats_(floats), bytes_(bytes), size_(size) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] float operator[](std::size_t i) const {
    return bytes_ == nullptr ? floats_[i] : static_cast<float>(bytes_[i]);
  }
  // The others are null.
  [[nodiscard]] const float* floats() const { return floats_; }
  [[nodiscard]] const std::uint8_t* bytes() const { return bytes_; }
  [[nodiscard]] Row part(std::size_t first, std::size_t count) const {
    return {floats_ == nullptr ? nullptr : floats_ + first,
            bytes_ == nullptr ? nullptr : bytes_ + first, count};
  }

 private:
  const float* floats_;
  const std::uint8_t* bytes_;
  std::size_t size_;
};

struct Dataset {
  std::string file;  // for messages
  std::size_t samples = 0;
  std::size_t timesteps = 0;
  Shape features;  // of one step; of several inputs their elements, one input behind the other
  std::vector<float> x;  // [samples, timesteps, features...], row-major
  // The same in a quarter of the room, where all values are whole numbers from 0 to 255; x is
  // empty.
  std::vector<std::uint8_t> bytes;
  std::vector<std::int64_t> y;                    // of the first output: [samples], or empty
  std::vector<std::vector<std::int64_t>> more_y;  // of each further output, likewise
  bool static_input = false;  // the file held no time axis: x is repeated `timesteps` times
  std::vector<bool> still;    // per input, whether it had none; empty: as static_input says

  [[nodiscard]] bool is_static(std::size_t input) const {
    return input < still.size() ? still[input] : static_input;
  }

  // Labels of an output, the first of which is number 0; empty where there are none.
  [[nodiscard]] const std::vector<std::int64_t>& labels(std::size_t output) const {
    static const std::vector<std::int64_t> kNone;
    if (output == 0) return y;
    return output <= more_y.size() ? more_y[output - 1] : kNone;
  }

  [[nodiscard]] std::size_t feature_count() const { return element_count(features); }
  // What is kept: every step of every sample, or one step of each.
  [[nodiscard]] std::size_t rows() const { return samples * (static_input ? 1 : timesteps); }
  [[nodiscard]] Row row(std::size_t r) const {
    const std::size_t n = feature_count();
    if (!bytes.empty()) return {nullptr, bytes.data() + r * n, n};
    return {x.data() + r * n, nullptr, n};
  }
  // One step of one sample: [features...].
  [[nodiscard]] Row step(std::size_t sample, std::size_t t) const {
    return row(static_input ? sample : sample * timesteps + t);
  }

  // Moves x to bytes where all of it can be.
  void pack() {
    for (const float v : x) {
      if (!(v >= 0 && v <= 255) || v != static_cast<float>(static_cast<std::uint8_t>(v))) return;
    }
    bytes.assign(x.begin(), x.end());
    x = {};
  }
};

}  // namespace hillock::ir
