// Convolutions, poolings and single synapses against their definitions, written the other way
// round: neuron by neuron instead of event by event.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/common/synapses.h"
#include "tests/support/random_connectivity.h"

namespace hillock::tests {
namespace {

// torch's conv2d over sums of tiles: six loops, with explicit borders.
std::vector<double> naive_conv(const ir::Conv& conv, const std::vector<double>& x) {
  const ir::ConvGeometry& g = conv.geometry;
  const std::size_t rows = g.in_height / g.pool_height;
  const std::size_t columns = g.in_width / g.pool_width;
  std::vector<double> pooled(g.in_channels * rows * columns, 0.0);
  for (std::size_t c = 0; c < g.in_channels; ++c) {
    for (std::size_t y = 0; y < rows * g.pool_height; ++y) {
      for (std::size_t xx = 0; xx < columns * g.pool_width; ++xx) {
        pooled[(c * rows + y / g.pool_height) * columns + xx / g.pool_width] +=
            x[(c * g.in_height + y) * g.in_width + xx];
      }
    }
  }
  std::vector<double> out(g.targets(), 0.0);
  for (std::size_t o = 0; o < g.out_channels; ++o) {
    const std::size_t group = o / (g.out_channels / g.groups);
    for (std::size_t oy = 0; oy < g.out_height; ++oy) {
      for (std::size_t ox = 0; ox < g.out_width; ++ox) {
        double sum = 0;
        for (std::size_t i = 0; i < g.in_channels / g.groups; ++i) {
          for (std::size_t ky = 0; ky < g.kernel_height; ++ky) {
            for (std::size_t kx = 0; kx < g.kernel_width; ++kx) {
              const auto y = static_cast<long>(oy * g.stride_height + ky * g.dilation_height) -
                             static_cast<long>(g.pad_top);
              const auto xx = static_cast<long>(ox * g.stride_width + kx * g.dilation_width) -
                              static_cast<long>(g.pad_left);
              if (y < 0 || xx < 0 || y >= static_cast<long>(rows) ||
                  xx >= static_cast<long>(columns)) {
                continue;
              }
              const std::size_t channel = group * (g.in_channels / g.groups) + i;
              const double w =
                  conv.weight[((o * (g.in_channels / g.groups) + i) * g.kernel_height + ky) *
                                  g.kernel_width +
                              kx];
              sum += w * pooled[(channel * rows + static_cast<std::size_t>(y)) * columns +
                                static_cast<std::size_t>(xx)];
            }
          }
        }
        out[(o * g.out_height + oy) * g.out_width + ox] = sum;
      }
    }
  }
  return out;
}

ir::Shape random_planes(Random& r) {
  const auto size = [&](std::int64_t hi) { return static_cast<std::size_t>(r.whole(1, hi)); };
  return {size(4), size(8), size(8)};
}

TEST_CASE("a convolution is torch's, whichever way it is walked", "[sim]") {
  Random r(3);
  for (int k = 0; k < 500; ++k) {
    const ir::Shape shape = random_planes(r);
    const ir::Conv conv = random_conv(r, shape, {true, std::nullopt}, 1.0).value();
    const ir::ConvGeometry& g = conv.geometry;
    INFO(k << ": kernel " << g.kernel_height << "x" << g.kernel_width << " groups " << g.groups);
    std::vector<double> x(g.sources());
    for (double& v : x) v = r.chance(0.4) ? static_cast<double>(r.whole(1, 3)) : 0.0;
    const std::vector<double> expected = naive_conv(conv, x);

    std::vector<double> slow(g.targets(), 0.0);
    std::int64_t synapse_count = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (x[i] == 0) continue;
      ir::for_each_synapse(conv, i, [&](std::size_t j, double w) {
        slow[j] += w * x[i];
        ++synapse_count;
      });
    }
    const ir::Connectivity kept(conv);
    const sim::Synapses<double> taps(kept);
    std::vector<double> fast(g.targets(), 0.0);
    std::int64_t added = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (x[i] != 0) added += taps.add(i, x[i], fast);
    }
    REQUIRE(added == synapse_count);
    for (std::size_t j = 0; j < expected.size(); ++j) {
      REQUIRE(slow[j] == Approx(expected[j]).margin(1e-12));
      REQUIRE(fast[j] == Approx(expected[j]).margin(1e-12));
    }
  }
}

TEST_CASE("a max-pooling takes the largest of each window, and nothing of the padding", "[sim]") {
  Random r(4);
  for (int k = 0; k < 500; ++k) {
    const ir::Shape shape = random_planes(r);
    const ir::MaxPool p = random_max_pool(r, shape);
    std::vector<std::int64_t> x(p.sources());
    for (auto& v : x) v = r.whole(-9, -1);  // a padding of zeros would win
    std::vector<std::int64_t> out(p.targets());
    const ir::QuantizedConnectivity kept(p);
    sim::Synapses<std::int32_t>(kept).maximize(x.data(), out);
    for (std::size_t c = 0; c < p.channels; ++c) {
      for (std::size_t oy = 0; oy < p.out_height; ++oy) {
        for (std::size_t ox = 0; ox < p.out_width; ++ox) {
          std::int64_t largest = std::numeric_limits<std::int64_t>::min();
          for (std::size_t ky = 0; ky < p.kernel_height; ++ky) {
            for (std::size_t kx = 0; kx < p.kernel_width; ++kx) {
              const auto y = static_cast<long>(oy * p.stride_height + ky * p.dilation_height) -
                             static_cast<long>(p.pad_top);
              const auto xx = static_cast<long>(ox * p.stride_width + kx * p.dilation_width) -
                              static_cast<long>(p.pad_left);
              if (y < 0 || xx < 0 || y >= static_cast<long>(p.in_height) ||
                  xx >= static_cast<long>(p.in_width)) {
                continue;
              }
              largest =
                  std::max(largest, x[(c * p.in_height + static_cast<std::size_t>(y)) * p.in_width +
                                      static_cast<std::size_t>(xx)]);
            }
          }
          REQUIRE(out[(c * p.out_height + oy) * p.out_width + ox] == largest);
        }
      }
    }
  }
}

TEST_CASE("a pooling has no window without an element", "[ir]") {
  ir::MaxPool p;
  p.in_height = 3;
  p.out_height = 1;
  p.kernel_height = 2;
  p.pad_top = 2;
  p.dilation_height = 4;  // rows -2 and 2
  CHECK(ir::fault_of(p).empty());
  p.dilation_height = 5;  // rows -2 and 3
  CHECK_FALSE(ir::fault_of(p).empty());
  p.pad_top = 0;
  p.dilation_height = 1;
  p.out_height = 3;  // rows 0..1, 1..2, 2..3
  CHECK(ir::fault_of(p).empty());
  p.out_height = 4;
  CHECK_FALSE(ir::fault_of(p).empty());
}

TEST_CASE("single synapses add what a matrix of them would", "[sim]") {
  Random r(5);
  for (int k = 0; k < 100; ++k) {
    const auto sources = static_cast<std::size_t>(r.whole(1, 20));
    const auto targets = r.chance(0.3) ? sources : static_cast<std::size_t>(r.whole(1, 20));
    const ir::Connectivity kept(random_sparse(r, sources, targets, 1.0));
    support::Matrix<double> matrix(targets, sources);
    for (const auto& s : std::get<ir::Sparse>(kept).synapses) matrix(s.target, s.source) = s.weight;
    const sim::Synapses<double> lists(kept);
    for (std::size_t i = 0; i < sources; ++i) {
      std::vector<double> sum(targets, 0.5);
      lists.add(i, 2.0, sum);
      for (std::size_t j = 0; j < targets; ++j) REQUIRE(sum[j] == 0.5 + 2.0 * matrix(j, i));
    }
  }
}

}  // namespace
}  // namespace hillock::tests
