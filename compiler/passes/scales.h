// The real scale of every neuron: what its integer weights, bias and threshold are multiples of.
#pragma once

#include <vector>

#include "compiler/passes/quantize.h"

namespace hillock::passes {

// One scale per neuron; per channel where a convolution reaches the neurons, which share its
// weights; one for all neurons where membranes are compared with each other (a readout of
// membranes, inhibition). A max-pooled population has the scales of its source.
struct Scales {
  std::vector<std::vector<double>> of_neuron;  // [population][neuron]
  std::vector<int> event_exponents;  // [population]: event_units.h; 0 where no membranes are sent
  // [population]: its weights are integers at these scales, and none of them is to be clipped.
  std::vector<bool> whole;
};
[[nodiscard]] Scales choose_scales(const ir::Network& network, const QuantizeOptions& options,
                                   const Calibration& calibration);

// Lets values of inputs that are scaled anyway count in coarser units where a population reads
// spikes beside them: at one scale for both, weights of fine values would round to nothing.
// `calibration` follows: scales, ranges, traces.
void balance_inputs(const ir::Network& network, const QuantizeOptions& options,
                    Calibration& calibration);

}  // namespace hillock::passes
