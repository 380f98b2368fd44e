// Integer weights and the search for their scale.
#include "compiler/passes/scale_search.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

using passes::round_weights;
using passes::ScaleSearch;
using passes::search_scale;
using support::Matrix;
using Integers = std::vector<std::int32_t>;

// What search_scale() minimizes, without traces.
double error_of_scale(const Matrix<double>& w, double scale, int bits) {
  const Integers q = round_weights(w.data, scale, bits);
  double error = 0;
  for (std::size_t i = 0; i < q.size(); ++i) error += std::pow(w.data[i] - q[i] / scale, 2);
  return error;
}

TEST_CASE("weights are rounded half up, and clipped alike on both sides", "[passes]") {
  CHECK(round_weights(std::vector<double>{0.5, -0.5, 1.49, -1.5, 9, -9}, 1.0, 3) ==
        Integers{1, 0, 1, -1, 3, -3});
  CHECK(round_weights(std::vector<double>{0.25, -0.25}, 10.0, 6) == Integers{3, -2});
}

TEST_CASE("one bit is a sign", "[passes]") {
  CHECK(round_weights(std::vector<double>{0.1, -0.1, 0, 5}, 3.0, 1) == Integers{1, -1, 1, 1});
}

TEST_CASE("weights that fit exactly are found without error", "[passes]") {
  Matrix<double> w(1, 4);
  w.data = {0.25, -0.75, 0.5, 0.0};
  const double scale = search_scale(w, 0, 1, {3, 1e6, nullptr});
  CHECK(scale == Approx(4));
  CHECK(round_weights(w.data, scale, 3) == Integers{1, -3, 2, 0});
}

TEST_CASE("clipping is never worse than not clipping, and often better", "[passes]") {
  Random r(5);
  int better = 0;
  for (int trial = 0; trial < 50; ++trial) {
    Matrix<double> w(1, 30);
    double largest = 0;
    for (double& x : w.data) {
      x = r.real(-1, 1) * r.real(0, 1) * r.real(0, 1);
      largest = std::max(largest, std::abs(x));
    }
    for (const int bits : {2, 3, 4, 6}) {
      const double unclipped = ((1 << (bits - 1)) - 1) / largest;
      const double found = error_of_scale(w, search_scale(w, 0, 1, {bits, 1e9, nullptr}), bits);
      const double plain = error_of_scale(w, unclipped, bits);
      CHECK(found <= plain * (1 + 1e-6));
      if (found < 0.9 * plain) ++better;
    }
  }
  CHECK(better > 50);
}

TEST_CASE("weights of inputs that are never active do not matter", "[passes]") {
  Matrix<double> w(1, 3);
  w.data = {10, 1, -1};  // with 2 bits the first would round the others to nothing
  Matrix<float> traces(1, 3);
  traces.data = {0, 1, 2};
  const double scale = search_scale(w, 0, 1, {2, 1e6, &traces});
  const Integers q = round_weights(w.data, scale, 2);
  CHECK(q == Integers{1, 1, -1});
}

TEST_CASE("no scale is larger than allowed", "[passes]") {
  Matrix<double> w(2, 2);
  CHECK(search_scale(w, 0, 2, {6, 77, nullptr}) == 77);
  w.data = {1e-9, 0, 0, -1e-9};
  CHECK(search_scale(w, 0, 2, {6, 77, nullptr}) == 77);
}

TEST_CASE("rows that share a scale are searched together", "[passes]") {
  Matrix<double> w(2, 2);
  w.data = {0.5, 0.25, 3, -1};
  CHECK(search_scale(w, 0, 2, {3, 1e6, nullptr}) <= 3 / (3 * 0.28));
  CHECK(search_scale(w, 0, 1, {3, 1e6, nullptr}) > 3 / (3 * 0.28));
}

}  // namespace
}  // namespace hillock::tests
