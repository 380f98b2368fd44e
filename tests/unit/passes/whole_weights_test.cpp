// Weights that training has quantized: found, and kept bit for bit.
#include "compiler/passes/whole_weights.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/driver/quantizer.h"
#include "compiler/passes/quantize.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

struct Trained {
  ir::Network network;  // in 12 -> a 6 -> b 4
  std::vector<std::int32_t> a;
  std::vector<std::int32_t> b;
};

// Integers of `bits` bits times a scale for all rows, or one for each, rounded to single precision.
Trained trained(int bits, bool scale_per_row, std::uint64_t seed = 3) {
  Random r(seed);
  Trained out;
  out.network.inputs.push_back({"in", {12}, {}});
  const auto top = static_cast<std::int64_t>(numeric::max_of(bits));
  const auto add = [&](const char* name, ir::Source source, std::size_t sources,
                       std::size_t neurons, std::vector<std::int32_t>& integers) {
    ir::Population p;
    p.name = name;
    p.shape = {neurons};
    p.decay = 0.9;
    p.threshold = 1.0;
    p.reset.mechanism = ir::ResetMechanism::Subtract;
    out.network.populations.push_back(p);
    ir::Dense dense{support::Matrix<double>(neurons, sources)};
    const double common = r.real(0.02, 0.2);
    for (std::size_t j = 0; j < neurons; ++j) {
      const auto scale = static_cast<float>(scale_per_row ? r.real(0.02, 0.2) : common);
      for (std::size_t i = 0; i < sources; ++i) {
        integers.push_back(static_cast<std::int32_t>(r.whole(-top, top)));
        dense.weight(j, i) = static_cast<float>(integers.back()) * scale;
      }
    }
    out.network.projections.push_back(
        {std::string(name) + "_w", source, out.network.populations.size() - 1, dense, 0, {}});
  };
  add("a", {}, 12, 6, out.a);
  add("b", {ir::Source::Kind::Population, 0}, 6, 4, out.b);
  out.network.output = 1;
  out.network.timesteps = 12;
  ir::verify(out.network);
  return out;
}

passes::QuantizeOptions options_for(const ir::Network& n, int bits) {
  passes::QuantizeOptions o;
  const std::size_t count = n.populations.size();
  o.weight_bits.assign(count, bits);
  o.fraction_bits.resize(count);
  o.decay_bits.resize(count);
  o.membrane_bits.resize(count);
  o.timesteps = 12;
  return o;
}

const std::vector<std::int32_t>& weights(const ir::QuantizedNetwork& q, std::size_t projection) {
  return std::get<ir::QuantizedDense>(q.projections[projection].connectivity).weight.data;
}

ir::Dataset spikes(std::size_t samples) {
  Random r(11);
  ir::Dataset data;
  data.samples = samples;
  data.timesteps = 12;
  data.features = {12};
  for (std::size_t i = 0; i < samples * 12 * 12; ++i) data.x.push_back(r.chance(0.3) ? 1.0F : 0.0F);
  return data;
}

TEST_CASE("integers of training are kept bit for bit, by every quantizer", "[passes]") {
  const ir::Dataset data = spikes(8);
  for (const int bits : {2, 3, 4, 8, 12}) {
    for (const bool per_row : {false, true}) {
      CAPTURE(bits, per_row);
      const Trained t = trained(bits, per_row);
      const auto found = passes::whole_weights(t.network, 0);
      REQUIRE(found);
      CHECK(found->bits == bits);
      CHECK(found->meant);
      for (const auto method : {driver::QuantizerMethod::Nearest, driver::QuantizerMethod::Searched,
                                driver::QuantizerMethod::Rebuilt}) {
        // More bits than they take change nothing.
        const ir::QuantizedNetwork q = driver::run_quantizer(
            t.network, options_for(t.network, bits + 1), method, {&data, nullptr, 8});
        CHECK(weights(q, 0) == t.a);
        CHECK(weights(q, 1) == t.b);
        CHECK(passes::exact_weights(t.network, q, 0));
      }
    }
  }
}

TEST_CASE("fewer bits than training took round anew", "[passes]") {
  const Trained t = trained(5, false);
  const ir::QuantizedNetwork q = passes::quantize(t.network, options_for(t.network, 3), {});
  CHECK_FALSE(passes::exact_weights(t.network, q, 0));
  for (const std::int32_t w : weights(q, 0)) CHECK(std::abs(w) <= 3);
}

TEST_CASE("the lowest integer of a width is kept", "[passes]") {
  Trained t = trained(8, false);
  auto& real = std::get<ir::Dense>(t.network.projections[0].connectivity).weight.data;
  std::size_t known = 0;
  while (t.a[known] == 0) ++known;
  real[0] = -128 * real[known] / t.a[known];
  t.a[0] = -128;
  CHECK(passes::whole_weights(t.network, 0)->bits == 8);
  const ir::QuantizedNetwork q = passes::quantize(t.network, options_for(t.network, 8), {});
  CHECK(weights(q, 0) == t.a);
}

TEST_CASE("ordinary weights are no integers", "[passes]") {
  Trained t = trained(4, false);
  Random r(5);
  auto& real = std::get<ir::Dense>(t.network.projections[0].connectivity).weight.data;
  for (double& w : real) w = static_cast<float>(r.real(-1, 1));
  CHECK_FALSE(passes::whole_weights(t.network, 0));
  // Nor is a row of them beside rows of integers.
  t = trained(4, true);
  auto& row = std::get<ir::Dense>(t.network.projections[0].connectivity).weight.data;
  for (std::size_t i = 0; i < 12; ++i) row[i] = static_cast<float>(r.real(-1, 1));
  CHECK_FALSE(passes::whole_weights(t.network, 0));
}

TEST_CASE("steps that the network states are taken, also where larger ones would do", "[passes]") {
  Trained t = trained(4, true);
  auto& projection = t.network.projections[0];
  auto& real = std::get<ir::Dense>(projection.connectivity).weight;
  for (std::size_t i = 0; i < 12; ++i) {
    t.a[i] = i % 2 == 0 ? 6 : -2;  // all even: a step of twice the size would hold them
    real(0, i) = t.a[i] * 0.125;
  }
  const auto guessed = passes::whole_weights(t.network, 0);
  REQUIRE(guessed);
  CHECK(guessed->step[0] == 0.25);
  for (std::size_t j = 0; j < 6; ++j) {
    std::size_t i = 0;
    while (t.a[j * 12 + i] == 0) ++i;
    projection.weight_step.push_back(real(j, i) / t.a[j * 12 + i]);
  }
  const ir::QuantizedNetwork q = passes::quantize(t.network, options_for(t.network, 4), {});
  CHECK(weights(q, 0) == t.a);
}

TEST_CASE("neurons that share a scale keep integers of one scale alone", "[passes]") {
  for (const bool per_row : {false, true}) {
    Trained t = trained(4, per_row);
    t.network.populations[1].spiking = false;
    t.network.readout = ir::Readout::MembraneSum;
    ir::verify(t.network);
    const ir::QuantizedNetwork q = passes::quantize(t.network, options_for(t.network, 4), {});
    CHECK(passes::exact_weights(t.network, q, 1) == !per_row);
    CHECK(q.populations[1].scale.uniform());
  }
}

}  // namespace
}  // namespace hillock::tests
