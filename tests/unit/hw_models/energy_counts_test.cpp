// Counts of actions, against numbers worked out by hand.
#include <catch2/catch.hpp>

#include "hw_models/energy/counts.h"
#include "hw_models/geometry/geometry.h"
#include "tests/unit/hw_models/energy_network.h"

using namespace hillock;
using hw_models::Counts;
using hw_models::EngineSize;
using hw_models::PopulationCounts;

namespace {

Counts energy_counts() {
  const ir::QuantizedNetwork network = test::energy_network();
  const ir::Mapping mapping = test::energy_mapping();
  return hw_models::ActionCounter(network, mapping).count(test::energy_activity());
}

}  // namespace

TEST_CASE("engine sizes are those of the RTL's memories", "[energy]") {
  const ir::QuantizedNetwork network = test::energy_network();
  const EngineSize h = hw_models::engine_size(network, test::energy_mapping(), 0);
  CHECK(h.groups == 3);
  CHECK(h.weights.depth == 4 * 3);
  CHECK(h.weights.width == 2 * 6);
  CHECK(h.states.depth == 3);
  CHECK(h.states.width == 2 * 12);
  CHECK(h.parameters.width == 2 * 10);  // thresholds alone
  CHECK(h.value_bits == 1);
  CHECK(h.bitmaps == 1);
  CHECK(h.scan.words == 1);
  CHECK(h.scan.word_bits == 8);  // four rows of two lanes side by side
  CHECK(h.score_bits == 0);
  CHECK(h.update.multiply_bits() == 10 * 9);
  CHECK(h.update.compare_bits == 2 * 10);                   // fire, and the delayed reset
  CHECK(h.update.add_bits == (10 + 8 + 2) + 2 * (12 + 2));  // rounding, reset, prepared sum
  CHECK(h.pipeline_bits == 12 + 10 + 10 + (10 + 8 + 2) + (12 + 2));

  const EngineSize o = hw_models::engine_size(network, test::energy_mapping(), 1);
  CHECK(o.states.depth == 1);
  CHECK(o.parameters.width == 0);
  CHECK(o.bitmaps == 0);
  CHECK(o.score_bits == 3);  // two steps' bits and a sign: counts to 3
}

TEST_CASE("wide rows of spikes are sliced into scan words", "[energy]") {
  ir::QuantizedNetwork network = test::energy_network();
  network.populations[0] = test::energy_population("h", 100);
  const EngineSize h = hw_models::engine_size(network, {{100, 2}}, 0);
  CHECK(h.scan.words == 8);
  CHECK(h.scan.word_bits == 13);
}

TEST_CASE("a decay of one needs no multiplier, a saved bit is a bit", "[energy]") {
  ir::QuantizedNetwork network = test::energy_network();
  network.populations[0].decay = 256;
  network.populations[0].reset.zero_input = ir::ZeroInput::Lost;
  network.populations[0].reset.mechanism = ir::ResetMechanism::Zero;
  const EngineSize h = hw_models::engine_size(network, test::energy_mapping(), 0);
  CHECK(h.update.multiply_bits() == 0);
  CHECK(h.states.width == 2 * (12 + 1));  // the reset is held until its step's input is lost
}

TEST_CASE("what a static input adds is a word more of each neuron that reads it", "[energy]") {
  ir::QuantizedNetwork network = test::energy_network();
  const EngineSize before = hw_models::engine_size(network, test::energy_mapping(), 0);
  network.inputs[0].is_static = true;
  const EngineSize h = hw_models::engine_size(network, test::energy_mapping(), 0);
  CHECK(h.states.width == before.states.width + 2 * 12);
  CHECK(h.pipeline_bits == before.pipeline_bits + 3 * 12);
  const EngineSize o = hw_models::engine_size(network, test::energy_mapping(), 1);
  CHECK(o.states.width == 2 * 12);
}

TEST_CASE("a reset by subtraction of alpha synapses is one more subtraction", "[energy]") {
  ir::QuantizedNetwork network = test::energy_network();
  ir::QuantizedPopulation& p = network.populations[0];
  p.synapse = ir::Synapse::Alpha;
  p.current_bits = 11;
  p.reset = {ir::ResetMechanism::None, ir::ResetTiming::Delayed, ir::ZeroInput::Lost};
  const EngineSize none = hw_models::engine_size(network, test::energy_mapping(), 0);
  p.reset.mechanism = ir::ResetMechanism::Subtract;
  p.reset_current = ir::PerNeuron<std::int64_t>({1, 2, 3, 4, 5});
  const EngineSize h = hw_models::engine_size(network, test::energy_mapping(), 0);
  CHECK(h.update.add_bits >= none.update.add_bits + 11);
  CHECK(h.parameters.width == none.parameters.width + 2 * 11);
  p.reset_decay = ir::PerNeuron<std::int64_t>({1, 2, 3, 4, 5});
  CHECK(hw_models::engine_size(network, test::energy_mapping(), 0).parameters.width ==
        h.parameters.width + 2 * (8 + 2));
}

TEST_CASE("counts of one sample", "[energy]") {
  const Counts counts = energy_counts();
  CHECK(counts.cycles == 32);  // the recurrence, which co-simulation checks
  CHECK(counts.synaptic_operations() == 23);
  PopulationCounts h;
  h.events = 3;
  h.weight_rows_read = 3 * 3;
  h.weight_bits_read = 9 * 12;
  h.state_rows_read = 4 * 3;  // three events and an empty step
  h.state_rows_written = 4 * 3;
  h.state_bits_moved = 24 * 24;
  h.parameter_rows_read = 3 * 3;
  h.parameter_bits_read = 9 * 20;
  h.additions = 3 * 5;
  h.lane_additions = 3 * 6;
  h.updates = 3 * 5;
  h.lane_updates = 3 * 6;
  h.update_groups = 3 * 3;
  h.spikes = 4;
  h.bitmap_bits_written = 3 * 6;
  h.scan_words_min = 2;
  h.scan_words_max = 2;
  CHECK(counts.populations[0] == h);
  PopulationCounts o;
  o.events = 4;
  o.weight_rows_read = 4;
  o.weight_bits_read = 4 * 12;
  o.state_rows_read = 5;
  o.state_rows_written = 5;
  o.state_bits_moved = 10 * 24;
  o.additions = 4 * 2;
  o.lane_additions = 4 * 2;
  o.updates = 3 * 2;
  o.lane_updates = 3 * 2;
  o.update_groups = 3;
  o.spikes = 2;
  o.score_bits_moved = 2 * 3 * 2 * 3;
  CHECK(counts.populations[1] == o);
}

TEST_CASE("a stream of spikes is one more reader of its population", "[energy]") {
  const ir::QuantizedNetwork network = test::energy_network();
  ir::Mapping mapping = test::energy_mapping();
  mapping.spike_stream = 0;
  const Counts with = hw_models::ActionCounter(network, mapping).count(test::energy_activity());
  const Counts without = energy_counts();
  const PopulationCounts& h = with.populations[0];
  CHECK(h.bitmap_bits_written == 2 * without.populations[0].bitmap_bits_written);
  // 3, 0 and 1 spikes, all in one word of the bitmap, once for o and once for the stream.
  CHECK(h.scan_words_min == 2 * 2);
  CHECK(without.populations[0].scan_words_min == 2);
  CHECK(with.populations[1] == without.populations[1]);
  mapping.spike_stream = 1;
  const PopulationCounts o =
      hw_models::ActionCounter(network, mapping).count(test::energy_activity()).populations[1];
  CHECK(o.scan_words_min == 2);  // 1, 0 and 1 spikes
  CHECK(o.bitmap_bits_written == 3 * 2);
}

TEST_CASE("counts add up and scale to a mean", "[energy]") {
  const Counts one = energy_counts();
  CHECK(Counts{} + one == one);
  CHECK(one + Counts{} == one);
  const Counts two = one + one;
  CHECK(two.cycles == 2 * one.cycles);
  CHECK(two.populations[0].weight_rows_read == 18);
  CHECK(hw_models::scale(two, 0.5) == one);
}
