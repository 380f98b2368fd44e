// Compares what the RTL did with one sample against the integer model: every spike, every membrane
// at every step, the result, every counter, every cycle. There is no tolerance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/quantized_network.h"
#include "sim/cosim/simulation.h"
#include "sim/reference/integer_model.h"

namespace hillock::sim {

// The first place at which model and RTL differ: first in time, then upstream first.
struct Divergence {
  // "spike", "membrane", "value" (of an event), "missing row", "counter", "result", "cycles",
  // "streamed spike", "spike stream"
  std::string what;
  std::string population;  // or "readout", "input"
  std::size_t neuron = 0;
  std::size_t sample = 0;
  std::size_t timestep = 0;
  std::uint64_t cycle = 0;  // from the sample's first transfer
  std::int64_t expected = 0;
  std::int64_t actual = 0;
  double expected_real = 0;  // membranes: in the units of the imported network
  double actual_real = 0;
  std::int64_t before = 0;  // the model's V one step earlier
  double before_real = 0;
  std::int64_t threshold = 0;
  std::string inputs;  // the events that reached the neuron in this step
  std::string explanation;
};

struct SampleComparison {
  std::uint64_t spikes = 0;     // compared
  std::uint64_t membranes = 0;  // compared
  std::uint64_t mismatches = 0;
  std::optional<Divergence> first;
};

// Rows of weights that the events of a sample read, by the geometry of the projections alone.
class WeightReads {
 public:
  WeightReads(const ir::QuantizedNetwork& network, const ir::Mapping& mapping);
  [[nodiscard]] std::int64_t count(const ir::Activity& activity, std::size_t population) const;

 private:
  struct Projection {
    std::size_t in_target = 0;        // its place among the projections into its target
    std::vector<std::uint32_t> rows;  // per element of the source
    std::int64_t every_step = 0;      // of a max-pool, whatever the activity
  };
  std::vector<std::vector<Projection>> into_;  // per population
};

// `predicted_cycles`: what the latency model says; nullopt where stalls make it meaningless.
// `membranes`: whether there are any to compare; a netlist shows none.
[[nodiscard]] SampleComparison compare(const ir::QuantizedNetwork& network,
                                       const ir::Mapping& mapping, const WeightReads& reads,
                                       const IntegerResult& model, const RtlSample& rtl,
                                       std::size_t sample,
                                       std::optional<std::int64_t> predicted_cycles,
                                       bool membranes = true);

}  // namespace hillock::sim
