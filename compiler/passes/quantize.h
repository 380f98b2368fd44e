// Network -> QuantizedNetwork: weights, biases, thresholds and decays become integers.
//
// A spike is binary and a membrane meets only its own threshold, so each neuron has a scale of its
// own: w = round(S_j w), theta_j = round(S_j theta 2^f). Which neurons share one: passes/scales.h.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/quantized_network.h"
#include "compiler/support/matrix.h"

namespace hillock::passes {

// What the quantizer knows of real activity. Empty where no data was given.
struct Calibration {
  // Per projection: rows of the source activity, filtered as the target's membrane filters it, of
  // samples and steps: z[t] = decay z[t-1] + x[t], after the current's decay where the synapse has
  // one. Between resets the error of a membrane is linear in z, so these weigh the weight errors as
  // the membrane sees them. Columns: the source's elements; of a convolution, the weights of all
  // groups in order, a row being what one position of the output sees. None for a MaxPool.
  std::vector<support::Matrix<float>> traces;
  // Per input, the range of the integer values that occur.
  std::vector<std::int64_t> input_min;
  std::vector<std::int64_t> input_max;
  // Per input: value = round(x * scale), 1 for data that are integers. Empty: 1 for all.
  std::vector<double> input_scale;
  // Per population: the largest membrane in magnitude, and the most spikes of a neuron in a step.
  std::vector<double> membrane_max;
  std::vector<int> count_max;
};

// What a projection's real weights are multiplied by because its input counts in other units.
[[nodiscard]] double weight_factor(const ir::Projection& projection,
                                   const Calibration& calibration);

// How the scale of a neuron is found.
enum class ScaleChoice {
  Searched,       // by the error that it leaves
  NeuronMaximum,  // its largest weight is the largest integer: the plain way, for comparison
  TensorMaximum,  // the same, with one scale for all neurons
};

constexpr int kDefaultValueBits = 8;

struct QuantizeOptions {
  std::vector<int> weight_bits;                        // per population, 1..16
  std::vector<std::optional<int>> fraction_bits;       // per population; nullopt: chosen
  std::vector<std::optional<int>> decay_bits;          // per population; nullopt: chosen
  std::vector<std::optional<int>> current_decay_bits;  // likewise; empty: all chosen
  std::vector<std::optional<int>>
      decay_digits;  // per population: most signed powers of two of a decay; nullopt, empty: any
  std::vector<std::optional<int>>
      membrane_bits;                           // per population; nullopt: proved, else saturating
  std::vector<std::optional<int>> value_bits;  // of membranes that are sent; empty: 8 for all
  int timesteps = 0;                           // the longest sample to hold
  ScaleChoice scales = ScaleChoice::Searched;
};

// The network is one that align_convolutions() has passed. The result lacks its widths:
// assign_widths() follows. Throws InputError (bad-parameter) where a
// threshold vanishes at every representable scale.
[[nodiscard]] ir::QuantizedNetwork quantize(const ir::Network& network,
                                            const QuantizeOptions& options,
                                            const Calibration& calibration);

// Gives the channels of a population other scales (one for each): its thresholds, biases and reset
// values follow, its weights are the caller's.
void rescale(const ir::Network& network, ir::QuantizedNetwork& quantized, std::size_t population,
             const std::vector<double>& channel_scales);

// `silent[p][j]`: the proof shows that neuron j of population p cannot spike anyway. Throws
// InputError (bad-option) where `membrane_bits` leave another neuron no room above its threshold.
void check_membrane_bits(const ir::QuantizedNetwork& network,
                         const std::vector<std::vector<bool>>& silent,
                         const std::vector<std::optional<int>>& membrane_bits);

// The range of a population's sums and membranes, as the overflow proof found it.
struct WidthBounds {
  std::int64_t sum_lo, sum_hi;
  std::int64_t membrane_lo, membrane_hi;
  std::int64_t current_lo = 0, current_hi = 0;  // of the running sum of a current
};

// Gives every population the narrowest widths that hold its bounds, those of its events included. A
// threshold beyond the membrane can never be passed: it becomes the largest membrane value, which
// changes nothing. Where narrower membranes were asked for, check_membrane_bits() comes before.
void assign_widths(ir::QuantizedNetwork& network, const std::vector<WidthBounds>& bounds,
                   const std::vector<std::optional<int>>& membrane_bits);

}  // namespace hillock::passes
