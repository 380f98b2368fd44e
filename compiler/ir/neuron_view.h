// A quantized population's neurons as numeric/neuron.h computes them.
#pragma once

#include <cstddef>

#include "compiler/ir/quantized_network.h"
#include "compiler/numeric/neuron.h"

namespace hillock::ir {

// What the population itself says: not whether it takes a maximum, nor what its events carry but
// counts of spikes.
[[nodiscard]] numeric::NeuronSwitches switches_of(const QuantizedPopulation& p);
[[nodiscard]] numeric::NeuronConstants constants_of(const QuantizedPopulation& p, std::size_t j);

}  // namespace hillock::ir
