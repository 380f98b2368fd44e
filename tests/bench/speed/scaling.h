// Networks of any size for the scaling curves, and what running them costs.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>

namespace hillock::tests {

// One population of `neurons`, each reading all `sources` of an input of which a tenth spikes in
// every step, 4-bit weights. {seconds (cpu, of `runs` samples), synaptic_operations of those, bytes
// that the model and its state took, weight_bytes, state_bytes}.
[[nodiscard]] nlohmann::json run_dense(std::size_t sources, std::size_t neurons, std::size_t steps,
                                       std::size_t runs);

// `neurons` that an input of 1000 elements and the neurons themselves, a step later, reach over
// `fan_out` synapses an element.
[[nodiscard]] nlohmann::json run_sparse(std::size_t neurons, std::size_t fan_out, std::size_t steps,
                                        std::size_t runs);

// A convolution, 3x3, of `channels` channels of side x side elements, onto itself.
[[nodiscard]] nlohmann::json run_conv(std::size_t channels, std::size_t side, std::size_t steps,
                                      std::size_t runs);

}  // namespace hillock::tests
