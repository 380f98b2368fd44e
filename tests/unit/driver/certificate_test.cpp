// The certificate against everything a small network can do, and the warnings of a build.
#include "compiler/driver/certificate.h"

#include <catch2/catch.hpp>

#include "compiler/analysis/overflow.h"
#include "compiler/driver/diagnose.h"
#include "sim/reference/integer_model.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

using nlohmann::json;

constexpr int kSteps = 4;

// 3 inputs, 2 neurons, recurrent, small weights.
ir::QuantizedNetwork small(Random& r) {
  ir::QuantizedNetwork n;
  n.timesteps = kSteps;
  n.inputs.push_back({"in", {3}, 0, 1, 1});
  ir::QuantizedPopulation p;
  p.name = "p";
  p.shape = {2};
  constexpr ir::ResetMechanism kResets[] = {ir::ResetMechanism::Subtract, ir::ResetMechanism::Zero,
                                            ir::ResetMechanism::None};
  constexpr ir::ResetTiming kTimings[] = {ir::ResetTiming::Delayed, ir::ResetTiming::SameStep,
                                          ir::ResetTiming::SameStepQuirk};
  p.reset = {kResets[r.whole(0, 2)], kTimings[r.whole(0, 2)],
             r.chance(0.5) ? ir::ZeroInput::Kept : ir::ZeroInput::Lost};
  if (p.reset.mechanism != ir::ResetMechanism::Subtract &&
      p.reset.timing == ir::ResetTiming::SameStepQuirk) {
    p.reset.timing = ir::ResetTiming::SameStep;
  }
  p.fraction_bits = static_cast<int>(r.whole(0, 2));
  p.decay_shift = 3;
  p.decay = r.whole(0, 8);
  p.bias = r.whole(-2, 2);
  p.threshold = r.whole(1, 12);
  if (r.chance(0.4)) {
    p.synapse = ir::Synapse::Current;
    p.current_decay_shift = 2;
    p.current_decay = r.whole(0, 4);
  }
  n.populations.push_back(p);
  const auto dense = [&](std::size_t columns) {
    ir::QuantizedDense d{support::Matrix<std::int32_t>(2, columns)};
    for (auto& w : d.weight.data) w = static_cast<std::int32_t>(r.whole(-3, 3));
    return d;
  };
  n.projections.push_back({"w", {}, 0, dense(3), 3, 0, {}});
  n.projections.push_back({"r", {ir::Source::Kind::Population, 0}, 0, dense(2), 3, 1, {}});
  const auto b = analysis::bound_populations(n, {std::nullopt})[0];
  const int bits = std::max({2, numeric::bits_for_range(b.sum.lo, b.sum.hi),
                             numeric::bits_for_range(b.membrane.lo, b.membrane.hi)});
  n.populations[0].membrane_bits = n.populations[0].accumulator_bits = bits;
  n.populations[0].current_bits =
      p.synapse == ir::Synapse::None ? 0 : numeric::bits_for_range(b.current.lo, b.current.hi);
  return n;
}

// All 2^12 inputs of 4 steps of 3 bits, a sample each.
ir::Dataset everything() {
  ir::Dataset d;
  d.file = "everything";
  d.samples = 1 << (3 * kSteps);
  d.timesteps = kSteps;
  d.features = {3};
  for (std::size_t s = 0; s < d.samples; ++s) {
    for (int k = 0; k < 3 * kSteps; ++k) d.x.push_back(static_cast<float>((s >> k) & 1));
  }
  return d;
}

TEST_CASE("no input at all leads a small network beyond its certificate", "[driver]") {
  Random r(5);
  const ir::Dataset data = everything();
  int attained = 0;
  for (int k = 0; k < 25; ++k) {
    CAPTURE(k);
    const ir::QuantizedNetwork n = small(r);
    const json certificate = driver::overflow_certificate(n);
    std::int64_t lo[2] = {0, 0};
    std::int64_t hi[2] = {0, 0};
    const sim::IntegerModel model(n);
    sim::IntegerResult result;
    for (std::size_t s = 0; s < data.samples; ++s) {
      model.run(data, s, result);
      const auto& v = result.recording.membranes[0];
      for (std::size_t i = 0; i < v.data.size(); ++i) {
        lo[i % 2] = std::min(lo[i % 2], v.data[i]);
        hi[i % 2] = std::max(hi[i % 2], v.data[i]);
      }
    }
    std::size_t covered = 0;
    for (const json& sort : certificate["populations"][0]["sorts"]) {
      for (const json& run : sort["neurons"]) {
        const auto first = run[0].get<std::size_t>();
        for (std::size_t j = first; j < first + run[1].get<std::size_t>(); ++j, ++covered) {
          CHECK(lo[j] >= sort["membrane"][0].get<std::int64_t>());
          CHECK(hi[j] <= sort["membrane"][1].get<std::int64_t>());
          if (hi[j] == sort["membrane"][1]) ++attained;
        }
      }
    }
    CHECK(covered == 2);
  }
  CHECK(attained > 10);  // the bounds are not just large
}

TEST_CASE("a network that does not fit its widths gets no certificate", "[driver]") {
  Random r(5);
  ir::QuantizedNetwork n = small(r);
  n.populations[0].accumulator_bits = n.populations[0].membrane_bits -= 1;
  CHECK_THROWS_AS(driver::overflow_certificate(n), std::logic_error);
}

// One population of one neuron, in both worlds.
struct Pair {
  ir::Network real;
  ir::QuantizedNetwork integer;
  ir::Dataset data;

  Pair() {
    ir::Population p;
    p.name = "a";
    p.shape = {1};
    p.decay = 0.9;
    p.threshold = 1.0;
    real.inputs.push_back({"in", {1}, {}});
    real.populations.push_back(p);
    ir::Dense w{support::Matrix<double>(1, 1, 0.5)};
    real.projections.push_back({"w", {}, 0, w, 0, {}});
    ir::QuantizedPopulation q;
    q.name = "a";
    q.shape = {1};
    q.decay = 115;
    q.decay_shift = 7;
    q.threshold = 32;
    q.scale = 32.0;
    q.membrane_bits = q.accumulator_bits = 12;
    integer.timesteps = 10;
    integer.inputs.push_back({"in", {1}, 0, 1, 1});
    integer.populations.push_back(q);
    integer.projections.push_back(
        {"w", {}, 0, ir::QuantizedDense{support::Matrix<std::int32_t>(1, 1, 16)}, 6, 0, {}});
    data.samples = 2;
    data.timesteps = 10;
    data.features = {1};
    data.x.assign(20, 1.0F);
  }
  json warnings(bool silent = false) const {
    return driver::diagnose(real, integer, {{silent}}, &data);
  }
};

void only(const json& warnings, const char* id, const std::string& message,
          const std::string& help) {
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0]["id"] == id);
  CHECK(warnings[0]["population"] == "a");
  CHECK(warnings[0]["message"] == message);
  CHECK(warnings[0]["help"] == help);
}

TEST_CASE("what is wrong with a network is said in words, with what to do", "[driver]") {
  Pair p;
  CHECK(p.warnings().empty());

  SECTION("a decay that its bits cannot express") {
    p.integer.populations[0].decay = 2;
    p.integer.populations[0].decay_shift = 1;
    only(p.warnings(), "decay-coarse", "1 bits make a decay of 0.9 into 1, which never leaks",
         "give it 7 bits: --decay-bits a=7");
  }
  SECTION("a threshold of few units") {
    p.integer.populations[0].scale = 4.0;
    p.integer.populations[0].threshold = 4;
    p.integer.projections[0].connectivity =
        ir::QuantizedDense{support::Matrix<std::int32_t>(1, 1, 2)};
    only(p.warnings(), "threshold-coarse", "a threshold of 1 counts 4 units of its membrane",
         "give it 2 bits: --fraction-bits a=2");
  }
  SECTION("silent in integers alone") {
    p.integer.populations[0].threshold = 2000;
    only(p.warnings(), "layer-silent",
         "no neuron spikes in integers, though it does in floating point",
         "give it more bits: --weight-bits a=8");
  }
  SECTION("silent in both") {
    p.data.x.assign(20, 0.0F);
    only(p.warnings(), "layer-silent",
         "no neuron spikes on the calibration samples, in floating point either",
         "nothing behind it sees the input: check the scale of the data and the thresholds");
  }
  SECTION("silent by proof") {
    only(p.warnings(true), "layer-silent",
         "no input can lift any of its neurons above their thresholds",
         "lower its thresholds, or scale its weights up: it is dead hardware");
  }
  SECTION("saturated in integers") {
    p.integer.populations[0].threshold = 1;
    const json w = p.warnings();
    REQUIRE(w.size() == 1);
    CHECK(w[0]["id"] == "layer-saturated");
    CHECK(w[0]["help"] == "give it more bits: --weight-bits a=8");
  }
}

}  // namespace
}  // namespace hillock::tests
