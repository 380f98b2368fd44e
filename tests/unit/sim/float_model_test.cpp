// The float model against traces worked out by hand: one neuron, a trace for every reset rule.
#include "sim/float/float_model.h"

#include <catch2/catch.hpp>

namespace hillock::tests {
namespace {

using ir::Comparison;
using ir::ResetMechanism;
using ir::ResetTiming;
using ir::ZeroInput;
using Spikes = std::vector<std::uint8_t>;
using Membranes = std::vector<double>;

// One neuron of weight 1, decay 1/2 and threshold 1.
ir::Network neuron(ir::ResetRule rule, Comparison comparison = Comparison::Greater) {
  ir::Network n;
  n.inputs.push_back({"in", {1}, {}});
  ir::Population p;
  p.name = "p";
  p.shape = {1};
  p.decay = 0.5;
  p.threshold = 1.0;
  p.reset = rule;
  p.comparison = comparison;
  n.populations.push_back(p);
  ir::Dense dense;
  dense.weight = support::Matrix<double>(1, 1, 1.0);
  ir::Projection w;
  w.connectivity = dense;
  n.projections.push_back(w);
  return n;
}

sim::FloatResult run(const ir::Network& n, const std::vector<float>& x = {1, 1, 1, 1, 1}) {
  ir::Dataset data;
  data.samples = 1;
  data.timesteps = x.size();
  data.features = {1};
  data.x = x;
  sim::FloatResult result;
  sim::FloatModel(n).run(data, 0, result);
  return result;
}

void check(const sim::FloatResult& r, const Membranes& membranes, const Spikes& spikes) {
  CHECK(r.recording.membranes[0].data == membranes);
  CHECK(r.recording.spikes[0].data == spikes);
}

TEST_CASE("no reset", "[sim]") {
  check(run(neuron({ResetMechanism::None, ResetTiming::Delayed, ZeroInput::Kept})),
        {1, 1.5, 1.75, 1.875, 1.9375}, {0, 1, 1, 1, 1});
}

TEST_CASE("subtraction in the step after the spike", "[sim]") {
  const ir::ResetRule rule{ResetMechanism::Subtract, ResetTiming::Delayed, ZeroInput::Kept};
  check(run(neuron(rule)), {1, 1.5, 0.75, 1.375, 0.6875}, {0, 1, 0, 1, 0});
  SECTION("at the threshold, where >= holds") {
    check(run(neuron(rule, Comparison::GreaterEqual)), {1, 0.5, 1.25, 0.625, 1.3125},
          {1, 0, 1, 0, 1});
  }
}

TEST_CASE("to zero in the step after the spike, its input kept", "[sim]") {
  check(run(neuron({ResetMechanism::Zero, ResetTiming::Delayed, ZeroInput::Kept})),
        {1, 1.5, 1, 1.5, 1}, {0, 1, 0, 1, 0});
}

TEST_CASE("to zero in the step after the spike, its input lost", "[sim]") {
  check(run(neuron({ResetMechanism::Zero, ResetTiming::Delayed, ZeroInput::Lost})),
        {1, 1.5, 0, 1, 1.5}, {0, 1, 0, 0, 1});
}

TEST_CASE("subtraction in the step of the spike", "[sim]") {
  check(run(neuron({ResetMechanism::Subtract, ResetTiming::SameStep, ZeroInput::Kept})),
        {1, 0.5, 0.25, 0.125, 0.0625}, {0, 1, 1, 1, 1});
}

TEST_CASE("to the reset value in the step of the spike", "[sim]") {
  ir::Network n = neuron({ResetMechanism::Zero, ResetTiming::SameStep, ZeroInput::Kept});
  n.populations[0].reset_value = 0.25;
  check(run(n), {1, 0.25, 0.25, 0.25, 0.25}, {0, 1, 1, 1, 1});
}

TEST_CASE("snnTorch's same step: above the threshold already, it takes twice to spike", "[sim]") {
  const std::vector<float> x = {3, 0.5F, 0.5F, 2};
  check(run(neuron({ResetMechanism::Subtract, ResetTiming::SameStepQuirk, ZeroInput::Kept}), x),
        {2, 1.5, 1.25, 1.625}, {1, 0, 0, 1});
  check(run(neuron({ResetMechanism::Subtract, ResetTiming::SameStep, ZeroInput::Kept}), x),
        {2, 0.5, 0.75, 1.375}, {1, 1, 0, 1});
}

TEST_CASE("a bias comes with every step; a neuron that does not spike is not reset", "[sim]") {
  ir::Network n = neuron({ResetMechanism::Subtract, ResetTiming::Delayed, ZeroInput::Kept});
  n.populations[0].bias = 0.5;
  n.populations[0].spiking = false;
  n.readout = ir::Readout::MembraneSum;
  const sim::FloatResult r = run(n, {1, 0, 1});
  check(r, {1.5, 1.25, 2.125}, {0, 0, 0});
  CHECK(r.scores == std::vector<double>{4.875});
}

TEST_CASE("membranes at their threshold are counted", "[sim]") {
  const auto ties = [](const std::vector<float>& x) {
    return run(neuron({ResetMechanism::None, ResetTiming::Delayed, ZeroInput::Kept}), x).ties;
  };
  CHECK(ties({1, 1, 1}) == 1);
  CHECK(ties({2, 0, 0}) == 1);
  CHECK(ties({3, 0, 0}) == 0);
}

}  // namespace
}  // namespace hillock::tests
