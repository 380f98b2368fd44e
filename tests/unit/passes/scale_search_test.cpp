// Integer weights and the search for their scale.
#include "compiler/passes/scale_search.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

using passes::round_weights;
using support::Matrix;
using Integers = std::vector<std::int32_t>;

// The scale of rows [first, last) of a matrix.
double search_scale(const Matrix<double>& w, std::size_t first, std::size_t last,
                    const passes::ScaleSearch& search, const Matrix<float>* traces = nullptr) {
  std::vector<passes::WeightRow> rows;
  for (std::size_t j = first; j < last; ++j) {
    const double* row = w.data.data() + j * w.cols;
    rows.push_back({{row, row + w.cols}, traces, 0, {}});
  }
  return passes::search_scale(rows, search);
}

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
  const double scale = search_scale(w, 0, 1, {3, 1e6});
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
      const double found = error_of_scale(w, search_scale(w, 0, 1, {bits, 1e9}), bits);
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
  const double scale = search_scale(w, 0, 1, {2, 1e6}, &traces);
  const Integers q = round_weights(w.data, scale, 2);
  CHECK(q == Integers{1, 1, -1});
}

TEST_CASE("a row meets its own columns of the traces", "[passes]") {
  const std::vector<double> w{10, 1, -1};
  Matrix<float> traces(1, 6);
  traces.data = {2, 0, 1, 9, 9, 0};
  // Side by side from column 1 on the second weight meets 1, the third 9, the first nothing.
  const passes::WeightRow side_by_side{w, &traces, 1, {}};
  CHECK(round_weights(w, passes::search_scale({side_by_side}, {2, 1e6}), 2) == Integers{1, 1, -1});
  // The first meets nothing in column 5 either, but all that there is in column 3.
  const passes::WeightRow apart{w, &traces, 0, {5, 2, 3}};
  CHECK(round_weights(w, passes::search_scale({apart}, {2, 1e6}), 2) == Integers{1, 1, -1});
  const passes::WeightRow first{w, &traces, 0, {3, 1, 5}};
  CHECK(round_weights(w, passes::search_scale({first}, {2, 1e6}), 2) == Integers{1, 0, 0});
  // Rows that share a scale count alike, however many samples their traces have.
  const Matrix<float> many(100, 3, 1.0F);
  const Matrix<float> few(1, 3, 1.0F);
  const std::vector<double> other{3, 2, 1};
  const passes::ScaleSearch search{3, 1e6};
  CHECK(passes::search_scale({{w, &many, 0, {}}, {other, &few, 0, {}}}, search) ==
        passes::search_scale({{w, &few, 0, {}}, {other, &many, 0, {}}}, search));
}

TEST_CASE("no scale is larger than allowed", "[passes]") {
  Matrix<double> w(2, 2);
  CHECK(search_scale(w, 0, 2, {6, 77}) == 77);
  w.data = {1e-9, 0, 0, -1e-9};
  CHECK(search_scale(w, 0, 2, {6, 77}) == 77);
}

TEST_CASE("rows that share a scale are searched together", "[passes]") {
  Matrix<double> w(2, 2);
  w.data = {0.5, 0.25, 3, -1};
  CHECK(search_scale(w, 0, 2, {3, 1e6}) <= 3 / (3 * 0.28));
  CHECK(search_scale(w, 0, 1, {3, 1e6}) > 3 / (3 * 0.28));
}

}  // namespace
}  // namespace hillock::tests
