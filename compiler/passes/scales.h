// The real scale of every neuron: what its integer weights, bias and threshold are multiples of.
#pragma once

#include <vector>

#include "compiler/passes/quantize.h"

namespace hillock::passes {

// [population][neuron]. One scale per neuron; per channel where a convolution reaches the neurons,
// which share its weights; one for all neurons where membranes are compared with each other (a
// readout of membranes, inhibition). A max-pooled population has the scales of its source.
[[nodiscard]] std::vector<std::vector<double>> choose_scales(const ir::Network& network,
                                                             const QuantizeOptions& options,
                                                             const Calibration& calibration);

}  // namespace hillock::passes
