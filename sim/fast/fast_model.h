// The integer model for whole test sets: the same integers as sim/reference computes, bit for bit,
// by event, in vectors, in 16 bits where these are proved to do or seen to do. The reference states
// the contract; this one is compared with it on random networks
// (tests/unit/sim/fast_model_test.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/activity.h"
#include "compiler/ir/dataset.h"
#include "compiler/ir/quantized_network.h"
#include "sim/common/recording.h"
#include "sim/fast/arrange.h"
#include "sim/fast/event_history.h"
#include "sim/reference/integer_model.h"

namespace hillock::sim {

// The result of a sample and, kept from one sample to the next, the room that it takes.
struct FastResult {
  // Whether the events of all steps are kept, as activity() needs them; else only those that a
  // delay still needs, which is less room in long samples.
  bool keep_events = true;

  std::vector<std::int64_t> scores;
  std::size_t predicted = 0;
  std::vector<Decision<std::int64_t>> more;  // of the further outputs
  std::int64_t spikes = 0;
  std::int64_t synaptic_operations = 0;
  std::int64_t saturations = 0;
  std::vector<EventHistory> inputs;       // per input of the network
  std::vector<EventHistory> populations;  // per population: what its neurons sent

  // V: of 16 bits or 32, whichever holds all.
  template <typename V>
  struct Words {
    fast::Array<V> sum, static_sum, membrane, current, hidden;
  };
  struct State {
    Words<std::int16_t> narrow_words;
    Words<std::int32_t> wide_words;
    std::vector<std::uint8_t> bits;  // of the slots: which sent something in the last step
    bool narrow = false;             // V in 16 bits
    std::size_t wide_samples = 0;    // that V stays in 32 bits for, having left 16
    std::size_t sent = 0;            // in the step before, however many inhibition let through
    std::int64_t synaptic_operations = 0;
    std::int64_t saturations = 0;
  };
  std::vector<State> states;
  std::vector<InputEvent> events;
};

class FastModel {
 public:
  // nullptr where a value of the network may need more than 32 bits; `why` then says which. Keeps a
  // reference to the network, which is one that verify() has passed.
  [[nodiscard]] static std::unique_ptr<FastModel> make(const ir::QuantizedNetwork& network,
                                                       std::string* why = nullptr);

  // Runs one sample from rest. Thread-safe on distinct results. Throws as step_events() does.
  void run(const ir::Dataset& data, std::size_t sample, FastResult& result) const;

  // The same, and leaves in `all` what the reference model leaves there: every spike and membrane.
  void run(const ir::Dataset& data, std::size_t sample, FastResult& result,
           IntegerResult& all) const;

  // The counts of the sample that `result` holds, as the reference model makes them. Needs
  // keep_events.
  [[nodiscard]] ir::Activity activity(const FastResult& result) const;

 private:
  FastModel(const ir::QuantizedNetwork& network, fast::Arrangement arrangement);

  void run(const ir::Dataset& data, std::size_t sample, FastResult& result,
           Recording<std::int64_t>* recording) const;
  bool try_run(const ir::Dataset& data, std::size_t sample, FastResult& result,
               Recording<std::int64_t>* recording) const;
  void reset(FastResult& result) const;
  void reset(std::size_t population, FastResult::State& state) const;
  void take_input(std::size_t input, const ir::Dataset& data, std::size_t sample, std::size_t t,
                  FastResult& result) const;
  void take_other_input(std::size_t input, const ir::Dataset& data, std::size_t sample,
                        std::size_t t, FastResult& result) const;
  bool step(std::size_t population, std::size_t t, FastResult& result,
            Recording<std::int64_t>* recording) const;
  std::size_t gather(std::size_t population, std::size_t t, FastResult& result) const;
  bool update(std::size_t population, std::size_t t, FastResult& result) const;
  static std::size_t leader(const fast::Population& plan, const FastResult::State& state,
                            const std::uint32_t* sent, std::size_t count);
  void score(std::size_t population, std::size_t t, FastResult& result) const;
  void record(std::size_t population, std::size_t t, const FastResult& result,
              Recording<std::int64_t>& recording) const;
  void forget(std::size_t t, FastResult& result) const;

  const ir::QuantizedNetwork& network_;
  // A population that leaves 16 bits for the first time is widened; no other part changes.
  mutable fast::Arrangement arrangement_;
  std::unique_ptr<std::once_flag[]> widened_;  // per population
  std::vector<std::size_t> neurons_;           // per population
  std::vector<std::size_t> first_elements_;    // per input
  std::vector<std::size_t> longest_delays_;    // per population: of what reads it
};

}  // namespace hillock::sim
