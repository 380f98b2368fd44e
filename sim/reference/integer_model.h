// The integer model: computes the contract's equations (docs/arithmetic.md) directly, event by
// event, and counts every action that the hardware does. It knows nothing of the RTL.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/ir/activity.h"
#include "compiler/ir/dataset.h"
#include "compiler/ir/quantized_network.h"
#include "sim/common/recording.h"
#include "sim/common/synapses.h"

namespace hillock::sim {

struct IntegerResult {
  Recording<std::int64_t> recording;
  ir::Activity activity;
  std::vector<std::int64_t> scores;  // of the output population's neurons
  std::size_t predicted = 0;
  std::vector<Decision<std::int64_t>> more;  // of the further outputs
};

// One event at the input: an element and its value.
struct InputEvent {
  std::uint32_t element = 0;
  std::int32_t value = 0;
};

// The events of one step of an input: its elements that are not zero, in rising order; of a static
// input in step 0 only. `first`: where they begin among those of all inputs (ir::first_element).
// Real-valued data (a scale other than 1) are scaled, rounded half up and clamped to the input's
// range; else throws InputError (data-out-of-range) where a value is not an integer that the input
// can hold.
void step_events(const ir::QuantizedInput& input, const ir::Dataset& data, std::size_t sample,
                 std::size_t t, std::vector<InputEvent>& events, std::size_t first = 0);

class IntegerModel {
 public:
  // Keeps a reference to the network, which is one that verify() has passed.
  explicit IntegerModel(const ir::QuantizedNetwork& network);

  // Runs one sample from rest. Thread-safe on distinct results.
  void run(const ir::Dataset& data, std::size_t sample, IntegerResult& result) const;

 private:
  using Inputs = std::vector<std::vector<InputEvent>>;
  struct Incoming {
    const ir::QuantizedProjection* projection;
    Synapses<std::int32_t> synapses;
  };
  // What a population keeps besides its membrane, per neuron.
  struct State {
    std::vector<std::int64_t> current;     // I, or E of an alpha synapse
    std::vector<std::int64_t> hidden;      // H of an alpha synapse
    std::vector<std::int64_t> static_sum;  // of weight * value over the events of static inputs
  };
  // A step's V before any reset within it.
  struct Membrane {
    std::int64_t v = 0;
    bool lost = false;  // cleared by a delayed reset, and any overflow with it
  };

  void gather(std::size_t population, std::size_t t, const Inputs& inputs,
              std::vector<std::int64_t>& sum, std::vector<std::int64_t>& static_sum,
              IntegerResult& result) const;
  static Membrane membrane_of(const ir::QuantizedPopulation& p, std::size_t j, std::int64_t before,
                              bool above, std::int64_t input, State& state);
  void update(std::size_t population, std::size_t t, const std::vector<std::int64_t>& input,
              State& state, IntegerResult& result) const;

  const ir::QuantizedNetwork& network_;
  std::vector<std::vector<Incoming>> into_;  // per population
  std::vector<std::size_t> neurons_;
  std::vector<std::size_t> first_elements_;  // per input
};

}  // namespace hillock::sim
