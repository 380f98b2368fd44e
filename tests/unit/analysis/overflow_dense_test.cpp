// The overflow proof against all that can happen: small networks of one neuron, every input there
// is. No membrane leaves its bounds, and where a bound has to be tight some input reaches it.
#include <catch2/catch.hpp>
#include <string>

#include "compiler/analysis/overflow.h"
#include "compiler/passes/quantize.h"
#include "sim/reference/integer_model.h"
#include "tests/support/fixtures.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

using analysis::Range;
using ir::ResetMechanism;
using ir::ResetTiming;

constexpr std::size_t kInputs = 2;
constexpr int kSteps = 5;

ir::QuantizedNetwork neuron(Random& r) {
  ir::QuantizedNetwork n;
  n.name = "one";
  n.timesteps = kSteps;
  n.inputs.push_back({"in", {kInputs}, 0, 1});
  ir::QuantizedPopulation p;
  p.name = "p";
  p.shape = {1};
  p.fraction_bits = static_cast<int>(r.whole(0, 2));
  p.decay_shift = static_cast<int>(r.whole(0, 3));
  p.decay = ir::PerNeuron<std::int64_t>(r.whole(0, 1 << p.decay_shift));
  p.bias = ir::PerNeuron<std::int64_t>(r.whole(-4, 4));
  p.threshold = ir::PerNeuron<std::int64_t>(r.whole(0, 20));
  p.scale = ir::PerNeuron<double>(1.0);
  n.populations.push_back(p);
  ir::QuantizedDense dense;
  dense.weight = support::Matrix<std::int32_t>(1, kInputs);
  for (std::int32_t& w : dense.weight.data) w = static_cast<std::int32_t>(r.whole(-7, 7));
  n.projections.push_back({"w", {ir::Source::Kind::Input, 0}, 0, std::move(dense), 4, 0, {}});
  return n;
}

Range bound(ir::QuantizedNetwork& n) {
  const auto bounds = analysis::bound_populations(n, {std::nullopt});
  passes::assign_widths(
      n, {{bounds[0].sum.lo, bounds[0].sum.hi, bounds[0].membrane.lo, bounds[0].membrane.hi}},
      {std::nullopt});
  ir::verify(n);
  return bounds[0].membrane;
}

// The membranes of every input sequence there is; none of them may saturate.
Range reached(const ir::QuantizedNetwork& n) {
  const sim::IntegerModel model(n);
  ir::Dataset data;
  data.samples = 1;
  data.timesteps = kSteps;
  data.features = {kInputs};
  data.x.resize(kSteps * kInputs);
  Range range;
  std::int64_t saturations = 0;
  sim::IntegerResult result;
  for (unsigned word = 0; word < 1U << data.x.size(); ++word) {
    for (std::size_t i = 0; i < data.x.size(); ++i) data.x[i] = static_cast<float>(word >> i & 1U);
    model.run(data, 0, result);
    for (const std::int64_t v : result.recording.membranes[0].data) range.include(v);
    saturations += result.activity.populations[0].saturations;
  }
  CHECK(saturations == 0);
  return range;
}

TEST_CASE("without reset the bound is reached, exactly", "[analysis]") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    Random r(seed);
    ir::QuantizedNetwork n = neuron(r);
    n.populations[0].spiking = seed % 2 == 0;
    n.populations[0].reset = {ResetMechanism::None, ResetTiming::Delayed, ir::ZeroInput::Kept};
    CAPTURE(seed);
    Range proved = bound(n);
    proved.include(0);
    CHECK(proved == reached(n));
  }
}

TEST_CASE("with a reset the bound is never left", "[analysis]") {
  const ir::ResetRule rules[] = {
      {ResetMechanism::Subtract, ResetTiming::Delayed, ir::ZeroInput::Kept},
      {ResetMechanism::Zero, ResetTiming::Delayed, ir::ZeroInput::Kept},
      {ResetMechanism::Zero, ResetTiming::Delayed, ir::ZeroInput::Lost},
      {ResetMechanism::Subtract, ResetTiming::SameStep, ir::ZeroInput::Kept},
      {ResetMechanism::Zero, ResetTiming::SameStep, ir::ZeroInput::Kept},
      {ResetMechanism::Subtract, ResetTiming::SameStepQuirk, ir::ZeroInput::Kept}};
  for (const ir::ResetRule& rule : rules) {
    int tight = 0;
    constexpr int kNetworks = 20;
    for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
      Random r(seed);
      ir::QuantizedNetwork n = neuron(r);
      n.populations[0].reset = rule;
      n.populations[0].reset_offset = static_cast<int>(seed % 2);
      if (rule.mechanism == ResetMechanism::Zero && rule.timing == ResetTiming::SameStep) {
        n.populations[0].reset_value = ir::PerNeuron<std::int64_t>(r.whole(-30, 30));
      }
      CAPTURE(ir::name(rule.mechanism), ir::name(rule.timing), ir::name(rule.zero_input), seed);
      Range proved = bound(n);
      proved.include(0);
      const Range real = reached(n);
      CHECK(proved.lo <= real.lo);
      CHECK(proved.hi >= real.hi);
      if (proved == real) ++tight;
    }
    // An interval forgets which of its values are there together; mostly that costs nothing.
    CAPTURE(ir::name(rule.mechanism), ir::name(rule.timing), ir::name(rule.zero_input));
    CHECK(tight >= kNetworks / 2);
  }
}

TEST_CASE("a clamp bounds the membrane, not the sum before it", "[analysis]") {
  Random r(3);
  ir::QuantizedNetwork n = neuron(r);
  std::get<ir::QuantizedDense>(n.projections[0].connectivity).weight.data = {7, 7};
  n.populations[0].reset.mechanism = ResetMechanism::None;
  n.populations[0].bias = ir::PerNeuron<std::int64_t>(0);
  n.populations[0].fraction_bits = 2;
  const auto b = analysis::bound_populations(n, {5})[0];
  CHECK(b.input == Range{0, 56});
  CHECK(b.membrane == Range{0, 15});
  CHECK(b.sum.hi >= 56);
}

TEST_CASE("sums beyond 60 bits are refused", "[analysis]") {
  Random r(1);
  ir::QuantizedNetwork n = neuron(r);
  n.populations[0].reset.mechanism = ResetMechanism::None;
  n.populations[0].decay_shift = 0;
  n.populations[0].decay = ir::PerNeuron<std::int64_t>(1);
  n.populations[0].bias = ir::PerNeuron<std::int64_t>(std::int64_t{1} << 50);
  n.timesteps = 1 << 20;
  const std::string error =
      error_of([&] { return analysis::bound_populations(n, {std::nullopt}); });
  CHECK(error.rfind("error: population p could need more than 60 bits", 0) == 0);
  CHECK(error.find("[width-too-large]\n  help: use fewer weight bits") != std::string::npos);
}

}  // namespace
}  // namespace hillock::tests
