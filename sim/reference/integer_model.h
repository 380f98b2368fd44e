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

namespace hillock::sim {

struct IntegerResult {
  Recording<std::int64_t> recording;
  ir::Activity activity;
  std::vector<std::int64_t> scores;  // of the output population's neurons
  std::size_t predicted = 0;
};

// One event at the input: an element and its value.
struct InputEvent {
  std::uint32_t element = 0;
  std::int32_t value = 0;
};

// The events of one step of input: its elements that are not zero, in rising order. Throws
// InputError (data-out-of-range) where a value is not an integer that the input can hold.
void step_events(const ir::QuantizedInput& input, const ir::Dataset& data, std::size_t sample,
                 std::size_t t, std::vector<InputEvent>& events);

class IntegerModel {
 public:
  // Keeps a reference to the network.
  explicit IntegerModel(const ir::QuantizedNetwork& network);

  // Runs one sample from rest. Thread-safe on distinct results.
  void run(const ir::Dataset& data, std::size_t sample, IntegerResult& result) const;

 private:
  struct Synapses {
    const ir::QuantizedProjection* projection;
    support::Matrix<std::int32_t> by_source;  // [source elements, target neurons]
  };

  void update(std::size_t population, std::size_t t, const std::vector<std::int64_t>& input,
              IntegerResult& result) const;

  const ir::QuantizedNetwork& network_;
  std::vector<std::vector<Synapses>> into_;  // per population
  std::vector<std::size_t> neurons_;
};

}  // namespace hillock::sim
