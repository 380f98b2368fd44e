// The overflow proof: the range that every neuron's sum and membrane can reach, from the actual
// weights, whatever the input. No sample is needed: each step takes the worst case over all events.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/quantized_network.h"

namespace hillock::analysis {

struct Range {
  std::int64_t lo = 0;
  std::int64_t hi = 0;

  void include(std::int64_t v) {
    lo = v < lo ? v : lo;
    hi = v > hi ? v : hi;
  }
  void include(Range r) {
    include(r.lo);
    include(r.hi);
  }
  friend bool operator==(const Range&, const Range&) = default;
};

// What one population can reach within the timesteps of the proof, over all its neurons.
struct PopulationBounds {
  Range input;     // of A[t], in membrane units, over one step; of the maximum where max-pooled
  Range sum;       // of the running sum of V in a step, before any clamp
  Range membrane;  // of V[t], after the clamp where there is one
  // Of the running sum of the current in a step: of I, or of both E and H of alpha synapses. Of the
  // maximum where max-pooled; 0..0 for all others.
  Range current;
};

// The same of one neuron, and how far the argument had to go.
struct NeuronBounds : PopulationBounds {
  Range reached;        // of V[t], the 0 before the first step apart
  int steps = 0;        // in which the ranges grew
  bool closed = false;  // they hold for any number of steps: one more adds nothing to them
};

// Per population and neuron; see bound_populations().
[[nodiscard]] std::vector<std::vector<NeuronBounds>> bound_neurons(
    const ir::QuantizedNetwork& network, const std::vector<std::optional<int>>& membrane_bits);

// Bounds every population over `network.timesteps` steps. `membrane_bits[p]`: V is clamped to that
// many bits once per step (saturating), where it is given. Throws InputError (width-too-large)
// where a sum could need more than 60 bits, or its product with a decay more than 63. The network's
// own widths are not read.
[[nodiscard]] std::vector<PopulationBounds> bound_populations(
    const ir::QuantizedNetwork& network, const std::vector<std::optional<int>>& membrane_bits);

// Per population and neuron: whether no input within `network.timesteps` steps can lift the neuron
// above its threshold, in membranes as wide as they have to be.
[[nodiscard]] std::vector<std::vector<bool>> silent_neurons(const ir::QuantizedNetwork& network);

}  // namespace hillock::analysis
