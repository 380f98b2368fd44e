// The same network as an ordinary quantized network of activations, on the same lanes: every weight
// once a sample. Whether spiking saves energy here, and how rarely it would have to spike to.
#pragma once

#include <optional>
#include <string_view>

#include "hw_models/energy/energy.h"

namespace hillock::hw_models {

constexpr int kActivationBits = 8;

struct AnnComparison {
  double macs = 0;              // multiplications and additions of a sample, one a synapse
  double weight_bits_read = 0;  // rows of lanes, each once
  double activation_bits_moved = 0;
  double cycles = 0;  // a weight row a cycle, layers after one another overlap
  Interval energy_j;
  double spikes_per_synapse = 0;  // synaptic operations over MACs: steps x rate, weighted
  double spike_rate = 0;          // events a source element and step
  // Where the spiking network would take as much, nominally; nullopt where even without a single
  // event it takes more.
  std::optional<double> break_even_rate;
};

// `estimate`: of the same counts on the same target and clock. Supposes that the network of
// activations is as accurate in one pass as the spiking one in its steps, and skips no zeros.
[[nodiscard]] AnnComparison compare_with_ann(const EnergyEstimate& estimate, const Counts& counts,
                                             const ir::QuantizedNetwork& network,
                                             const ir::Mapping& mapping);

}  // namespace hillock::hw_models
