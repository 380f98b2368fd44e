// Scales, fraction bits and decay bits of every kind of projection, and what calibration feeds
// them.
#include "compiler/passes/quantize.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "compiler/driver/calibration.h"
#include "compiler/driver/quantizer.h"
#include "compiler/passes/align_convolutions.h"
#include "sim/float/float_model.h"
#include "tests/support/random_connectivity.h"

namespace hillock::tests {
namespace {

// in 2x6x6 -> conv 3 channels -> (max-pool 2x2 ->) neurons -> dense 4.
ir::Network conv_network(bool pooled) {
  Random r(9);
  ir::Network n;
  n.inputs.push_back({"in", {2, 6, 6}, {}});
  ir::ConvGeometry g;
  g.in_channels = 2;
  g.out_channels = 3;
  g.in_height = g.in_width = g.out_height = g.out_width = 6;
  g.kernel_height = g.kernel_width = 3;
  g.pad_top = g.pad_left = 1;
  ir::Conv conv{g, std::vector<double>(g.weights())};
  for (std::size_t i = 0; i < conv.weight.size(); ++i) {
    conv.weight[i] = r.real(-1.0, 1.0) * std::pow(10.0, static_cast<double>(i / 18));
  }
  ir::Population p;
  p.name = "a";
  p.shape = {3, 6, 6};
  p.decay = pooled ? 0.0 : 0.9;
  p.spiking = !pooled;
  p.bias = 0.1;
  p.threshold = 1.0;
  n.populations.push_back(p);
  n.projections.push_back({"conv", {}, 0, conv, 0, {}});
  std::size_t neurons = 108;
  if (pooled) {
    p.name = "b";
    p.shape = {3, 3, 3};
    p.decay = 0.9;
    p.bias = 0.0;
    p.spiking = true;
    n.populations.push_back(p);
    n.projections.push_back({"pool",
                             {ir::Source::Kind::Population, 0},
                             1,
                             ir::MaxPool{3, 6, 6, 3, 3, 2, 2, 2, 2},
                             0,
                             {}});
    neurons = 27;
  }
  p.name = "out";
  p.shape = {4};
  p.spiking = true;
  n.populations.push_back(p);
  n.projections.push_back({"fc",
                           {ir::Source::Kind::Population, n.populations.size() - 2},
                           n.populations.size() - 1,
                           random_dense(r, neurons, 4, 1.0),
                           0,
                           {}});
  n.output = n.populations.size() - 1;
  ir::verify(n);
  return n;
}

passes::QuantizeOptions options_for(const ir::Network& n, int bits = 6) {
  passes::QuantizeOptions o;
  const std::size_t count = n.populations.size();
  o.weight_bits.assign(count, bits);
  o.fraction_bits.resize(count);
  o.decay_bits.resize(count);
  o.membrane_bits.resize(count);
  o.timesteps = 20;
  return o;
}

// Largest difference between a weight and its integer, in units of the integer.
double worst_rounding(const std::vector<double>& real, const std::vector<std::int32_t>& whole,
                      const std::function<double(std::size_t)>& scale) {
  double worst = 0;
  for (std::size_t i = 0; i < real.size(); ++i) {
    worst = std::max(worst, std::abs(real[i] * scale(i) - whole[i]));
  }
  return worst;
}

TEST_CASE("the weights of a channel share a scale, and thresholds stay their neurons' own",
          "[passes]") {
  ir::Network n = conv_network(false);
  n.populations[0].threshold =
      ir::per_neuron(108, [](std::size_t j) { return 1.0 + static_cast<double>(j) / 100; });
  const ir::QuantizedNetwork q = passes::quantize(n, options_for(n, 12), {});
  const ir::QuantizedPopulation& p = q.populations[0];
  for (std::size_t j = 0; j < 108; ++j) CHECK(p.scale[j] == p.scale[j / 36 * 36]);
  // The channels' weights differ by factors of ten, and their scales with them.
  CHECK(p.scale[0] > 5 * p.scale[36]);
  CHECK(p.scale[36] > 5 * p.scale[72]);
  const auto& real = std::get<ir::Conv>(n.projections[0].connectivity).weight;
  const auto& whole = std::get<ir::QuantizedConv>(q.projections[0].connectivity).weight;
  CHECK(worst_rounding(real, whole, [&](std::size_t i) { return p.scale[i / 18 * 36]; }) <= 0.5);
  for (std::size_t j = 0; j < 108; ++j) {
    const double units = p.scale[j] * std::ldexp(1.0, p.fraction_bits);
    CHECK(std::abs(static_cast<double>(p.threshold[j]) - n.populations[0].threshold[j] * units) <=
          0.5);
  }
}

TEST_CASE("a channel meets the traces of its own group", "[passes]") {
  ir::Network n;
  n.inputs.push_back({"in", {2, 1, 3}, {}});
  ir::ConvGeometry g;
  g.in_channels = g.out_channels = g.groups = 2;
  g.in_width = g.kernel_width = 3;
  ir::Population p;
  p.name = "p";
  p.shape = {2, 1, 1};
  p.threshold = 1.0;
  n.populations.push_back(p);
  n.projections.push_back({"conv", {}, 0, ir::Conv{g, {10, 1, -1, 10, 1, -1}}, 0, {}});
  passes::Calibration c;
  c.traces.emplace_back(1, 6);
  c.traces[0].data = {1, 0, 0, 0, 1, 2};
  const ir::QuantizedNetwork q = passes::quantize(n, options_for(n, 2), c);
  CHECK(std::get<ir::QuantizedConv>(q.projections[0].connectivity).weight ==
        std::vector<std::int32_t>{1, 0, 0, 1, 1, -1});
}

TEST_CASE("a max-pool's source and target count alike", "[passes]") {
  const ir::Network n = conv_network(true);
  const ir::QuantizedNetwork q = passes::quantize(n, options_for(n), {});
  CHECK(q.populations[0].fraction_bits == q.populations[1].fraction_bits);
  CHECK(q.populations[1].fraction_bits > 0);
  CHECK_FALSE(q.populations[0].scale.uniform());
  for (std::size_t j = 0; j < 27; ++j) {
    CHECK(q.populations[1].scale[j] == q.populations[0].scale[j / 9 * 36]);
  }
  CHECK(q.projections[1].weight_bits == 0);
  passes::QuantizeOptions o = options_for(n);
  o.fraction_bits[1] = 9;
  CHECK(passes::quantize(n, o, {}).populations[0].fraction_bits == 9);
  // Two populations that are pooled from one source count alike as well.
  ir::Network two = n;
  two.populations.insert(two.populations.begin() + 2, two.populations[1]);
  two.populations[2].name = "c";
  two.populations[2].decay = 0.99;
  two.projections[2].target = 3;
  two.projections.push_back(two.projections[1]);
  two.projections.back().name = "second";
  two.projections.back().target = 2;
  two.output = 3;
  ir::verify(two);
  o = options_for(two);
  o.timesteps = 500;
  const ir::QuantizedNetwork t = passes::quantize(two, o, {});
  CHECK(t.populations[0].fraction_bits == t.populations[2].fraction_bits);
  CHECK(t.populations[1].fraction_bits == t.populations[2].fraction_bits);
  CHECK(t.populations[1].fraction_bits > q.populations[1].fraction_bits);
  // Where the pooled membranes are read out, all channels share one scale.
  ir::Network read = n;
  read.populations.pop_back();
  read.projections.pop_back();
  read.populations[1].spiking = false;
  read.output = 1;
  read.readout = ir::Readout::MembraneMax;
  const ir::QuantizedNetwork r = passes::quantize(read, options_for(read), {});
  CHECK(r.populations[0].scale.uniform());
  CHECK(r.populations[0].scale == r.populations[1].scale);
}

TEST_CASE("several projections share the neuron's scale", "[passes]") {
  Random r(2);
  ir::Network n = conv_network(false);
  ir::Projection loop{"loop", {ir::Source::Kind::Population, 1}, 1, random_dense(r, 4, 4, 1.0), 1,
                      {}};
  auto& recurrent = std::get<ir::Dense>(loop.connectivity).weight.data;
  for (double& w : recurrent) w *= 20;  // larger than all weights that feed forward
  n.projections.push_back(loop);
  const ir::QuantizedNetwork q = passes::quantize(n, options_for(n, 14), {});
  for (std::size_t k : {1U, 2U}) {
    const auto& real = std::get<ir::Dense>(n.projections[k].connectivity).weight;
    const auto& whole = std::get<ir::QuantizedDense>(q.projections[k].connectivity).weight.data;
    CHECK(worst_rounding(real.data, whole, [&](std::size_t i) {
            return q.populations[1].scale[i / real.cols];
          }) <= 0.5);
  }
}

TEST_CASE("inhibition compares membranes, so that all neurons share one scale", "[passes]") {
  ir::Network n = conv_network(false);
  CHECK_FALSE(passes::quantize(n, options_for(n), {}).populations[1].scale.uniform());
  n.populations[1].inhibition = true;
  const ir::QuantizedNetwork q = passes::quantize(n, options_for(n), {});
  CHECK(q.populations[1].scale.uniform());
  CHECK(q.populations[1].inhibition);
}

TEST_CASE("a current has decay and fraction bits for its own memory", "[passes]") {
  ir::Network n = conv_network(false);
  const int before = passes::quantize(n, options_for(n), {}).populations[0].fraction_bits;
  n.populations[0].synapse = ir::Synapse::Current;
  n.populations[0].current_decay = 0.99;
  n.populations[0].current_bias = 0.25;
  passes::QuantizeOptions o = options_for(n);
  o.timesteps = 500;
  const ir::QuantizedPopulation p = passes::quantize(n, o, {}).populations[0];
  CHECK(p.fraction_bits > before);
  CHECK(p.current_decay_shift > p.decay_shift);
  CHECK(std::abs(std::ldexp(static_cast<double>(p.current_decay[0]), -p.current_decay_shift) -
                 0.99) < 0.005 * 0.01);
  CHECK(p.current_bias[40] ==
        std::floor(0.25 * p.scale[40] * std::ldexp(1, p.fraction_bits) + 0.5));
  o.current_decay_bits = {4, std::nullopt};
  CHECK(passes::quantize(n, o, {}).populations[0].current_decay_shift == 4);
  // The difference of two exponentials needs them finer, the closer they are.
  o.current_decay_bits.clear();
  n.populations[0].current_decay = 0.9;
  const int alone = passes::quantize(n, o, {}).populations[0].current_decay_shift;
  n.populations[0].synapse = ir::Synapse::Alpha;
  n.populations[0].bias = 0.0;
  n.populations[0].decay = 0.87;
  CHECK(passes::quantize(n, o, {}).populations[0].current_decay_shift > alone);
}

TEST_CASE("convolutions that disagree become single synapses that compute the same", "[passes]") {
  Random r(8);
  for (int k = 0; k < 20; ++k) {
    ir::Network n = conv_network(false);
    n.projections.push_back(n.projections[0]);
    n.projections.back().name = "second";
    auto& second = std::get<ir::Conv>(n.projections.back().connectivity);
    // Six output channels of half the height: as many neurons, otherwise laid out.
    second = random_conv(r, {2, 6, 6}, {true, std::nullopt}, 1.0).value();
    second.geometry.out_channels = 6;
    second.geometry.out_height = 3;
    second.geometry.out_width = 6;
    second.geometry.groups = 2;
    second.weight.resize(second.geometry.weights());
    for (double& w : second.weight) w = r.real(-1.0, 1.0);
    ir::verify(n);
    const ir::Network aligned = passes::align_convolutions(n);
    REQUIRE(std::holds_alternative<ir::Conv>(aligned.projections[0].connectivity));
    REQUIRE(std::holds_alternative<ir::Sparse>(aligned.projections[2].connectivity));
    ir::verify(aligned);
    ir::Dataset data;
    data.samples = 1;
    data.timesteps = 6;
    data.features = {2, 6, 6};
    for (std::size_t i = 0; i < 6 * 72; ++i) data.x.push_back(r.chance(0.3) ? 1.0F : 0.0F);
    sim::FloatResult a;
    sim::FloatResult b;
    sim::FloatModel(n).run(data, 0, a);
    sim::FloatModel(aligned).run(data, 0, b);
    CHECK(a.recording.spikes == b.recording.spikes);
    CHECK(a.recording.membranes == b.recording.membranes);
    CHECK(a.synaptic_operations == b.synaptic_operations);
  }
}

ir::Dataset data_for(const ir::Network& n, std::size_t steps, const std::function<float()>& draw) {
  ir::Dataset data;
  data.samples = 3;
  data.timesteps = steps;
  data.features = n.inputs[0].shape;
  data.x.resize(data.samples * steps * data.feature_count());
  for (float& x : data.x) x = draw();
  return data;
}

TEST_CASE("the traces of a convolution are what its positions see", "[passes]") {
  Random r(6);
  const ir::Network n = conv_network(true);
  const ir::Dataset data = data_for(n, 8, [&] { return r.chance(0.2) ? 1.0F : 0.0F; });
  const passes::Calibration c = driver::calibrate(n, data, 3, 8, nullptr);
  REQUIRE(c.traces.size() == 3);
  CHECK(c.traces[0].cols == 18);
  CHECK(c.traces[0].rows == 24);
  CHECK(c.traces[1].rows == 0);  // the max-pool
  CHECK(c.traces[2].cols == 27);
  CHECK(c.input_scale == std::vector<double>{1.0});
  // In the first step the filter holds the input alone: every row is one of its patches.
  std::size_t found = 0;
  for (std::size_t sample = 0; sample < 3; ++sample) {
    const auto x = data.step(sample, 0);
    const float* row = c.traces[0].data.data() + sample * 8 * 18;
    for (long oy = 0; oy < 6; ++oy) {
      for (long ox = 0; ox < 6; ++ox) {
        bool same = true;
        for (long i = 0; i < 18; ++i) {
          const long y = oy + i / 3 % 3 - 1;
          const long xx = ox + i % 3 - 1;
          const bool inside = y >= 0 && xx >= 0 && y < 6 && xx < 6;
          const float v = inside ? x[static_cast<std::size_t>((i / 9 * 6 + y) * 6 + xx)] : 0.0F;
          same = same && v == row[i];
        }
        found += same ? 1 : 0;
      }
    }
  }
  CHECK(found >= 3);
}

TEST_CASE("delays and currents are in the traces", "[passes]") {
  ir::Network n;
  n.inputs.push_back({"in", {1}, {}});
  ir::Population p;
  p.name = "p";
  p.shape = {1};
  p.decay = 0.5;
  p.threshold = 7.0;  // V is 8, 6, 3.5: one spike
  p.reset.mechanism = ir::ResetMechanism::None;
  p.synapse = ir::Synapse::Current;
  p.current_decay = 0.25;
  n.populations.push_back(p);
  n.projections.push_back({"w", {}, 0, ir::Dense{support::Matrix<double>(1, 1, 8.0)}, 0, {}});
  n.projections.push_back({"loop",
                           {ir::Source::Kind::Population, 0},
                           0,
                           ir::Dense{support::Matrix<double>(1, 1, -0.1)},
                           2,
                           {}});
  ir::Dataset data = data_for(n, 3, [] { return 0.0F; });
  data.samples = 1;
  data.x = {1, 0, 0};
  const passes::Calibration c = driver::calibrate(n, data, 1, 8, nullptr);
  CHECK(c.traces[0].data == std::vector<float>{1.0F, 0.75F, 0.4375F});
  CHECK(c.traces[1].data == std::vector<float>{0.0F, 0.0F, 1.0F});
}

TEST_CASE("real-valued data get a scale, counts and spikes keep theirs", "[passes]") {
  Random r(7);
  const ir::Network n = conv_network(false);
  const auto draw = [&] { return static_cast<float>(r.real(-0.9, 0.5)); };
  ir::Dataset data = data_for(n, 4, draw);
  data.x[5] = -0.9F;
  const passes::Calibration c = driver::calibrate(n, data, 3, 8, nullptr);
  CHECK(c.input_min[0] == -127);
  CHECK(c.input_max[0] == 127);
  CHECK(c.input_scale[0] == Approx(127 / 0.9));
  CHECK(driver::calibrate(n, data, 3, 4, nullptr).input_max[0] == 7);
  const ir::QuantizedNetwork q = passes::quantize(n, options_for(n, 12), c);
  CHECK(q.inputs[0].scale == c.input_scale[0]);
  // w x = (w / scale) (x scale): the weights shrink by what the events grow.
  const auto& real = std::get<ir::Conv>(n.projections[0].connectivity).weight;
  const auto& whole = std::get<ir::QuantizedConv>(q.projections[0].connectivity).weight;
  CHECK(worst_rounding(real, whole, [&](std::size_t i) {
          return q.populations[0].scale[i / 18 * 36] / c.input_scale[0];
        }) <= 0.5);
  for (float& x : data.x) x = std::floor(x * 4);
  CHECK(driver::calibrate(n, data, 3, 8, nullptr).input_scale[0] == 1);
  CHECK(driver::calibrate(n, data, 3, 8, nullptr).input_min[0] == -4);
  data.x[3] = std::nanf("");
  CHECK_THROWS_AS(driver::calibrate(n, data, 3, 8, nullptr), support::InputError);
}

// in 6 -> a, which sends its membranes one to one -> b 5, which reads its own spikes besides. With
// `graded`, b reads the input itself instead.
ir::Network mixed_network(bool graded) {
  Random r(4);
  ir::Network n;
  n.inputs.push_back({"in", {graded ? std::size_t{5} : std::size_t{6}}, {}});
  ir::Population p;
  p.shape = {5};
  p.decay = 0.9;
  p.threshold = 1.0;
  p.reset.mechanism = ir::ResetMechanism::Subtract;
  ir::Sparse one_to_one{5, 5, {}};
  for (std::uint32_t i = 0; i < 5; ++i) one_to_one.synapses.push_back({i, i, 0.5 + 0.1 * i});
  if (!graded) {
    p.name = "a";
    p.spiking = false;
    n.populations.push_back(p);
    n.projections.push_back({"fc", {}, 0, random_dense(r, 6, 5, 1.0), 0, {}});
  }
  p.name = "b";
  p.spiking = true;
  n.populations.push_back(p);
  const std::size_t b = n.populations.size() - 1;
  const ir::Source values = graded ? ir::Source{} : ir::Source{ir::Source::Kind::Population, 0};
  n.projections.push_back({"values", values, b, one_to_one, 0, {}});
  n.projections.push_back(
      {"loop", {ir::Source::Kind::Population, b}, b, random_dense(r, 5, 5, 1.0), 1, {}});
  n.output = b;
  ir::verify(n);
  return n;
}

TEST_CASE("values count in units in which their weights are no less exact than those of spikes",
          "[passes]") {
  Random r(12);
  for (const bool graded : {false, true}) {
    for (const auto method :
         {driver::QuantizerMethod::Nearest, driver::QuantizerMethod::Searched}) {
      const bool searched = method == driver::QuantizerMethod::Searched;
      CAPTURE(graded, searched);
      const ir::Network n = mixed_network(graded);
      const ir::Dataset data = data_for(n, 20, [&] {
        return graded ? static_cast<float>(r.real(0, 1)) : r.chance(0.3) ? 1.0F : 0.0F;
      });
      const ir::QuantizedNetwork q =
          driver::run_quantizer(n, options_for(n), method, {&data, nullptr, 8});
      const std::size_t b = n.output;
      const std::size_t k = n.projections.size() - 2;
      const ir::QuantizedPopulation& a = q.populations[0];
      const double unit = graded ? 1 / q.inputs[0].scale
                                 : std::ldexp(1, a.value_shift - a.fraction_bits) / a.scale[0];
      const auto& real = std::get<ir::Sparse>(n.projections[k].connectivity).synapses;
      const auto& whole = std::get<ir::QuantizedSparse>(q.projections[k].connectivity).synapses;
      for (std::size_t i = 0; i < 5; ++i) {
        const double got = whole[i].weight / (unit * q.populations[b].scale[i]);
        CHECK(got == Approx(real[i].weight).epsilon(searched ? 0.2 : 0.35));
      }
      // Values of a step are still told from each other.
      double most = 1;
      if (!graded) {
        sim::FloatResult real_run;
        sim::FloatModel(n).run(data, 0, real_run);
        for (const double v : real_run.recording.membranes[0].data) most = std::max(most, v);
      }
      CHECK(most > 3 * unit);
      if (graded) CHECK(q.inputs[0].max_value <= 127);
    }
  }
}

TEST_CASE("without data, membranes behind a max-pool fit what is sent of them", "[passes]") {
  ir::Network n = conv_network(true);
  n.populations[1].spiking = false;
  ir::verify(n);
  for (double& w : std::get<ir::Conv>(n.projections[0].connectivity).weight) w = std::abs(w);
  const ir::QuantizedNetwork q = passes::quantize(n, options_for(n), {});
  // All inputs on: the largest membrane that weights and leak allow.
  ir::Dataset data = data_for(n, 20, [] { return 1.0F; });
  sim::FloatResult real;
  sim::FloatModel(n).run(data, 0, real);
  const auto& membranes = real.recording.membranes[1].data;
  const double most = *std::max_element(membranes.begin(), membranes.end());
  const ir::QuantizedPopulation& p = q.populations[1];
  const double unit = std::ldexp(1, p.value_shift - p.fraction_bits) / p.scale[0];
  CHECK(most <= unit * 128);
  CHECK(most > unit * 8);
}

}  // namespace
}  // namespace hillock::tests
