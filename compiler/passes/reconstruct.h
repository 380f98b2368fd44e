// Improves a quantized network layer by layer on calibration samples, so that every neuron does
// what its float counterpart does in spite of what the layers before it do differently.
//
// For each population in order: the weights are rounded to second order on the traces that its
// membranes see, with the integer spikes of the layers before it (second_order.h); then its
// thresholds and weights descend on the neuron's own spikes (spike_descent.h).
#pragma once

#include "compiler/passes/quantize.h"
#include "compiler/passes/recordings.h"

namespace hillock::passes {

struct ReconstructOptions {
  double damping = 0.05;        // share of the mean diagonal of H
  std::size_t max_rows = 4096;  // samples x steps that a neuron is judged on
  int descent_passes = 1;       // 0: none
  int rounds = 1;  // over all populations; what feeds back or comes later gains from a second
};

// Never worse than `start` on the calibration samples: what comes nearest to the float network's
// scores there is returned. The result lacks its widths.
[[nodiscard]] ir::QuantizedNetwork reconstruct(
    const ir::Network& network, const ir::QuantizedNetwork& start, const QuantizeOptions& quantize,
    const Calibration& calibration, const CalibrationRun& run, const ReconstructOptions& options);

// How far the scores of integers are from the float network's: the mean over samples of the cross
// entropy between their classes' shares, above its least. 0: alike.
[[nodiscard]] double score_distance(const Recording& real, const Recording& integer);

}  // namespace hillock::passes
