// Coordinate descent on the integers of one neuron, or of one channel of a convolution, so that it
// spikes as its float counterpart does: the neuron is replayed with its own integer arithmetic.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/numeric/neuron.h"
#include "compiler/passes/presynaptic.h"

namespace hillock::passes {

// How much a spike that is missing, superfluous or late costs:
//   sum over t of e[t]^2 (1 - memory^2), e[t] = memory e[t-1] + s[t] - s_float[t]
//   + count (sum over t of s[t] - s_float[t])^2
struct SpikeLoss {
  double memory = 0.9;
  double count = 0;
};

struct DescentCase {
  std::size_t steps = 0;
  int fraction_bits = 0;
  int weight_bits = 0;
  numeric::NeuronSwitches switches;
  std::vector<numeric::NeuronConstants> constants;  // per episode
  std::vector<std::vector<std::uint8_t>> target;    // per episode: [T] spikes of the float neuron
  std::vector<const Column*> columns;               // per weight
  std::vector<double> wanted;                       // per weight: the real value, in integer units
  SpikeLoss loss;
  int passes = 1;
};

struct Descended {
  std::vector<std::int32_t> weight;
  std::int64_t threshold = 0;  // to be added to all thresholds
  double before = 0;           // loss
  double after = 0;
};

[[nodiscard]] Descended descend(const DescentCase& c, std::vector<std::int32_t> weight);

}  // namespace hillock::passes
