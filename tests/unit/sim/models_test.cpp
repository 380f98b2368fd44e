// Single neurons whose answers were worked out by hand, in both models.
#include <catch2/catch.hpp>

#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace hillock::tests {
namespace {

using ir::ResetMechanism;
using ir::ResetTiming;

struct Pair {
  ir::Network real;
  ir::QuantizedNetwork whole;
};

// One input element -> `neurons` neurons, weights given; the same numbers in both networks: f = 0,
// a decay of 1/2 rounds half up in integers.
Pair make(const std::vector<std::int32_t>& weights, double threshold, double decay) {
  Pair c;
  const std::size_t n = weights.size();
  c.real.inputs.push_back({"in", {1}, {}});
  ir::Population p;
  p.name = "p";
  p.shape = {n};
  p.decay = decay;
  p.threshold = threshold;
  c.real.populations.push_back(p);
  ir::Dense dense{support::Matrix<double>(n, 1)};
  for (std::size_t j = 0; j < n; ++j) dense.weight(j, 0) = weights[j];
  c.real.projections.push_back({"w", {}, 0, dense, 0, {}});

  c.whole.inputs.push_back({"in", {1}, 0, 1});
  ir::QuantizedPopulation q;
  q.name = "p";
  q.shape = {n};
  q.decay_shift = 1;
  q.decay = static_cast<std::int64_t>(decay * 2);
  q.threshold = static_cast<std::int64_t>(threshold);
  q.membrane_bits = q.accumulator_bits = 24;
  q.scale = 1.0;
  c.whole.populations.push_back(q);
  ir::QuantizedDense whole{support::Matrix<std::int32_t>(n, 1)};
  whole.weight.data = weights;
  c.whole.projections.push_back({"w", {}, 0, whole, 8, 0, {}});
  c.whole.timesteps = 8;
  return c;
}

void set_synapse(Pair& c, ir::Synapse synapse, double current_decay) {
  c.real.populations[0].synapse = c.whole.populations[0].synapse = synapse;
  c.real.populations[0].current_decay = current_decay;
  c.whole.populations[0].current_decay_shift = 1;
  c.whole.populations[0].current_decay = static_cast<std::int64_t>(current_decay * 2);
  c.whole.populations[0].current_bits = 24;
}

void set_reset(Pair& c, ir::ResetRule rule) {
  c.real.populations[0].reset = c.whole.populations[0].reset = rule;
}

struct Answer {
  std::vector<double> real;  // membranes of neuron 0
  std::vector<std::int64_t> whole;
  std::vector<int> spikes;  // neuron by neuron within a step; both models alike
};

Answer run(const Pair& c, const std::vector<float>& x) {
  ir::verify(c.real);
  ir::verify(c.whole);
  ir::Dataset data;
  data.samples = 1;
  data.timesteps = x.size();
  data.features = {1};
  data.x = x;
  sim::FloatResult real;
  sim::FloatModel(c.real).run(data, 0, real);
  sim::IntegerResult whole;
  sim::IntegerModel(c.whole).run(data, 0, whole);
  Answer a;
  for (std::size_t t = 0; t < x.size(); ++t) {
    a.real.push_back(real.recording.membranes[0](t, 0));
    a.whole.push_back(whole.recording.membranes[0](t, 0));
  }
  for (const auto s : real.recording.spikes[0].data) a.spikes.push_back(s);
  REQUIRE(real.recording.spikes[0].data == whole.recording.spikes[0].data);
  return a;
}

TEST_CASE("a current decays by itself, and no reset touches it", "[sim]") {
  Pair c = make({8}, 100, 1.0);
  set_synapse(c, ir::Synapse::Current, 0.5);
  CHECK(run(c, {1, 0, 0, 1}).real == std::vector<double>{8, 12, 14, 23});
  CHECK(run(c, {1, 0, 0, 1}).whole == std::vector<std::int64_t>{8, 12, 14, 23});

  // Input lost: V is cleared, and goes on with the current, which is not.
  c.real.populations[0].threshold = 9;
  c.whole.populations[0].threshold = 9;
  set_reset(c, {ResetMechanism::Zero, ResetTiming::Delayed, ir::ZeroInput::Lost});
  const Answer lost = run(c, {1, 0, 0, 1, 0});
  CHECK(lost.real == std::vector<double>{8, 12, 0, 9, 13.5});
  CHECK(lost.whole == std::vector<std::int64_t>{8, 12, 0, 9, 14});
  CHECK(lost.spikes == std::vector<int>{0, 1, 0, 0, 1});
  set_reset(c, {ResetMechanism::Zero, ResetTiming::Delayed, ir::ZeroInput::Kept});
  CHECK(run(c, {1, 0, 0, 1}).whole == std::vector<std::int64_t>{8, 12, 2, 11});

  // A bias of the current counts in every step.
  c.real.populations[0].current_bias = 2.0;
  c.whole.populations[0].current_bias = 2;
  c.real.populations[0].threshold = 100;
  c.whole.populations[0].threshold = 100;
  CHECK(run(c, {0, 0, 1}).real == std::vector<double>{2, 5, 16.5});
  CHECK(run(c, {0, 0, 1}).whole == std::vector<std::int64_t>{2, 5, 17});
}

TEST_CASE("an alpha synapse rises after its event, and a reset clears all of it", "[sim]") {
  Pair c = make({16}, 100, 0.0);
  set_synapse(c, ir::Synapse::Alpha, 0.5);
  set_reset(c, {ResetMechanism::Zero, ResetTiming::Delayed, ir::ZeroInput::Lost});
  CHECK(run(c, {1, 0, 0, 0}).real == std::vector<double>{0, 8, 4, 2});
  CHECK(run(c, {1, 0, 0, 0}).whole == std::vector<std::int64_t>{0, 8, 4, 2});
  CHECK(run(c, {1, 1, 0}).real == std::vector<double>{0, 8, 12});
  c.real.populations[0].threshold = 7;
  c.whole.populations[0].threshold = 7;
  // The event of step 2 is lost with the rest.
  const Answer a = run(c, {1, 0, 1, 0, 1, 0});
  CHECK(a.real == std::vector<double>{0, 8, 0, 0, 0, 8});
  CHECK(a.whole == std::vector<std::int64_t>{0, 8, 0, 0, 0, 8});
  CHECK(a.spikes == std::vector<int>{0, 1, 0, 0, 0, 1});
  set_reset(c, {ResetMechanism::None, ResetTiming::Delayed, {}});
  CHECK(run(c, {1, 0, 1, 0}).real == std::vector<double>{0, 8, 4, 10});
}

TEST_CASE("an alpha synapse that resets by subtraction loses H, and E its threshold", "[sim]") {
  Pair c = make({16}, 7, 0.0);
  set_synapse(c, ir::Synapse::Alpha, 0.5);
  set_reset(c, {ResetMechanism::Subtract, ResetTiming::Delayed, ir::ZeroInput::Lost});
  // gain 2: after a spike V takes H/2 more, E loses 14 and H is 0. D_r is (0 + 1/2) H.
  c.real.populations[0].alpha_gain = 2.0;
  c.whole.populations[0].reset_decay = 1;
  c.whole.populations[0].reset_current = 14;
  // E 16 8 -10 -5 -2.5 13.5, H -16 0 0 0 0 -16: V of step 2 is 4 + 0, then -5, ...
  const Answer a = run(c, {1, 0, 0, 0});
  CHECK(a.real == std::vector<double>{0, 8, 4, -5});
  CHECK(a.whole == std::vector<std::int64_t>{0, 8, 4, -5});
  CHECK(a.spikes == std::vector<int>{0, 1, 0, 0});
  // An event in step 1: H is -16 when the reset takes its half.
  const Answer b = run(c, {1, 1, 0, 0});
  CHECK(b.real == std::vector<double>{0, 8, 4, -1});
  CHECK(b.whole == std::vector<std::int64_t>{0, 8, 4, -1});
  ir::verify(c.real);
  c.real.populations[0].alpha_gain = 0.5;
  CHECK_THROWS_AS(ir::verify(c.real), support::InputError);
}

TEST_CASE("a static input adds the same in every step, and counts once", "[sim]") {
  for (const ir::Synapse synapse : {ir::Synapse::None, ir::Synapse::Current, ir::Synapse::Alpha}) {
    Pair c = make({5}, 1000, 0.5);
    if (synapse != ir::Synapse::None) set_synapse(c, synapse, 0.5);
    if (synapse == ir::Synapse::Alpha) {
      set_reset(c, {ResetMechanism::None, ResetTiming::Delayed, ir::ZeroInput::Lost});
    }
    const Answer repeated = run(c, {1, 1, 1, 1});
    c.real.inputs[0].is_static = c.whole.inputs[0].is_static = true;
    ir::Dataset data;
    data.samples = 1;
    data.timesteps = 4;
    data.features = {1};
    data.x = {1};
    data.static_input = true;
    sim::FloatResult real;
    sim::FloatModel(c.real).run(data, 0, real);
    sim::IntegerResult whole;
    sim::IntegerModel(c.whole).run(data, 0, whole);
    for (std::size_t t = 0; t < 4; ++t) {
      CHECK(real.recording.membranes[0](t, 0) == repeated.real[t]);
      CHECK(whole.recording.membranes[0](t, 0) == repeated.whole[t]);
    }
    CHECK(real.synaptic_operations == 1);
    CHECK(whole.activity.populations[0].synaptic_operations == 1);
    CHECK(whole.activity.populations[0].step_events == std::vector<std::int64_t>{1, 0, 0, 0});
  }
}

TEST_CASE("with inhibition the largest lead spikes, the lowest index on a tie, and all reset",
          "[sim]") {
  Pair c = make({6, 9, 9, 3}, 5, 1.0);
  c.real.populations[0].inhibition = c.whole.populations[0].inhibition = true;
  const Answer a = run(c, {1, 0, 1});
  // Membranes 6 9 9 3; then 1 4 4 3, since those that were kept from spiking reset as well; then
  // 7 13 13 6.
  CHECK(a.spikes == std::vector<int>{0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0});
  CHECK(a.whole == std::vector<std::int64_t>{6, 1, 7});
  CHECK(a.real == std::vector<double>{6, 1, 7});
  // The lead counts, not the membrane.
  c.real.populations[0].threshold = ir::PerNeuron<double>({1, 8, 8, 5});
  c.whole.populations[0].threshold = ir::PerNeuron<std::int64_t>({1, 8, 8, 5});
  CHECK(run(c, {1}).spikes == std::vector<int>{1, 0, 0, 0});
  // In the same step too.
  set_reset(c, {ResetMechanism::Subtract, ResetTiming::SameStep, {}});
  const Answer same = run(c, {1, 0});
  CHECK(same.spikes == std::vector<int>{1, 0, 0, 0, 1, 0, 0, 0});
  CHECK(same.whole == std::vector<std::int64_t>{5, 4});
}

TEST_CASE("a delayed projection says nothing before its first spike can have arrived", "[sim]") {
  Pair c = make({4}, 3, 0.0);
  set_reset(c, {ResetMechanism::None, ResetTiming::Delayed, {}});
  c.real.projections.push_back(
      {"loop", {ir::Source::Kind::Population, 0}, 0, ir::Sparse{1, 1, {{0, 0, -2.0}}}, 2, {}});
  c.whole.projections.push_back({"loop",
                                 {ir::Source::Kind::Population, 0},
                                 0,
                                 ir::QuantizedSparse{1, 1, {{0, 0, -2}}},
                                 8,
                                 2,
                                 {}});
  const Answer a = run(c, {1, 1, 1, 1, 1, 1});
  CHECK(a.whole == std::vector<std::int64_t>{4, 4, 2, 2, 4, 4});
  CHECK(a.real == std::vector<double>{4, 4, 2, 2, 4, 4});
}

TEST_CASE("a max-pooled neuron integrates the largest current of its window", "[sim]") {
  // 1x1x2 -> conv 1x1, weight -3 -> the larger of two currents -> one neuron.
  Pair c = make({1}, 5, 1.0);
  for (auto* shape : {&c.real.inputs[0].shape, &c.whole.inputs[0].shape}) *shape = {1, 1, 2};
  ir::ConvGeometry g;
  g.in_width = g.out_width = 2;
  c.real.projections[0].connectivity = ir::Conv{g, {-3.0}};
  c.whole.projections[0].connectivity = ir::QuantizedConv{g, {-3}};
  ir::Population source = c.real.populations[0];
  source.name = "currents";
  source.shape = {1, 1, 2};
  source.spiking = false;
  source.decay = 0.0;
  source.bias = 2.0;
  c.real.populations.insert(c.real.populations.begin(), source);
  ir::QuantizedPopulation q = c.whole.populations[0];
  q.name = "currents";
  q.shape = {1, 1, 2};
  q.spiking = false;
  q.decay = 0;
  q.bias = 2;
  c.whole.populations.insert(c.whole.populations.begin(), q);
  c.whole.populations[1].current_bits = 24;
  ir::MaxPool pool;
  pool.in_width = pool.kernel_width = 2;
  const ir::Source from{ir::Source::Kind::Population, 0};
  c.real.projections.push_back({"pool", from, 1, pool, 0, {}});
  c.whole.projections.push_back({"pool", from, 1, pool, 0, 0, {}});
  c.real.output = c.whole.output = 1;
  ir::verify(c.real);
  ir::verify(c.whole);
  ir::Dataset data;
  data.samples = 1;
  data.timesteps = 4;
  data.features = {1, 1, 2};
  data.x = {0, 1, 1, 1, 0, 0, 0, 0};  // currents 2 -1, -1 -1, 2 2, 2 2
  sim::FloatResult real;
  sim::FloatModel(c.real).run(data, 0, real);
  sim::IntegerResult whole;
  sim::IntegerModel(c.whole).run(data, 0, whole);
  CHECK(real.recording.membranes[1].data == std::vector<double>{2, 1, 3, 5});
  CHECK(whole.recording.membranes[1].data == std::vector<std::int64_t>{2, 1, 3, 5});
  CHECK(whole.activity.populations[1].projections[0].step_elements.empty());
  CHECK(whole.activity.populations[1].events == 0);
  CHECK(whole.activity.populations[0].projections[0].step_elements[1] ==
        std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("real data are scaled and rounded half up, and refused beyond the range", "[sim]") {
  ir::QuantizedInput input{"in", {6}, -7, 7, 7.0};
  ir::Dataset data;
  data.samples = data.timesteps = 1;
  data.features = {6};
  data.x = {0.5F, -0.5F, 0.07F, 1.0F, -1.0F, 0.0F};
  std::vector<sim::InputEvent> events;
  sim::step_events(input, data, 0, 0, events);
  std::vector<std::pair<std::uint32_t, std::int32_t>> got;
  for (const auto& e : events) got.emplace_back(e.element, e.value);
  using Expected = std::vector<std::pair<std::uint32_t, std::int32_t>>;
  CHECK(got == Expected{{0, 4}, {1, -3}, {3, 7}, {4, -7}});
  data.x[3] = 1.1F;
  CHECK_THROWS_AS(sim::step_events(input, data, 0, 0, events), support::InputError);
  data.x[3] = 1.0F;
  input.scale = 1;
  CHECK_THROWS_AS(sim::step_events(input, data, 0, 0, events), support::InputError);
}

}  // namespace
}  // namespace hillock::tests
