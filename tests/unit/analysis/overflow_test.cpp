// The overflow proof: reached where it must be, and quick. That it is never exceeded is tested on
// random networks (tests/unit/sim/random_networks_test.cpp).
#include "compiler/analysis/overflow.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <ctime>

#include "compiler/passes/quantize.h"
#include "tests/support/random_network.h"
#include "tests/support/stepwise.h"

namespace hillock::tests {
namespace {

using analysis::PopulationBounds;

std::vector<PopulationBounds> bounds_of(const ir::QuantizedNetwork& n) {
  return analysis::bound_populations(
      n, std::vector<std::optional<int>>(n.populations.size(), std::nullopt));
}

void make_positive(ir::QuantizedConnectivity& c) {
  if (auto* dense = std::get_if<ir::QuantizedDense>(&c)) {
    for (auto& w : dense->weight.data) w = std::abs(w);
  } else if (auto* conv = std::get_if<ir::QuantizedConv>(&c)) {
    for (auto& w : conv->weight) w = std::abs(w);
  } else if (auto* sparse = std::get_if<ir::QuantizedSparse>(&c)) {
    for (auto& s : sparse->synapses) s.weight = std::abs(s.weight);
  }
}

// What the input reaches of a random network, its worst case made simple: nothing resets, and all
// weights and biases push upwards, so that an input of ones drives every word to its bound.
struct Worst {
  ir::QuantizedNetwork network;
  ir::Dataset data;
};

Worst worst_case(std::uint64_t seed, unsigned kinds) {
  const RandomCase c = random_case(seed, kinds);
  Worst w;
  w.network.inputs = c.quantized.inputs;
  w.network.timesteps = 20;
  const bool pair = c.quantized.populations.size() > 1 && !c.quantized.populations[0].spiking;
  const std::size_t kept = pair ? 2 : 1;
  for (std::size_t p = 0; p < kept; ++p) {
    ir::QuantizedPopulation q = c.quantized.populations[p];
    q.reset.mechanism = ir::ResetMechanism::None;
    const std::int64_t bias = std::abs(q.bias.max());
    q.bias = bias;
    q.current_bias = std::abs(q.current_bias.max());
    w.network.populations.push_back(q);
  }
  for (const ir::QuantizedProjection& p : c.quantized.projections) {
    const bool from_input = p.source.kind == ir::Source::Kind::Input;
    if (p.target >= kept || (from_input ? p.target > 0 : !pair || p.target != 1)) continue;
    w.network.projections.push_back(p);
    make_positive(w.network.projections.back().connectivity);
  }
  w.data.samples = 1;
  w.data.timesteps = 20;
  w.data.features = c.data.features;
  w.data.x.assign(20 * c.data.feature_count(), static_cast<float>(c.quantized.inputs[0].max_value));
  const auto bounds = bounds_of(w.network);
  std::vector<passes::WidthBounds> widths;
  for (const auto& b : bounds) {
    widths.push_back(
        {b.sum.lo, b.sum.hi, b.membrane.lo, b.membrane.hi, b.current.lo, b.current.hi});
  }
  passes::assign_widths(w.network, widths,
                        std::vector<std::optional<int>>(w.network.populations.size()));
  return w;
}

TEST_CASE("the bounds are reached where everything pushes one way", "[analysis]") {
  const unsigned kinds = GENERATE(0U + kDenseOnly, 0U + kSparse, 0U + kConv, kConv | kConvPool,
                                  0U + kCurrent, kConv | kMaxPool);
  int pooled = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Worst w = worst_case(seed, kinds);
    INFO("kinds " << kinds << " seed " << seed);
    const auto bounds = bounds_of(w.network);
    const StepwiseResult result = run_stepwise(w.network, w.data, 0, seed);
    for (std::size_t p = 0; p < bounds.size(); ++p) {
      REQUIRE(result.extremes[p].sum_hi == bounds[p].sum.hi);
      if (w.network.populations[p].current_bits > 0) {
        REQUIRE(result.extremes[p].current_hi == bounds[p].current.hi);
      }
    }
    pooled += static_cast<int>(bounds.size()) - 1;
  }
  CHECK((pooled > 0) == ((kinds & kMaxPool) != 0));
}

TEST_CASE("the bound of an alpha synapse knows that E and H are opposed", "[analysis]") {
  ir::QuantizedNetwork n;
  n.inputs.push_back({"in", {1}, 0, 1});
  n.timesteps = 200;
  ir::QuantizedPopulation p;
  p.name = "p";
  p.shape = {1};
  p.reset.mechanism = ir::ResetMechanism::None;
  p.fraction_bits = 6;
  p.synapse = ir::Synapse::Alpha;
  p.current_decay_shift = 3;
  p.current_decay = 7;
  p.decay_shift = 3;
  p.decay = 6;
  p.threshold = 1000;
  p.scale = 1.0;
  n.populations.push_back(p);
  ir::QuantizedDense dense{support::Matrix<std::int32_t>(1, 1, 100)};
  n.projections.push_back({"w", {}, 0, dense, 8, 0, {}});
  const PopulationBounds b = bounds_of(n)[0];
  // Steady state of a constant input: A (1 / (1 - 7/8) - 1 / (1 - 6/8)) = 4 A; E alone is 8 A.
  const std::int64_t a = 100 << 6;
  CHECK(b.sum.hi >= 4 * a - 64);
  CHECK(b.sum.hi <= 4 * a + 64);
  CHECK(b.sum.lo >= -64);
  CHECK(b.current.hi >= 8 * a - 64);
  CHECK(b.current.hi <= 8 * a);
  CHECK(b.current.lo <= -4 * a + 64);  // H
  CHECK(b.current.lo >= -4 * a - 64);
}

TEST_CASE("what cannot be computed in 64 bits is refused", "[analysis]") {
  ir::QuantizedNetwork n = random_case(1, kDenseOnly).quantized;
  CHECK_NOTHROW(bounds_of(n));
  n.populations[0].synapse = ir::Synapse::Current;
  n.populations[0].current_decay_shift = 8;
  n.populations[0].current_bias = std::int64_t{1} << 58;
  CHECK_THROWS_AS(bounds_of(n), support::InputError);
}

// conv 5x5 -> max-pool 2 -> neurons, as often as `channels` has entries, then dense 10.
ir::QuantizedNetwork big_network(std::size_t in, std::size_t size,
                                 const std::vector<std::size_t>& channels, std::size_t kernel,
                                 bool pool) {
  Random r(1);
  ir::QuantizedNetwork n;
  n.timesteps = 300;
  n.inputs.push_back({"in", {in, size, size}, 0, 1});
  ir::Source source;
  const auto population = [&](ir::Shape shape, bool spiking) {
    ir::QuantizedPopulation p;
    p.name = "p";
    p.shape = std::move(shape);
    p.spiking = spiking;
    p.fraction_bits = 6;
    p.decay_shift = 8;
    p.decay = spiking ? 250 : 0;
    p.threshold = 2000;
    p.scale = 1.0;
    n.populations.push_back(p);
    return n.populations.size() - 1;
  };
  for (const std::size_t out : channels) {
    ir::ConvGeometry g;
    g.in_channels = in;
    g.in_height = g.in_width = size;
    g.out_channels = out;
    g.kernel_height = g.kernel_width = kernel;
    g.out_height = g.out_width = size - kernel + 1;
    ir::QuantizedConv conv{g, std::vector<std::int32_t>(g.weights())};
    for (auto& w : conv.weight) w = static_cast<std::int32_t>(r.whole(-31, 31));
    std::size_t p = population({out, g.out_height, g.out_width}, !pool);
    n.projections.push_back({"w", source, p, conv, 6, 0, {}});
    size = g.out_height;
    if (pool) {
      ir::MaxPool m{out, size, size, size / 2, size / 2, 2, 2, 2, 2};
      size /= 2;
      const std::size_t target = population({out, size, size}, true);
      n.projections.push_back({"m", {ir::Source::Kind::Population, p}, target, m, 0, 0, {}});
      p = target;
    }
    source = {ir::Source::Kind::Population, p};
    in = out;
  }
  const std::size_t p = population({10}, true);
  ir::QuantizedDense dense{support::Matrix<std::int32_t>(10, in * size * size)};
  for (auto& w : dense.weight.data) w = static_cast<std::int32_t>(r.whole(-31, 31));
  n.projections.push_back({"w", source, p, dense, 6, 0, {}});
  return n;
}

TEST_CASE("networks of usual sizes are proved in no time", "[analysis]") {
  for (const ir::QuantizedNetwork& n :
       {big_network(1, 28, {12, 64}, 5, true), big_network(2, 34, {16, 32, 64}, 3, false)}) {
    const std::clock_t start = std::clock();
    const auto bounds = bounds_of(n);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    CHECK(bounds.back().sum.hi > 0);
    INFO(seconds << " s");
#ifdef NDEBUG
    CHECK(seconds < 2.0);
#endif
  }
}

}  // namespace
}  // namespace hillock::tests
