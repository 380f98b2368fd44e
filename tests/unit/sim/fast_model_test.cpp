// The fast integer model against the reference: the same, bit for bit, on random networks of every
// kind and on the corners of the arrangement.
#include "sim/fast/fast_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/reference/integer_model.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

void require_same(const sim::IntegerResult& expected, const sim::FastModel& model,
                  const sim::FastResult& actual) {
  REQUIRE(actual.scores == expected.scores);
  REQUIRE(actual.predicted == expected.predicted);
  const ir::Activity activity = model.activity(actual);
  REQUIRE(activity.populations.size() == expected.activity.populations.size());
  for (std::size_t p = 0; p < activity.populations.size(); ++p) {
    const ir::PopulationActivity& a = activity.populations[p];
    const ir::PopulationActivity& e = expected.activity.populations[p];
    INFO("population " << p);
    REQUIRE(a.step_events == e.step_events);
    REQUIRE(a.events == e.events);
    REQUIRE(a.synaptic_operations == e.synaptic_operations);
    REQUIRE(a.updates == e.updates);
    REQUIRE(a.step_spikes == e.step_spikes);
    REQUIRE(a.spikes == e.spikes);
    REQUIRE(a.saturations == e.saturations);
    REQUIRE(a.projections.size() == e.projections.size());
    for (std::size_t k = 0; k < a.projections.size(); ++k) {
      REQUIRE(a.projections[k].step_elements == e.projections[k].step_elements);
    }
    // Spikes of the output reach nothing that would count them.
    const support::Matrix<std::uint8_t>& spikes = expected.recording.spikes[p];
    for (std::size_t t = 0; t < spikes.rows; ++t) {
      std::vector<std::uint32_t> fired;
      for (std::size_t j = 0; j < spikes.cols; ++j) {
        if (spikes(t, j) != 0) fired.push_back(static_cast<std::uint32_t>(j));
      }
      const sim::fast::Events events = actual.populations[p].at(t);
      std::vector<std::uint32_t> sent(events.element, events.element + events.count);
      std::sort(sent.begin(), sent.end());
      REQUIRE(sent == fired);
    }
  }
}

void require_same(const sim::IntegerResult& expected, const sim::IntegerResult& actual) {
  REQUIRE(actual.scores == expected.scores);
  REQUIRE(actual.predicted == expected.predicted);
  REQUIRE(actual.more.size() == expected.more.size());
  for (std::size_t o = 0; o < expected.more.size(); ++o) {
    REQUIRE(actual.more[o].scores == expected.more[o].scores);
    REQUIRE(actual.more[o].predicted == expected.more[o].predicted);
  }
  for (std::size_t p = 0; p < expected.recording.spikes.size(); ++p) {
    INFO("population " << p);
    REQUIRE(actual.recording.spikes[p].data == expected.recording.spikes[p].data);
    REQUIRE(actual.recording.membranes[p].data == expected.recording.membranes[p].data);
  }
}

TEST_CASE("the fast model says what needs more than 32 bits", "[sim][fast]") {
  std::string why;
  ir::QuantizedNetwork n = random_case(1, kDenseOnly).quantized;
  n.populations[0].accumulator_bits = 33;
  CHECK(sim::FastModel::make(n, &why) == nullptr);
  CHECK(why == "the running sum of p0 needs more than 32 bits");
  n.populations[0].accumulator_bits = 20;
  n.populations[0].membrane_bits = 62;
  CHECK(sim::FastModel::make(n, &why) == nullptr);
  CHECK(why == "the membrane of p0 needs more than 32 bits");
}

TEST_CASE("the fast model computes what the reference computes", "[sim][fast]") {
  constexpr std::uint64_t kSeeds = 1200;
  std::size_t fast = 0;
  std::size_t saturated = 0;
  std::size_t packed = 0;
  std::size_t narrow = 0;
  std::size_t valued = 0;
  std::size_t left_16_bits = 0;
  // Kept, as a caller does: nothing may be left over from the case before.
  sim::FastResult actual;
  sim::FastResult brief;
  brief.keep_events = false;
  sim::IntegerResult all;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomCase c = random_case(seed, seed % 4 == 0 ? kDenseOnly : kAllKinds);
    INFO("seed " << seed << ": " << c.description);
    const auto model = sim::FastModel::make(c.quantized);
    if (model == nullptr) continue;
    ++fast;
    const sim::IntegerModel reference(c.quantized);
    sim::IntegerResult expected;
    ir::Dataset data = c.data;
    if (seed % 3 != 0) data.pack();
    packed += data.bytes.empty() ? 0 : 1;
    const sim::fast::Arrangement arrangement = *sim::fast::arrange(c.quantized);
    for (const auto& p : arrangement.populations) {
      narrow += p.narrow ? 1 : 0;
      valued += p.sends_values ? 1 : 0;
    }
    for (std::size_t sample = 0; sample < c.data.samples; ++sample) {
      reference.run(c.data, sample, expected);
      model->run(data, sample, actual);
      require_same(expected, *model, actual);
      model->run(data, sample, actual, all);
      require_same(expected, all);
      model->run(data, sample, brief);
      REQUIRE(brief.scores == expected.scores);
      REQUIRE(brief.synaptic_operations == actual.synaptic_operations);
      REQUIRE(brief.spikes == actual.spikes);
      saturated += actual.saturations > 0 ? 1 : 0;
      for (std::size_t p = 0; p < arrangement.populations.size(); ++p) {
        left_16_bits += arrangement.populations[p].narrow && !actual.states[p].narrow ? 1 : 0;
      }
    }
  }
  CHECK(fast > kSeeds / 2);
  CHECK(saturated > 10);
  CHECK(packed > kSeeds / 4);
  CHECK(narrow > kSeeds / 5);
  CHECK(valued > kSeeds / 10);
  CHECK(left_16_bits > 10);
}

TEST_CASE("the fast model computes the same in every instruction set", "[sim][fast]") {
  const std::size_t sets = for_each_instruction_set([] {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
      const RandomCase c = random_case(seed, seed % 3 == 0 ? kDenseOnly : kAllKinds);
      INFO("seed " << seed << ": " << c.description);
      const auto model = sim::FastModel::make(c.quantized);
      if (model == nullptr) continue;
      const sim::IntegerModel reference(c.quantized);
      sim::IntegerResult expected;
      sim::IntegerResult all;
      sim::FastResult actual;
      reference.run(c.data, 0, expected);
      model->run(c.data, 0, actual, all);
      require_same(expected, *model, actual);
      require_same(expected, all);
    }
  });
  CHECK(sets > 0);
}

}  // namespace
}  // namespace hillock::tests
