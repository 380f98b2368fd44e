// The quantizer as a whole, on random networks of every kind: never worse than the search of scales
// alone, and the same every time.
#include "compiler/driver/quantizer.h"

#include <catch2/catch.hpp>

#include "compiler/analysis/overflow.h"
#include "compiler/driver/accuracy.h"
#include "compiler/driver/auto_bits.h"
#include "compiler/driver/calibration.h"
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

    std::vector<passes::WidthBounds> widths;
    for (const auto& b : analysis::bound_populations(rebuilt, o.membrane_bits)) {
      widths.push_back(
          {b.sum.lo, b.sum.hi, b.membrane.lo, b.membrane.hi, b.current.lo, b.current.hi});
    }
    passes::assign_widths(rebuilt, widths, o.membrane_bits);
    CHECK_NOTHROW(ir::verify(rebuilt));
  }
  CHECK(better > 10);
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
  CHECK(found.summary["decided_on"] == 8);
  CHECK_THAT(error_of([&] {
               return driver::find_bits(c.network, options_for(c.network, 6, data.timesteps),
                                        stated, QuantizerMethod::Searched, {}, 1);
             }),
             Catch::Contains("auto needs samples to decide by"));
}

}  // namespace
}  // namespace hillock::tests
