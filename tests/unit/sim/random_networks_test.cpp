// Properties that every network has, on random networks of every kind.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "compiler/ir/quantized_json.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"
#include "tests/support/random_network.h"
#include "tests/support/stepwise.h"

namespace hillock::tests {
namespace {

constexpr std::uint64_t kSeeds = 400;

sim::IntegerResult run(const ir::QuantizedNetwork& n, const ir::Dataset& data, std::size_t sample) {
  sim::IntegerResult result;
  sim::IntegerModel(n).run(data, sample, result);
  return result;
}

bool same(const sim::Recording<std::int64_t>& a, const sim::Recording<std::int64_t>& b) {
  return a.spikes == b.spikes && a.membranes == b.membranes;
}

bool fits(std::int64_t lo, std::int64_t hi, int bits) {
  return lo >= numeric::min_of(bits) && hi <= numeric::max_of(bits);
}

TEST_CASE("the equations equal the two halves of a step, in any order of events",
          "[sim][numeric]") {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomCase c = random_case(seed);
    INFO("seed " << seed << ": " << c.description);
    const sim::IntegerResult a = run(c.quantized, c.data, seed % c.data.samples);
    const StepwiseResult b = run_stepwise(c.quantized, c.data, seed % c.data.samples, seed);
    REQUIRE(same(a.recording, b.recording));
    for (std::size_t p = 0; p < b.extremes.size(); ++p) {
      REQUIRE(a.activity.populations[p].saturations == b.saturations[p]);
    }
  }
}

TEST_CASE("no word overflows the width that was proved for it", "[sim][analysis]") {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomCase c = random_case(seed);
    INFO("seed " << seed << ": " << c.description);
    const StepwiseResult b = run_stepwise(c.quantized, c.data, 0, seed);
    for (std::size_t p = 0; p < b.extremes.size(); ++p) {
      const ir::QuantizedPopulation& q = c.quantized.populations[p];
      const Extremes& x = b.extremes[p];
      REQUIRE(fits(x.sum_lo, x.sum_hi, q.accumulator_bits));
      if (q.current_bits > 0) REQUIRE(fits(x.current_lo, x.current_hi, q.current_bits));
      // What an event carries may be clipped where the membrane is not.
      const bool clips = q.sends_counts() || q.sends_membranes();
      if (q.overflow == numeric::OverflowMode::Proved && !clips) REQUIRE(b.saturations[p] == 0);
      for (const std::int64_t v : b.recording.membranes[p].data) {
        REQUIRE(fits(v, v, q.membrane_bits));
      }
    }
  }
}

TEST_CASE("the order of projections changes nothing", "[sim]") {
  std::size_t several = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomCase c = random_case(seed);
    ir::QuantizedNetwork other = c.quantized;
    std::reverse(other.projections.begin(), other.projections.end());
    several += other.projections.size() > other.populations.size() ? 1 : 0;
    INFO("seed " << seed << ": " << c.description);
    REQUIRE(same(run(c.quantized, c.data, 0).recording, run(other, c.data, 0).recording));
  }
  CHECK(several > kSeeds / 10);
}

TEST_CASE("activity counts what was sent and added", "[sim]") {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomCase c = random_case(seed);
    INFO("seed " << seed << ": " << c.description);
    const sim::IntegerResult result = run(c.quantized, c.data, 0);
    for (std::size_t p = 0; p < c.quantized.populations.size(); ++p) {
      const ir::PopulationActivity& a = result.activity.populations[p];
      const auto into = c.quantized.projections_into(p);
      REQUIRE(a.projections.size() == into.size());
      std::vector<std::int64_t> step_events(c.data.timesteps, 0);
      std::int64_t operations = 0;
      for (std::size_t k = 0; k < into.size(); ++k) {
        if (std::holds_alternative<ir::MaxPool>(into[k]->connectivity)) {
          REQUIRE(a.projections[k].step_elements.empty());
          continue;
        }
        REQUIRE(a.projections[k].step_elements.size() == c.data.timesteps);
        for (std::size_t t = 0; t < c.data.timesteps; ++t) {
          const std::vector<std::uint32_t>& elements = a.projections[k].step_elements[t];
          REQUIRE(std::is_sorted(elements.begin(), elements.end()));
          step_events[t] += static_cast<std::int64_t>(elements.size());
          for (const std::uint32_t i : elements) {
            ir::for_each_synapse(into[k]->connectivity, i,
                                 [&](std::size_t, std::int32_t) { ++operations; });
          }
          if (into[k]->source.kind == ir::Source::Kind::Input) continue;
          const auto& spikes = result.recording.spikes[into[k]->source.index];
          const auto delay = static_cast<std::size_t>(into[k]->delay);
          std::vector<std::uint32_t> expected;
          for (std::size_t i = 0; i < spikes.cols && t >= delay; ++i) {
            if (spikes(t - delay, i) != 0) expected.push_back(static_cast<std::uint32_t>(i));
          }
          REQUIRE(elements == expected);
        }
      }
      std::int64_t events = 0;
      for (const std::int64_t n : step_events) events += n;
      REQUIRE(a.step_events == step_events);
      REQUIRE(a.events == events);
      REQUIRE(a.synaptic_operations == operations);
      const auto& spikes = result.recording.spikes[p];
      std::int64_t all_spikes = 0;
      for (std::size_t t = 0; t < c.data.timesteps; ++t) {
        std::int64_t of_step = 0;
        for (std::size_t j = 0; j < spikes.cols; ++j) of_step += spikes(t, j) != 0 ? 1 : 0;
        REQUIRE(a.step_spikes.at(t) == of_step);
        all_spikes += of_step;
      }
      REQUIRE(a.spikes == all_spikes);
    }
  }
}

TEST_CASE("a quantized network computes the same after JSON", "[ir]") {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomCase c = random_case(seed);
    INFO("seed " << seed << ": " << c.description);
    const nlohmann::json j = ir::to_json(c.quantized, c.mapping);
    ir::QuantizedNetwork n;
    ir::Mapping m;
    ir::from_json(nlohmann::json::parse(j.dump()), "q.json", n, m);
    REQUIRE(ir::to_json(n, m) == j);
    REQUIRE(m.lanes == c.mapping.lanes);
    for (std::size_t k = 0; k < n.projections.size(); ++k) {
      REQUIRE(n.projections[k].connectivity == c.quantized.projections[k].connectivity);
      REQUIRE(n.projections[k].delay == c.quantized.projections[k].delay);
    }
    for (std::size_t p = 0; p < n.populations.size(); ++p) {
      REQUIRE(n.populations[p].current_bits == c.quantized.populations[p].current_bits);
      REQUIRE(n.populations[p].scale == c.quantized.populations[p].scale);
    }
    REQUIRE(n.inputs[0].scale == c.quantized.inputs[0].scale);
    REQUIRE(same(run(n, c.data, 0).recording, run(c.quantized, c.data, 0).recording));
  }
}

TEST_CASE("inhibition leaves one spike, where there would be one", "[sim]") {
  std::size_t suppressed = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomCase c = random_case(seed, kInhibition);
    sim::FloatResult real;
    sim::FloatModel(c.network).run(c.data, 0, real);
    sim::IntegerResult whole = run(c.quantized, c.data, 0);
    for (std::size_t p = 0; p < c.network.populations.size(); ++p) {
      if (!c.network.populations[p].inhibition) continue;
      for (const auto* spikes : {&real.recording.spikes[p], &whole.recording.spikes[p]}) {
        for (std::size_t t = 0; t < spikes->rows; ++t) {
          std::int64_t n = 0;
          for (std::size_t j = 0; j < spikes->cols; ++j) n += (*spikes)(t, j);
          REQUIRE(n <= 1);
          suppressed += n == 1 ? 1 : 0;
        }
      }
    }
  }
  CHECK(suppressed > 0);
}

TEST_CASE("seeds can be replayed, and draw every kind", "[sim]") {
  CHECK(random_case(7).description == random_case(7).description);
  std::string all;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) all += random_case(seed).description + "\n";
  for (const char* word :
       {"conv", "maxpool", "sparse", "steps ago", "current", "alpha", "inhibition", "scaled", " g2",
        " d2x", " s2x", "li", "up to", "li sends"}) {
    CHECK(all.find(word) != std::string::npos);
  }
  std::string dense;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    dense += random_case(seed, kDenseOnly).description;
  }
  for (const char* word : {"conv", "maxpool", "sparse", "ago", "current", "alpha", "inhibition"}) {
    CHECK(dense.find(word) == std::string::npos);
  }
}

}  // namespace
}  // namespace hillock::tests
