// The integer network computed a second way: neuron by neuron with numeric::prepare() and fire(),
// as the hardware does it, the events of a step in any order. Watches every word on the way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/dataset.h"
#include "compiler/ir/quantized_network.h"
#include "sim/common/recording.h"

namespace hillock::tests {

struct Extremes {
  std::int64_t sum_lo = 0, sum_hi = 0;          // of V's running sum, fire()'s included
  std::int64_t current_lo = 0, current_hi = 0;  // of the current word and, with alpha, of H
};

struct StepwiseResult {
  sim::Recording<std::int64_t> recording;
  std::vector<Extremes> extremes;  // per population
  std::vector<std::int64_t> saturations;
};

// Events come in an order drawn from `seed`.
[[nodiscard]] StepwiseResult run_stepwise(const ir::QuantizedNetwork& n, const ir::Dataset& data,
                                          std::size_t sample, std::uint64_t seed);

}  // namespace hillock::tests
