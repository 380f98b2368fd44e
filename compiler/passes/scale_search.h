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

// The weights of one neuron, or of one channel of a convolution, over one projection.
struct WeightRow {
  std::vector<double> weight;
  // What the weights meet: a row is one sample of all the sources. Null or empty: plain error.
  const support::Matrix<float>* traces = nullptr;
  // The column of the traces that the first weight meets; the others follow side by side.
  std::size_t first_column = 0;
  // Or, where they do not lie side by side, the column of every weight.
  std::vector<std::uint32_t> columns;
  double trace_unit = 1;  // what the weights meet is the traces divided by this
  // Where there are no traces: how large what the weights meet typically is.
  double magnitude = 1;
  // What they meet are values, not spikes: a scale at which the largest weight is a whole number is
  // worth a try, for it may be a small one.
  bool graded = false;
};

struct ScaleSearch {
  int bits = 6;
  double max_scale = 0;  // larger ones are not tried
  bool clip = true;      // false: the largest weight is never clipped
};

// The scale that minimizes, over clipping ratios of the largest weight,
//   sum over rows of |Z (w - round(w S) / S)|^2      (Z: traces; the identity where there are none)
// where every row of weights counts alike, however many samples its traces have.
struct FoundScale {
  double scale = 0;
  double error = 0;
};
[[nodiscard]] FoundScale find_scale(const std::vector<WeightRow>& rows, const ScaleSearch& search);
[[nodiscard]] double search_scale(const std::vector<WeightRow>& rows, const ScaleSearch& search);

}  // namespace hillock::passes
