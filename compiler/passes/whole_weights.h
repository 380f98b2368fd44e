// Weights that are whole multiples of a step already, because training has quantized them: integers
// with a scale, or floating-point numbers that such integers were multiplied into.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/network.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::passes {

struct WholeWeights {
  // Per channel of the population (ir::positions_of): all weights that reach it are integers times
  // this. 0 where all its weights are 0.
  std::vector<double> step;
  int bits = 0;        // that hold all the integers, at least 2
  bool signs = false;  // all integers are 1 or -1, so that one bit holds them, too
  bool meant = false;  // weights that were not trained so could hardly be such multiples by chance
  [[nodiscard]] bool fit(int weight_bits) const {
    return weight_bits >= bits || (weight_bits == 1 && signs);
  }
};

// nullopt where 16 bits do not hold the weights at any step. One step for all channels is taken
// where that needs no more bits than one for each, or where they share a scale (`one`); and the
// largest that there is. Weights that are all the same are nobody's integers. Weights may be off by
// what single precision rounds.
[[nodiscard]] std::optional<WholeWeights> whole_weights(const ir::Network& network,
                                                        std::size_t population, bool one = false);

// Those that training has meant, by one step where neurons share a scale because their membranes
// are compared; nullopt for all others.
[[nodiscard]] std::optional<WholeWeights> trained_weights(const ir::Network& network,
                                                          std::size_t population);

// Whether a population's integers are its real weights without any error, at its scales.
[[nodiscard]] bool exact_weights(const ir::Network& network, const ir::QuantizedNetwork& quantized,
                                 std::size_t population);

}  // namespace hillock::passes
