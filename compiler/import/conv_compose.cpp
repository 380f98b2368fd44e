#include "compiler/import/conv_compose.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "compiler/import/limits.h"

namespace hillock::import {
namespace {

using ir::Conv;
using ir::ConvGeometry;

// One spatial axis of a convolution.
struct Axis {
  std::int64_t size, kernel, stride, pad, dilation, outputs;
};
Axis rows(const ConvGeometry& g) {
  return {static_cast<std::int64_t>(g.in_height / g.pool_height),
          static_cast<std::int64_t>(g.kernel_height), static_cast<std::int64_t>(g.stride_height),
          static_cast<std::int64_t>(g.pad_top), static_cast<std::int64_t>(g.dilation_height),
          static_cast<std::int64_t>(g.out_height)};
}
Axis columns(const ConvGeometry& g) {
  return {static_cast<std::int64_t>(g.in_width / g.pool_width),
          static_cast<std::int64_t>(g.kernel_width), static_cast<std::int64_t>(g.stride_width),
          static_cast<std::int64_t>(g.pad_left), static_cast<std::int64_t>(g.dilation_width),
          static_cast<std::int64_t>(g.out_width)};
}

// Where the second reads its own padding it reads zeros; the product reads what the first would
// have computed there. They agree where the first sees nothing but padding itself.
bool agrees(const Axis& first, const Axis& second) {
  for (std::int64_t o = 0; o < second.outputs; ++o) {
    for (std::int64_t u = 0; u < second.kernel; ++u) {
      const std::int64_t at = o * second.stride + u * second.dilation - second.pad;
      if (at >= 0 && at < first.outputs) continue;
      for (std::int64_t v = 0; v < first.kernel; ++v) {
        const std::int64_t from = at * first.stride + v * first.dilation - first.pad;
        if (from >= 0 && from < first.size) return false;
      }
    }
  }
  return true;
}

Axis product(const Axis& first, const Axis& second) {
  Axis out = first;
  out.kernel =
      (second.kernel - 1) * second.dilation * first.stride + (first.kernel - 1) * first.dilation +
      1;
  out.stride = first.stride * second.stride;
  out.pad = second.pad * first.stride + first.pad;
  out.dilation = 1;
  out.outputs = second.outputs;
  // Where only one of the two has a kernel, its dilation stays one.
  if (second.kernel == 1) {
    out.kernel = first.kernel;
    out.dilation = first.dilation;
  } else if (first.kernel == 1) {
    out.kernel = second.kernel;
    out.dilation = second.dilation * first.stride;
  }
  return out;
}

// Scales the input channels of `conv` and lets it read what `first` reads.
Conv behind_tiles(const Conv& first, const std::vector<double>& factors, Conv conv) {
  ConvGeometry& g = conv.geometry;
  for (std::size_t out = 0; out < g.out_channels; ++out) {
    const std::size_t base = out / g.group_outputs() * g.group_inputs();
    for (std::size_t in = 0; in < g.group_inputs(); ++in) {
      for (std::size_t k = 0; k < g.kernel_height * g.kernel_width; ++k) {
        conv.weight[g.weight_index(out, in, 0, 0) + k] *= factors[base + in];
      }
    }
  }
  g.in_height = first.geometry.in_height;
  g.in_width = first.geometry.in_width;
  g.pool_height = first.geometry.pool_height;
  g.pool_width = first.geometry.pool_width;
  return conv;
}

}  // namespace

std::optional<std::vector<double>> per_channel(const std::vector<double>& factors,
                                               std::size_t channels) {
  const std::size_t each = factors.size() / channels;
  std::vector<double> out;
  for (std::size_t c = 0; c < channels; ++c) {
    const double first = factors[c * each];
    for (std::size_t i = 1; i < each; ++i) {
      if (factors[c * each + i] != first) return std::nullopt;
    }
    out.push_back(first);
  }
  return out;
}

Conv with_tiles(Conv conv) {
  ConvGeometry& g = conv.geometry;
  const bool depthwise = g.groups == g.in_channels && g.groups == g.out_channels;
  const bool tiles = g.pool_height == 1 && g.pool_width == 1 &&
                     g.kernel_height == g.stride_height && g.kernel_width == g.stride_width &&
                     g.kernel_height * g.kernel_width > 1 && g.dilation_height == 1 &&
                     g.dilation_width == 1 && g.pad_top == 0 && g.pad_left == 0 &&
                     g.kernel_height <= g.in_height && g.kernel_width <= g.in_width &&
                     g.out_height == g.in_height / g.kernel_height &&
                     g.out_width == g.in_width / g.kernel_width;
  if (!depthwise || !tiles) return conv;
  auto factors = per_channel(conv.weight, g.out_channels);
  if (!factors) return conv;
  g.pool_height = g.kernel_height;
  g.pool_width = g.kernel_width;
  g.kernel_height = g.kernel_width = g.stride_height = g.stride_width = 1;
  conv.weight = std::move(*factors);
  return conv;
}

std::optional<std::vector<double>> channel_factors(const Conv& conv) {
  const ConvGeometry& g = conv.geometry;
  const bool plain = g.groups == g.in_channels && g.groups == g.out_channels &&
                     g.kernel_height * g.kernel_width == 1 && g.stride_height == 1 &&
                     g.stride_width == 1 && g.pad_top == 0 && g.pad_left == 0 &&
                     g.out_height == g.in_height / g.pool_height &&
                     g.out_width == g.in_width / g.pool_width;
  if (!plain) return std::nullopt;
  return conv.weight;
}

std::optional<Conv> composed(const Conv& first, const Conv& second) {
  const Conv tiled = with_tiles(second);
  const ConvGeometry& a = first.geometry;
  if (const auto factors = channel_factors(first)) {
    if (tiled.geometry.pool_height * tiled.geometry.pool_width == 1) {
      return behind_tiles(first, *factors, second);
    }
    Conv both = behind_tiles(first, *factors, tiled);
    both.geometry.pool_height *= tiled.geometry.pool_height;
    both.geometry.pool_width *= tiled.geometry.pool_width;
    return both;
  }
  const ConvGeometry& b = second.geometry;
  if (!agrees(rows(a), rows(b)) || !agrees(columns(a), columns(b))) return std::nullopt;
  const Axis y = product(rows(a), rows(b));
  const Axis x = product(columns(a), columns(b));
  Conv out;
  ConvGeometry& g = out.geometry;
  g = a;
  g.groups = std::gcd(a.groups, b.groups);
  g.out_channels = b.out_channels;
  g.out_height = b.out_height;
  g.out_width = b.out_width;
  g.kernel_height = static_cast<std::size_t>(y.kernel);
  g.kernel_width = static_cast<std::size_t>(x.kernel);
  g.stride_height = static_cast<std::size_t>(y.stride);
  g.stride_width = static_cast<std::size_t>(x.stride);
  g.pad_top = static_cast<std::size_t>(y.pad);
  g.pad_left = static_cast<std::size_t>(x.pad);
  g.dilation_height = static_cast<std::size_t>(y.dilation);
  g.dilation_width = static_cast<std::size_t>(x.dilation);
  if (g.kernel_height > kMaxElements / g.kernel_width ||
      g.out_channels * g.group_inputs() > kMaxElements / (g.kernel_height * g.kernel_width)) {
    return std::nullopt;
  }
  out.weight.assign(g.weights(), 0.0);
  for (std::size_t o = 0; o < b.out_channels; ++o) {
    for (std::size_t m = 0; m < b.group_inputs(); ++m) {
      const std::size_t middle = o / b.group_outputs() * b.group_inputs() + m;
      for (std::size_t i = 0; i < a.group_inputs(); ++i) {
        const std::size_t in = middle / a.group_outputs() * a.group_inputs() + i;
        for (std::size_t uy = 0; uy < b.kernel_height; ++uy) {
          for (std::size_t ux = 0; ux < b.kernel_width; ++ux) {
            const double w = second.weight[b.weight_index(o, m, uy, ux)];
            if (w == 0.0) continue;
            for (std::size_t vy = 0; vy < a.kernel_height; ++vy) {
              for (std::size_t vx = 0; vx < a.kernel_width; ++vx) {
                const std::size_t ky =
                    (uy * b.dilation_height * a.stride_height + vy * a.dilation_height) /
                    g.dilation_height;
                const std::size_t kx =
                    (ux * b.dilation_width * a.stride_width + vx * a.dilation_width) /
                    g.dilation_width;
                out.weight[g.weight_index(o, in % g.group_inputs(), ky, kx)] +=
                    w * first.weight[a.weight_index(middle, i, vy, vx)];
              }
            }
          }
        }
      }
    }
  }
  return out;
}

}  // namespace hillock::import
