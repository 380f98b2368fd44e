// The integer model for whole test sets: the same integers as sim/reference computes, bit for bit,
// by event, in vectors. The reference states the contract; this one is compared with it on random
// networks (tests/unit/sim/fast_model_test.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/activity.h"
#include "compiler/ir/dataset.h"
#include "compiler/ir/quantized_network.h"
#include "sim/common/recording.h"
#include "sim/fast/arrange.h"
#include "sim/reference/integer_model.h"

namespace hillock::sim {

// What a source sent in a sample: step t's events are first[t]..first[t + 1].
struct EventHistory {
  std::vector<std::uint32_t> element;  // rising within a step
  std::vector<std::int32_t> value;     // beside it, or empty where all of the sample's are 1
  std::vector<std::size_t> first;

  void clear();
};

// The result of a sample and, kept from one sample to the next, the room that it takes.
struct FastResult {
  std::vector<std::int64_t> scores;
  std::size_t predicted = 0;
  std::vector<Decision<std::int64_t>> more;  // of the further outputs
  std::int64_t spikes = 0;
  std::int64_t synaptic_operations = 0;
  std::int64_t saturations = 0;
  std::vector<EventHistory> inputs;       // per input of the network
  std::vector<EventHistory> populations;  // per population: its spikes

  struct State {
    std::vector<std::int16_t> narrow_sum;
    std::vector<std::int32_t> sum;
    std::vector<std::int32_t> membrane;
    std::vector<std::int32_t> current;
    std::vector<std::int32_t> hidden;
    std::int64_t synaptic_operations = 0;
    std::int64_t saturations = 0;
  };
  std::vector<State> states;
  std::vector<std::uint32_t> scratch;
  std::vector<InputEvent> events;
};

class FastModel {
 public:
  // nullptr where a value of the network may need more than 32 bits, or where events of populations
  // carry values (counts, membranes); `why` then says which. Keeps a reference to the network,
  // which is one that verify() has passed.
  [[nodiscard]] static std::unique_ptr<FastModel> make(const ir::QuantizedNetwork& network,
                                                       std::string* why = nullptr);

  // Runs one sample from rest. Thread-safe on distinct results. Throws as step_events() does.
  void run(const ir::Dataset& data, std::size_t sample, FastResult& result) const;

  // The counts of the sample that `result` holds, as the reference model makes them.
  [[nodiscard]] ir::Activity activity(const FastResult& result) const;

 private:
  FastModel(const ir::QuantizedNetwork& network, fast::Arrangement arrangement);

  void reset(FastResult& result) const;
  void take_input(std::size_t input, const ir::Dataset& data, std::size_t sample, std::size_t t,
                  FastResult& result) const;
  void gather(std::size_t population, std::size_t t, FastResult& result) const;
  void update(std::size_t population, std::size_t t, FastResult& result) const;
  void score(std::size_t t, const ir::Output& output, const FastResult& result,
             std::vector<std::int64_t>& scores) const;

  const ir::QuantizedNetwork& network_;
  fast::Arrangement arrangement_;
};

}  // namespace hillock::sim
