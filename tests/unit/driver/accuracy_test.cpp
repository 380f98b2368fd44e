// Accuracies with their intervals, and the samples that are held out.
#include "compiler/driver/accuracy.h"

#include <catch2/catch.hpp>

namespace hillock::tests {
namespace {

using nlohmann::json;

ir::Dataset labelled(std::vector<std::int64_t> y) {
  ir::Dataset d;
  d.samples = y.size();
  d.timesteps = 2;
  d.features = {3};
  for (std::size_t i = 0; i < 6 * d.samples; ++i) d.x.push_back(static_cast<float>(i));
  d.y = std::move(y);
  return d;
}

TEST_CASE("Wilson's interval", "[driver]") {
  // Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 0 of 20, 1 of 29.
  auto [lower, upper] = driver::wilson(81, 263);
  CHECK(lower == Approx(0.2553).margin(5e-5));
  CHECK(upper == Approx(0.3662).margin(5e-5));
  std::tie(lower, upper) = driver::wilson(0, 20);
  CHECK(lower == 0);
  CHECK(upper == Approx(0.1611).margin(5e-5));
  std::tie(lower, upper) = driver::wilson(1, 29);
  CHECK(lower == Approx(0.0061).margin(5e-5));
  CHECK(upper == Approx(0.1718).margin(5e-5));
  CHECK(driver::wilson(20, 20).second == 1);
}

TEST_CASE("accuracy over some samples", "[driver]") {
  const ir::Dataset d = labelled({0, 1, 2, 1});
  CHECK(driver::accuracy_summary({0, 1, 0, 0}, d.y)["accuracy"] == 0.5);
  const json some = driver::accuracy_summary({0, 1, 0, 0}, d.y, 0, {0, 2});
  CHECK(some["samples"] == 2);
  CHECK(some["accuracy"] == 0.5);
  CHECK(some["interval"][0].get<double>() == Approx(driver::wilson(1, 2).first));
  CHECK(driver::accuracy_summary({2, 1}, d.y, 2)["accuracy"] == 1.0);
  CHECK(driver::accuracy_summary({2, 1}, labelled({}).y)["accuracy"] == nullptr);
}

TEST_CASE("the quantizer sees at most half of the data, and the rest is held out", "[driver]") {
  const ir::Dataset d = labelled({0, 1, 2, 3, 4});
  const ir::Dataset half = driver::calibration_half(d);
  CHECK(half.samples == 2);
  CHECK(half.y == std::vector<std::int64_t>{1, 3});
  CHECK(half.step(1, 0)[0] == d.step(3, 0)[0]);
  CHECK(driver::calibration_half(labelled({7})).samples == 0);
  CHECK(driver::fingerprint(d) != driver::fingerprint(half));
  ir::Dataset other = d;
  other.x[7] += 1;
  CHECK(driver::fingerprint(d) != driver::fingerprint(other));
  // The form in which the values are kept is not part of it.
  ir::Dataset packed = d;
  packed.pack();
  CHECK(packed.x.empty());
  CHECK(driver::fingerprint(packed) == driver::fingerprint(d));
}

}  // namespace
}  // namespace hillock::tests
