// Second-order rounding against every possible rounding of a few weights.
#include "compiler/passes/second_order.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

struct Problem {
  Eigen::MatrixXd h;
  Eigen::VectorXd w;
};

// Few samples of strongly correlated inputs.
Problem problem(Random& r, Eigen::Index n) {
  Eigen::MatrixXd z(n + 3, n);
  for (Eigen::Index k = 0; k < z.rows(); ++k) {
    const double common = r.real(0, 2);
    for (Eigen::Index i = 0; i < n; ++i) z(k, i) = common + r.real(0, 1);
  }
  Problem p{z.transpose() * z / static_cast<double>(z.rows()), Eigen::VectorXd(n)};
  for (Eigen::Index i = 0; i < n; ++i) p.w[i] = r.real(-1, 1);
  return p;
}

double error_of(const Problem& p, const std::vector<std::int32_t>& q, double scale) {
  Eigen::VectorXd e = p.w;
  for (Eigen::Index i = 0; i < e.size(); ++i) e[i] -= q[static_cast<std::size_t>(i)] / scale;
  return e.dot(p.h * e);
}

TEST_CASE("the error that second-order rounding names is the one it makes", "[passes]") {
  Random r(1);
  for (int k = 0; k < 20; ++k) {
    const Problem p = problem(r, 6);
    const passes::SecondOrder solver(p.h, 0);
    const auto rounded = solver.round(p.w, 3, 8);  // no weight is clipped
    CHECK(rounded.error == Approx(error_of(p, rounded.weight, 3)).epsilon(1e-3).margin(1e-6));
  }
}

TEST_CASE("second-order rounding is near the best and far better than the nearest", "[passes]") {
  Random r(2);
  double nearest = 0;
  double second_order = 0;
  double best = 0;
  constexpr int kWeights = 5;
  constexpr double kScale = 2;
  for (int k = 0; k < 50; ++k) {
    const Problem p = problem(r, kWeights);
    std::vector<std::int32_t> q(kWeights);
    for (int i = 0; i < kWeights; ++i) {
      q[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(std::floor(p.w[i] * kScale + 0.5));
    }
    nearest += error_of(p, q, kScale);
    double least = 1e9;
    for (int code = 0; code < 3125; ++code) {  // 5 values each
      int rest = code;
      for (auto& x : q) {
        x = rest % 5 - 2;
        rest /= 5;
      }
      least = std::min(least, error_of(p, q, kScale));
    }
    best += least;
    const auto rounded = passes::SecondOrder(p.h, 0.01).round(p.w, kScale, 3);
    for (const std::int32_t x : rounded.weight) CHECK(std::abs(x) <= 3);
    second_order += error_of(p, rounded.weight, kScale);
  }
  CHECK(second_order < 0.5 * nearest);
  CHECK(second_order < 6 * best);
}

TEST_CASE("one bit is a sign, two are ternary", "[passes]") {
  Random r(3);
  const Problem p = problem(r, 8);
  const passes::SecondOrder solver(p.h, 0.05);
  for (const std::int32_t x : solver.round(p.w, 1, 1).weight) CHECK(std::abs(x) == 1);
  for (const std::int32_t x : solver.round(p.w, 5, 2).weight) CHECK(std::abs(x) <= 1);
}

}  // namespace
}  // namespace hillock::tests
