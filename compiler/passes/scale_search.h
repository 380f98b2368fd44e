// The scale of one neuron, or of a group that shares one, searched by the error it leaves.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/support/matrix.h"

namespace hillock::passes {

// Integer weights at a scale: clamp(round(w * scale)) to what `bits` bits hold, symmetrically
// (+-(2^(bits-1) - 1)); with one bit, the sign.
[[nodiscard]] std::vector<std::int32_t> round_weights(std::span<const double> weights, double scale,
                                                      int bits);

struct ScaleSearch {
  int bits = 6;
  double max_scale = 0;                            // larger ones are not tried
  const support::Matrix<float>* traces = nullptr;  // [rows, weights per neuron]; null: plain error
};

// The scale for the rows of `weight` in [first, last) that minimizes
//   sum over rows of |Z (w - round(w S) / S)|^2      (Z: traces; the identity where there are none)
// over clipping ratios of the largest weight.
[[nodiscard]] double search_scale(const support::Matrix<double>& weight, std::size_t first,
                                  std::size_t last, const ScaleSearch& search);

}  // namespace hillock::passes
