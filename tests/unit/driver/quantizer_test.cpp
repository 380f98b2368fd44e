// The quantizer as a whole, on random networks of every kind: never worse than the search of scales
// alone, and the same every time.
#include "compiler/driver/quantizer.h"

#include <catch2/catch.hpp>

#include "compiler/driver/accuracy.h"
#include "compiler/driver/auto_bits.h"
#include "compiler/driver/calibration.h"
#include "compiler/driver/widths.h"
#include "compiler/passes/align_convolutions.h"
#include "compiler/passes/reconstruct.h"
#include "tests/support/fixtures.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

using driver::QuantizerMethod;

passes::QuantizeOptions options_for(const ir::Network& n, int bits, std::size_t timesteps) {
  passes::QuantizeOptions o;
  const std::size_t count = n.populations.size();
  o.weight_bits.assign(count, bits);
  o.fraction_bits.resize(count);
  o.decay_bits.resize(count);
  o.current_decay_bits.resize(count);
  o.membrane_bits.resize(count);
  o.timesteps = static_cast<int>(timesteps);
  return o;
}

double distance(const ir::Network& network, const ir::Dataset& data,
                const ir::QuantizedNetwork& q) {
  const passes::CalibrationRun run = driver::record(network, data);
  return passes::score_distance(run.real, run.run(q));
}

TEST_CASE("rebuilt networks are never further from the float network on what they were rebuilt on",
          "[driver]") {
  int better = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const RandomCase c = random_case(seed);
    const driver::QuantizerData data{&c.data, nullptr, 8};
    const passes::QuantizeOptions o =
        options_for(c.network, 2 + static_cast<int>(seed % 5), c.data.timesteps);
    ir::QuantizedNetwork searched;
    try {
      searched = driver::run_quantizer(c.network, o, QuantizerMethod::Searched, data);
    } catch (const support::InputError&) {
      continue;  // a threshold that vanishes
    }
    ir::QuantizedNetwork rebuilt =
        driver::run_quantizer(c.network, o, QuantizerMethod::Rebuilt, data);
    const double before = distance(c.network, c.data, searched);
    const double after = distance(c.network, c.data, rebuilt);
    CHECK(after <= before);
    better += after < before ? 1 : 0;

    driver::assign_proved_widths(rebuilt, o.membrane_bits);
    CHECK_NOTHROW(ir::verify(rebuilt));
  }
  CHECK(better > 10);
}

// in 1x10x10 -> conv 6 channels 5x5 -> max-pool 2x2 -> neurons -> dense 4.
ir::Network pooled_network(std::uint64_t seed) {
  Random r(seed);
  ir::Network n;
  n.inputs.push_back({"in", {1, 10, 10}, {}});
  ir::ConvGeometry g;
  g.in_channels = 1;
  g.out_channels = 6;
  g.in_height = g.in_width = 10;
  g.out_height = g.out_width = 6;
  g.kernel_height = g.kernel_width = 5;
  ir::Conv conv{g, std::vector<double>(g.weights())};
  for (double& w : conv.weight) w = r.real(-0.4, 0.5);
  ir::Population p;
  p.name = "currents";
  p.shape = {6, 6, 6};
  p.decay = 0.0;
  p.spiking = false;
  n.populations.push_back(p);
  p.name = "pooled";
  p.shape = {6, 3, 3};
  p.decay = 0.8;
  p.threshold = 1.0;
  p.spiking = true;
  p.reset.mechanism = ir::ResetMechanism::Subtract;
  n.populations.push_back(p);
  p.name = "out";
  p.shape = {4};
  n.populations.push_back(p);
  ir::Dense dense{support::Matrix<double>(4, 54)};
  for (double& w : dense.weight.data) w = r.real(-0.3, 0.35);
  const auto from = [](std::size_t i) { return ir::Source{ir::Source::Kind::Population, i}; };
  n.projections.push_back({"conv", {}, 0, conv, 0, {}});
  n.projections.push_back({"pool", from(0), 1, ir::MaxPool{6, 6, 6, 3, 3, 2, 2, 2, 2}, 0, {}});
  n.projections.push_back({"fc", from(1), 2, dense, 0, {}});
  n.output = 2;
  ir::verify(n);
  return n;
}

TEST_CASE("few samples do not lead a max-pooled convolution astray", "[driver]") {
  double searched = 0;
  double rebuilt = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const ir::Network n = pooled_network(seed);
    Random r(seed + 100);
    const auto draw = [&](std::size_t samples) {
      ir::Dataset data;
      data.samples = samples;
      data.timesteps = 12;
      data.features = {1, 10, 10};
      for (std::size_t s = 0; s < samples; ++s) {
        std::vector<double> rate(100);
        for (double& x : rate) x = r.chance(0.4) ? r.real(0, 0.6) : 0;
        for (std::size_t t = 0; t < 12; ++t) {
          for (const double x : rate) data.x.push_back(r.chance(x) ? 1.0F : 0.0F);
        }
      }
      return data;
    };
    const ir::Dataset few = draw(2);
    const ir::Dataset others = draw(40);
    const driver::QuantizerData data{&few, nullptr, 8};
    const passes::QuantizeOptions o = options_for(n, 3, 12);
    searched += distance(n, others, driver::run_quantizer(n, o, QuantizerMethod::Searched, data));
    rebuilt += distance(n, others, driver::run_quantizer(n, o, QuantizerMethod::Rebuilt, data));
  }
  CAPTURE(searched, rebuilt);
  CHECK(rebuilt < 1.2 * searched);
}

TEST_CASE("auto takes no more bits than the best uniform width, and keeps what was stated",
          "[driver]") {
  const RandomCase c = random_case(3, kDenseOnly);
  ir::Dataset data = c.data;
  // More samples: the same ones, shifted in time.
  while (data.samples < 16) {
    const auto row = static_cast<std::ptrdiff_t>(data.timesteps * data.feature_count());
    std::vector<float> next(data.x.end() - row, data.x.end());
    std::rotate(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(data.feature_count()),
                next.end());
    data.x.insert(data.x.end(), next.begin(), next.end());
    ++data.samples;
  }
  data.y.clear();
  std::vector<std::optional<int>> stated(c.network.populations.size());
  stated[0] = 5;
  const driver::AutoBits found =
      driver::find_bits(c.network, options_for(c.network, 6, data.timesteps), stated,
                        QuantizerMethod::Searched, {&data, nullptr, 8}, 100);
  CHECK(found.weight_bits[0] == 5);
  for (std::size_t p = 1; p < found.weight_bits.size(); ++p) CHECK(found.weight_bits[p] == 1);
  CHECK(found.summary["weight_bits_total"] <= found.summary["weight_bits_total_uniform"]);
  CHECK(found.summary["decided_on"] == 16);
  CHECK_THAT(error_of([&] {
               return driver::find_bits(c.network, options_for(c.network, 6, data.timesteps),
                                        stated, QuantizerMethod::Searched, {}, 1);
             }),
             Catch::Contains("auto needs samples to decide by"));
}

}  // namespace
}  // namespace hillock::tests
