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
  Shape features;               // shape of one step
  std::vector<float> x;         // [samples, timesteps, features...], row-major
  std::vector<std::int64_t> y;  // [samples], or empty
  bool static_input = false;    // the file held no time axis: x is repeated `timesteps` times

  [[nodiscard]] std::size_t feature_count() const { return element_count(features); }
  // One step of one sample: [features...].
  [[nodiscard]] std::span<const float> step(std::size_t sample, std::size_t t) const {
    const std::size_t n = feature_count();
    const std::size_t row = static_input ? sample : sample * timesteps + t;
    return {x.data() + row * n, n};
  }
};

}  // namespace hillock::ir
