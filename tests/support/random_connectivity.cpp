#include "tests/support/random_connectivity.h"

#include <algorithm>

namespace hillock::tests {
namespace {

std::size_t small(Random& r, std::int64_t lo, std::int64_t hi) {
  return static_cast<std::size_t>(r.whole(lo, hi));
}

double weight_size(double scale, double fan_in) {
  return 2.0 * scale / std::max(1.0, fan_in * 0.2);
}

struct Axis {
  std::size_t kernel, stride, dilation, pad, outputs;
};

Axis random_axis(Random& r, std::size_t size) {
  Axis a{};
  a.kernel = small(r, 1, std::min<std::int64_t>(4, static_cast<std::int64_t>(size) + 1));
  a.stride = r.chance(0.3) ? small(r, 2, 3) : 1;
  a.dilation = r.chance(0.2) ? 2 : 1;
  const std::size_t reach = (a.kernel - 1) * a.dilation;
  a.pad = r.chance(0.5) ? reach / 2 : small(r, 0, static_cast<std::int64_t>(reach));
  // At the end as much padding, or up to a step of the window more.
  const std::size_t padded =
      size + 2 * a.pad + small(r, 0, static_cast<std::int64_t>(a.stride) - 1);
  a.outputs = padded > reach ? (padded - reach - 1) / a.stride + 1 : 1;
  return a;
}

}  // namespace

std::optional<ir::Conv> random_conv(Random& r, const ir::Shape& source, const ConvWishes& wishes,
                                    double scale) {
  ir::ConvGeometry g;
  g.in_channels = source[0];
  g.in_height = source[1];
  g.in_width = source[2];
  if (wishes.pool && r.chance(0.4)) {
    g.pool_height = small(r, 1, std::min<std::int64_t>(3, static_cast<std::int64_t>(g.in_height)));
    g.pool_width = small(r, 1, std::min<std::int64_t>(3, static_cast<std::int64_t>(g.in_width)));
  }
  const Axis y = random_axis(r, g.in_height / g.pool_height);
  const Axis x = random_axis(r, g.in_width / g.pool_width);
  g.kernel_height = y.kernel;
  g.kernel_width = x.kernel;
  g.stride_height = y.stride;
  g.stride_width = x.stride;
  g.dilation_height = y.dilation;
  g.dilation_width = x.dilation;
  g.pad_top = y.pad;
  g.pad_left = x.pad;
  if (wishes.like) {
    g.out_height = wishes.like->out_height;
    g.out_width = wishes.like->out_width;
    g.out_channels = wishes.like->out_channels;
    g.groups = wishes.like->groups;
    if (g.in_channels % g.groups != 0) return std::nullopt;
  } else {
    g.out_height = y.outputs;
    g.out_width = x.outputs;
    if (r.chance(0.3)) {
      do g.groups = small(r, 1, static_cast<std::int64_t>(g.in_channels));
      while (g.in_channels % g.groups != 0);
    }
    g.out_channels = g.groups * small(r, 1, g.groups > 1 ? 3 : 6);
  }
  const std::size_t fan_in =
      g.group_inputs() * g.kernel_height * g.kernel_width * g.pool_height * g.pool_width;
  const double size = weight_size(scale, static_cast<double>(fan_in));
  ir::Conv conv{g, std::vector<double>(g.weights())};
  for (double& w : conv.weight) w = r.real(-0.8, 1.0) * size;
  return conv;
}

ir::Dense random_dense(Random& r, std::size_t sources, std::size_t targets, double scale) {
  ir::Dense dense;
  dense.weight = support::Matrix<double>(targets, sources);
  const double size = weight_size(scale, static_cast<double>(sources));
  for (double& w : dense.weight.data) w = r.real(-0.8, 1.0) * size;
  return dense;
}

ir::Sparse random_sparse(Random& r, std::size_t sources, std::size_t targets, double scale) {
  ir::Sparse sparse{sources, targets, {}};
  const bool one_to_one = sources == targets && r.chance(0.5);
  const double density = r.real(0.02, 0.5);
  const double size = weight_size(scale, one_to_one ? 1.0 : static_cast<double>(sources) * density);
  for (std::size_t i = 0; i < sources; ++i) {
    for (std::size_t j = 0; j < targets; ++j) {
      if (one_to_one ? i != j : !r.chance(density)) continue;
      sparse.synapses.push_back(
          {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j), r.real(-0.8, 1.0) * size});
    }
  }
  return sparse;
}

ir::MaxPool random_max_pool(Random& r, const ir::Shape& source) {
  ir::MaxPool pool;
  pool.channels = source[0];
  pool.in_height = source[1];
  pool.in_width = source[2];
  for (;;) {
    const Axis y = random_axis(r, pool.in_height);
    const Axis x = random_axis(r, pool.in_width);
    pool.kernel_height = y.kernel;
    pool.kernel_width = x.kernel;
    pool.stride_height = y.stride;
    pool.stride_width = x.stride;
    pool.dilation_height = y.dilation;
    pool.dilation_width = x.dilation;
    pool.pad_top = y.pad;
    pool.pad_left = x.pad;
    pool.out_height = y.outputs;
    pool.out_width = x.outputs;
    if (ir::fault_of(pool).empty()) return pool;
  }
}

}  // namespace hillock::tests
