// The quantizer: thresholds, the folding of >=, decays, scales, and networks that integers hold
// exactly, which must compute the same spikes as the float model.
#include <catch2/catch.hpp>

#include "compiler/analysis/overflow.h"
#include "compiler/passes/quantize.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"
#include "tests/support/fixtures.h"
#include "tests/support/random_network.h"
#include "tests/unit/ir/network_fixture.h"

namespace hillock::tests {
namespace {

using ir::Comparison;

passes::QuantizeOptions options(const ir::Network& n, int bits = 6) {
  passes::QuantizeOptions o;
  const std::size_t p = n.populations.size();
  o.weight_bits.assign(p, bits);
  o.fraction_bits.resize(p);
  o.decay_bits.resize(p);
  o.membrane_bits.resize(p);
  o.timesteps = 20;
  return o;
}

ir::QuantizedNetwork widened(ir::QuantizedNetwork q) {
  const std::vector<std::optional<int>> bits(q.populations.size());
  std::vector<passes::WidthBounds> widths;
  for (const auto& b : analysis::bound_populations(q, bits)) {
    widths.push_back({b.sum.lo, b.sum.hi, b.membrane.lo, b.membrane.hi});
  }
  passes::assign_widths(q, widths, bits);
  ir::verify(q);
  return q;
}

ir::Network uniform(double decay, double threshold, Comparison comparison) {
  ir::Network n = small_network();
  for (ir::Population& p : n.populations) {
    p.decay = decay;
    p.bias = 0.0;
    p.threshold = threshold;
    p.comparison = comparison;
  }
  return n;
}

TEST_CASE("thresholds are in the units of their weights", "[passes]") {
  const ir::Network n = uniform(0.5, 0.3, Comparison::Greater);  // all weights are 0.1
  passes::QuantizeOptions o = options(n);
  o.fraction_bits = {4, 4};
  const ir::QuantizedNetwork q = passes::quantize(n, o, {});
  for (const ir::QuantizedPopulation& p : q.populations) {
    CHECK(p.scale[0] == Approx(310));  // 31 / 0.1
    CHECK(p.threshold[0] == 93 * 16);
    CHECK(p.reset_offset == 0);
    CHECK(p.real(p.threshold[0], 0) == Approx(0.3));
    CHECK(p.decay_shift == 1);
    CHECK(p.decay[0] == 1);
  }
  for (const ir::QuantizedProjection& p : q.projections) {
    for (const std::int32_t w : std::get<ir::QuantizedDense>(p.connectivity).weight.data) {
      CHECK(w == 31);
    }
  }
}

TEST_CASE(">= is > against one less, and takes away what it was", "[passes]") {
  const ir::Network gt = uniform(0.5, 0.3, Comparison::Greater);
  const ir::Network ge = uniform(0.5, 0.3, Comparison::GreaterEqual);
  const ir::QuantizedNetwork q_gt = passes::quantize(gt, options(gt), {});
  const ir::QuantizedNetwork q_ge = passes::quantize(ge, options(ge), {});
  for (std::size_t p = 0; p < 2; ++p) {
    CHECK(q_ge.populations[p].threshold[0] == q_gt.populations[p].threshold[0] - 1);
    CHECK(q_ge.populations[p].reset_offset == 1);
    CHECK(q_ge.populations[p].reset_amount(0) == q_gt.populations[p].reset_amount(0));
  }
}

// Weights, threshold and bias are multiples of 1/4, the decay is 1/2 or 1: integers hold them, and
// membranes often equal their thresholds.
TEST_CASE("what integers hold exactly spikes exactly alike", "[passes]") {
  std::int64_t spikes = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random r(seed);
    ir::Network n = small_network();
    for (ir::Projection& p : n.projections) {
      auto& weight = std::get<ir::Dense>(p.connectivity).weight;
      for (double& w : weight.data) w = 0.25 * static_cast<double>(r.whole(-3, 3));
      for (std::size_t j = 0; j < weight.rows; ++j) weight(j, 0) = 0.75;  // so that 3 bits fit
    }
    for (ir::Population& p : n.populations) {
      p.decay = 1.0;
      p.bias = 0.25 * static_cast<double>(r.whole(-1, 1));
      p.threshold = 0.25 * static_cast<double>(r.whole(1, 6));
      p.comparison = r.chance(0.5) ? Comparison::GreaterEqual : Comparison::Greater;
      p.reset.mechanism = r.chance(0.5)   ? ir::ResetMechanism::Subtract
                          : r.chance(0.5) ? ir::ResetMechanism::Zero
                                          : ir::ResetMechanism::None;
      p.reset.timing = r.chance(0.5)   ? ir::ResetTiming::Delayed
                       : r.chance(0.5) ? ir::ResetTiming::SameStep
                                       : ir::ResetTiming::SameStepQuirk;
      p.reset.zero_input = r.chance(0.5) ? ir::ZeroInput::Kept : ir::ZeroInput::Lost;
      p.reset_value = 0.25 * static_cast<double>(r.whole(-2, 2));
    }
    ir::verify(n);
    const ir::QuantizedNetwork q = widened(passes::quantize(n, options(n, 3), {}));
    ir::Dataset data;
    data.samples = 4;
    data.timesteps = 20;
    data.features = {2};
    data.x.resize(4 * 20 * 2);
    for (float& x : data.x) x = r.chance(0.5) ? 1.0F : 0.0F;
    const sim::FloatModel real(n);
    const sim::IntegerModel integer(q);
    sim::FloatResult f;
    sim::IntegerResult i;
    for (std::size_t k = 0; k < data.samples; ++k) {
      CAPTURE(seed, k);
      real.run(data, k, f);
      integer.run(data, k, i);
      CHECK(f.recording.spikes == i.recording.spikes);
      spikes += f.spikes;
    }
  }
  CHECK(spikes > 1000);
}

TEST_CASE("membranes that are compared with each other share a scale", "[passes]") {
  ir::Network n = small_network();
  std::get<ir::Dense>(n.projections[1].connectivity).weight.data = {0.1, 0.1, 0.1, 2, 2, 2};
  const ir::QuantizedNetwork own = passes::quantize(n, options(n), {});
  CHECK_FALSE(own.populations[1].scale.uniform());
  n.populations[1].spiking = false;
  n.readout = ir::Readout::MembraneSum;
  const ir::QuantizedNetwork shared = passes::quantize(n, options(n), {});
  CHECK(shared.populations[1].scale.uniform());
}

TEST_CASE("options overrule what would be chosen", "[passes]") {
  const ir::Network n = small_network();
  passes::QuantizeOptions o = options(n);
  o.fraction_bits = {3, std::nullopt};
  o.decay_bits = {std::nullopt, 5};
  const ir::QuantizedNetwork q = passes::quantize(n, o, {});
  CHECK(q.populations[0].fraction_bits == 3);
  CHECK(q.populations[1].decay_shift == 5);
  CHECK(q.populations[1].decay[0] == 29);  // 0.9 * 32 = 28.8
}

TEST_CASE("input ranges come from the calibration data", "[passes]") {
  const ir::Network n = small_network();
  CHECK(passes::quantize(n, options(n), {}).inputs[0].binary());
  passes::Calibration c;
  c.input_min = {-3};
  c.input_max = {9};
  const ir::QuantizedNetwork q = passes::quantize(n, options(n), c);
  CHECK(q.inputs[0].min_value == -3);
  CHECK(q.inputs[0].max_value == 9);
}

TEST_CASE("a threshold that vanishes beside its weights is an error", "[passes]") {
  ir::Network n = small_network();
  n.populations[1].threshold = ir::PerNeuron<double>({1.0, 1e-9});
  passes::QuantizeOptions o = options(n);
  o.fraction_bits = {0, 0};
  CHECK(error_of([&] { return passes::quantize(n, o, {}); }) ==
        "small.nir:/node/nodes/b[1]: error: threshold 1e-09 of b vanishes beside its weights "
        "[bad-parameter]\n  help: use more --weight-bits or --fraction-bits");
}

}  // namespace
}  // namespace hillock::tests
