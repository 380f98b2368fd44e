// The integer model: the order of events does not matter, samples do not meet, readouts are what
// they are called, and its counts are the counts of what it did.
#include "sim/reference/integer_model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "tests/support/fixtures.h"
#include "tests/support/random_network.h"
#include "tests/support/small_network.h"

namespace hillock::tests {
namespace {

sim::IntegerResult run(const ir::QuantizedNetwork& n, const ir::Dataset& data, std::size_t sample) {
  sim::IntegerResult result;
  sim::IntegerModel(n).run(data, sample, result);
  return result;
}

// The same network and data with their inputs in another order: their events come in that order.
void permute_inputs(SmallCase& c, Random& r) {
  const std::size_t n = c.data.feature_count();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(r.whole(0, static_cast<int>(i) - 1))]);
  }
  auto& weight = std::get<ir::QuantizedDense>(c.network.projections[0].connectivity).weight;
  const auto old_weight = weight;
  const std::vector<float> old_x = c.data.x;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < weight.rows; ++j) weight(j, i) = old_weight(j, order[i]);
    for (std::size_t row = 0; row < old_x.size() / n; ++row) {
      c.data.x[row * n + i] = old_x[row * n + order[i]];
    }
  }
}

TEST_CASE("the order of events does not matter, not even where membranes saturate", "[sim]") {
  for (const SmallCase& original : {small_case(), saturating_case()}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Random r(seed);
      SmallCase c = original;
      permute_inputs(c, r);
      for (std::size_t k = 0; k < c.data.samples; ++k) {
        const sim::IntegerResult a = run(original.network, original.data, k);
        const sim::IntegerResult b = run(c.network, c.data, k);
        CHECK(a.recording.spikes == b.recording.spikes);
        CHECK(a.recording.membranes == b.recording.membranes);
        CHECK(a.activity.populations[0].saturations == b.activity.populations[0].saturations);
      }
    }
  }
}

TEST_CASE("every sample begins at rest", "[sim]") {
  const SmallCase c = small_case();
  const sim::IntegerModel model(c.network);
  sim::IntegerResult reused;
  for (const std::size_t k : {3, 0, 3, 1}) {
    model.run(c.data, k, reused);
    const sim::IntegerResult fresh = run(c.network, c.data, k);
    CHECK(reused.recording.membranes == fresh.recording.membranes);
    CHECK(reused.scores == fresh.scores);
    CHECK(reused.activity.populations[1].events == fresh.activity.populations[1].events);
  }
}

TEST_CASE("counts are those of the recording", "[sim]") {
  for (const SmallCase& c : {small_case(), saturating_case()}) {
    const sim::IntegerResult r = run(c.network, c.data, 1);
    const auto sum = [](const auto& m) {
      return std::accumulate(m.data.begin(), m.data.end(), std::int64_t{0});
    };
    const auto active =
        std::count(c.data.x.begin() + 12 * 20, c.data.x.begin() + 2 * 12 * 20, 1.0F);
    const auto& a = r.activity.populations;
    CHECK(a[0].events == active);
    CHECK(a[1].events == sum(r.recording.spikes[0]));
    for (std::size_t p = 0; p < 2; ++p) {
      const auto n = static_cast<std::int64_t>(c.network.populations[p].neurons());
      CHECK(a[p].spikes == sum(r.recording.spikes[p]));
      CHECK(a[p].updates == 12 * n);
      CHECK(a[p].synaptic_operations == a[p].events * n);
      CHECK(std::accumulate(a[p].step_events.begin(), a[p].step_events.end(), std::int64_t{0}) ==
            a[p].events);
    }
    CHECK((a[0].saturations + a[1].saturations > 0) ==
          (c.network.populations[0].overflow == numeric::OverflowMode::Saturating));
  }
}

TEST_CASE("readouts, and the lowest class of a tie", "[sim]") {
  support::Matrix<std::uint8_t> spikes(3, 2);
  spikes.data = {1, 0, 0, 1, 1, 1};
  support::Matrix<std::int64_t> v(3, 2);
  v.data = {-5, 2, -1, 9, -3, -4};
  using Scores = std::vector<std::int64_t>;
  CHECK(sim::scores_of(ir::Readout::SpikeCount, spikes, v) == Scores{2, 2});
  CHECK(sim::scores_of(ir::Readout::MembraneSum, spikes, v) == Scores{-9, 7});
  CHECK(sim::scores_of(ir::Readout::MembraneMax, spikes, v) == Scores{-1, 9});
  CHECK(sim::scores_of(ir::Readout::MembraneLast, spikes, v) == Scores{-3, -4});
  CHECK(sim::best_class(Scores{2, 2}) == 0);
  CHECK(sim::best_class(Scores{-3, -1, -1}) == 1);
}

TEST_CASE("input that the network was not compiled for is an error with its place", "[sim]") {
  SmallCase c = small_case();
  const float bad = GENERATE(2.0F, -1.0F, 0.5F, 1e30F);
  c.data.x[(1 * 12 + 4) * 20 + 7] = bad;
  CHECK(error_of([&] { return run(c.network, c.data, 0).predicted; }) == "no error");
  const std::string error = error_of([&] { return run(c.network, c.data, 1).predicted; });
  CHECK(error.rfind("small:/x[1][4][7]: error: ", 0) == 0);
  CHECK(error.find("is not an integer in 0..1") != std::string::npos);
}

}  // namespace
}  // namespace hillock::tests
