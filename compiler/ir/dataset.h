// A data set: input values for every sample, step and element, with labels where they are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/shape.h"

namespace hillock::ir {

struct Dataset {
  std::string file;  // for messages
  std::size_t samples = 0;
  std::size_t timesteps = 0;
  Shape features;  // of one step; of several inputs their elements, one input behind the other
  std::vector<float> x;                           // [samples, timesteps, features...], row-major
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
  // One step of one sample: [features...].
  [[nodiscard]] std::span<const float> step(std::size_t sample, std::size_t t) const {
    const std::size_t n = feature_count();
    const std::size_t row = static_input ? sample : sample * timesteps + t;
    return {x.data() + row * n, n};
  }
};

}  // namespace hillock::ir
