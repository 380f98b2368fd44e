#include "compiler/ir/connectivity.h"

#include <fmt/format.h>

namespace hillock::ir {
namespace {

// Whether every window of an axis holds an element of the source: some k < kernel with
// 0 <= out * stride + k * dilation - pad < size.
bool axis_fits(std::size_t size, std::size_t pad, std::size_t kernel, std::size_t stride,
               std::size_t dilation, std::size_t outputs) {
  for (std::size_t out = 0; out < outputs; ++out) {
    const std::size_t start = out * stride;
    const std::size_t k = start >= pad ? 0 : (pad - start + dilation - 1) / dilation;
    if (k >= kernel || start + k * dilation >= size + pad) return false;
  }
  return true;
}

}  // namespace

std::string fault_of(const ConvGeometry& g) {
  for (const std::size_t size :
       {g.in_channels, g.in_height, g.in_width, g.pool_height, g.pool_width, g.out_channels,
        g.out_height, g.out_width, g.kernel_height, g.kernel_width, g.stride_height, g.stride_width,
        g.dilation_height, g.dilation_width, g.groups}) {
    if (size == 0 || size > (std::size_t{1} << 24)) return "a size is 0 or beyond reason";
  }
  if (g.in_channels % g.groups != 0 || g.out_channels % g.groups != 0) {
    return fmt::format("{} groups do not divide {} input and {} output channels", g.groups,
                       g.in_channels, g.out_channels);
  }
  if (g.in_height < g.pool_height || g.in_width < g.pool_width) {
    return "the pooling tile is larger than the source";
  }
  if (g.pad_top > (std::size_t{1} << 24) || g.pad_left > (std::size_t{1} << 24)) {
    return "the padding is beyond reason";
  }
  return "";
}

std::string fault_of(const MaxPool& p) {
  for (const std::size_t size :
       {p.channels, p.in_height, p.in_width, p.out_height, p.out_width, p.kernel_height,
        p.kernel_width, p.stride_height, p.stride_width, p.dilation_height, p.dilation_width}) {
    if (size == 0 || size > (std::size_t{1} << 24)) return "a size is 0 or beyond reason";
  }
  if (!axis_fits(p.in_height, p.pad_top, p.kernel_height, p.stride_height, p.dilation_height,
                 p.out_height) ||
      !axis_fits(p.in_width, p.pad_left, p.kernel_width, p.stride_width, p.dilation_width,
                 p.out_width)) {
    return "a window of the pooling would lie in the padding alone";
  }
  return "";
}

}  // namespace hillock::ir
