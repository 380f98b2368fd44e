// Descent on scores, with a runner made up for the purpose: what it moves, what it keeps, and when
// it stops.
#include "compiler/passes/score_descent.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "compiler/passes/reconstruct.h"

namespace hillock::tests {
namespace {

using ir::QuantizedNetwork;

// in 1x4x4 -> conv of 2 channels, 3x3 -> 2x2x2 neurons -> 3 outputs.
struct Case {
  ir::Network network;
  QuantizedNetwork start;
  passes::CalibrationRun run;
  std::size_t runs = 0;

  // `score(q, sample)`: of the first output; the others have 0.
  explicit Case(std::function<double(const QuantizedNetwork&, std::size_t)> score) {
    ir::ConvGeometry g;
    g.in_channels = 1;
    g.out_channels = 2;
    g.in_height = g.in_width = 4;
    g.out_height = g.out_width = 2;
    g.kernel_height = g.kernel_width = 3;
    network.inputs.push_back({"in", {1, 4, 4}, {}});
    ir::Population p;
    p.name = "planes";
    p.shape = {2, 2, 2};
    network.populations.push_back(p);
    p.name = "out";
    p.shape = {3};
    network.populations.push_back(p);
    network.projections.push_back({"conv", {}, 0, ir::Conv{g, std::vector<double>(18)}, 0, {}});
    network.projections.push_back({"fc",
                                   {ir::Source::Kind::Population, 0},
                                   1,
                                   ir::Dense{support::Matrix<double>(3, 8)},
                                   0,
                                   {}});
    network.output = 1;

    for (const ir::Population& from : network.populations) {
      ir::QuantizedPopulation q;
      q.name = from.name;
      q.shape = from.shape;
      q.threshold = 64;
      start.populations.push_back(q);
    }
    start.projections.push_back(
        {"conv", {}, 0, ir::QuantizedConv{g, std::vector<std::int32_t>(18)}, 3, 0, {}});
    start.projections.push_back({"fc",
                                 {ir::Source::Kind::Population, 0},
                                 1,
                                 ir::QuantizedDense{support::Matrix<std::int32_t>(3, 8)},
                                 3,
                                 0,
                                 {}});
    for (int s = 0; s < 6; ++s) run.real.scores.push_back({10, 0, 0});
    run.run = [this, score](const QuantizedNetwork& q) {
      ++runs;
      passes::Recording r;
      for (std::size_t s = 0; s < 6; ++s) r.scores.push_back({score(q, s), 0, 0});
      return r;
    };
  }

  QuantizedNetwork descend(std::size_t max_runs) {
    return passes::descend_scores(network, start, run, {max_runs, 0.02});
  }
};

std::int64_t threshold(const QuantizedNetwork& q, std::size_t p, std::size_t j) {
  return q.populations[p].threshold[j];
}

TEST_CASE("descent on scores moves thresholds to where the scores are right", "[passes]") {
  Case c([](const QuantizedNetwork& q, std::size_t) {
    return 10 - std::abs(static_cast<double>(threshold(q, 1, 2) - 76)) / 2;
  });
  const QuantizedNetwork q = c.descend(400);
  CHECK(threshold(q, 1, 2) > 72);
  CHECK(threshold(q, 1, 2) < 80);
  CHECK(threshold(q, 1, 0) == 64);
  CHECK(threshold(q, 0, 0) == 64);
}

TEST_CASE("descent on scores moves the neurons of a channel together", "[passes]") {
  Case c([](const QuantizedNetwork& q, std::size_t) {
    return 10 - std::abs(static_cast<double>(threshold(q, 0, 4) - 52)) / 2;
  });
  const QuantizedNetwork q = c.descend(400);
  CHECK(threshold(q, 0, 4) < 56);
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK(threshold(q, 0, 4 + j) == threshold(q, 0, 4));  // the second channel
    CHECK(threshold(q, 0, j) == 64);
  }
}

TEST_CASE("descent on scores keeps nothing that half of the samples suffer from", "[passes]") {
  Case c([](const QuantizedNetwork& q, std::size_t sample) {
    // Much better for every second sample, a little worse for the others.
    const double d = static_cast<double>(threshold(q, 1, 0) - 64) / 2;
    return sample % 2 == 0 ? 4 + d : 8 - 0.1 * std::abs(d);
  });
  const QuantizedNetwork q = c.descend(400);
  CHECK(threshold(q, 1, 0) == 64);
}

TEST_CASE("descent on scores ends with its runs, or does not begin", "[passes]") {
  const auto off = [](const QuantizedNetwork& q, std::size_t) {
    double s = 2;
    for (std::size_t j = 0; j < 3; ++j) s += 0.001 * static_cast<double>(threshold(q, 1, j));
    return s;
  };
  Case few(off);
  static_cast<void>(few.descend(7));
  CHECK(few.runs == 1 + 7);
  Case none(off);
  CHECK(threshold(none.descend(0), 1, 0) == 64);
  CHECK(none.runs == 0);
  Case near([](const QuantizedNetwork&, std::size_t) { return 9.9; });
  static_cast<void>(near.descend(100));
  CHECK(near.runs == 1);
}

}  // namespace
}  // namespace hillock::tests
