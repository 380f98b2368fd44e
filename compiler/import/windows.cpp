#include "compiler/import/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/import/limits.h"

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;

// Sizes from files, kept far from overflow.
constexpr std::size_t kMaxWindow = std::size_t{1} << 20;

struct Planes {
  std::size_t channels = 1;
  std::size_t height = 1;
  std::size_t width = 1;
};

Planes planes_of(ir::Shape shape, std::size_t axes, const Step& step) {
  const ir::Shape stated = shape;
  while (shape.size() > axes + 1 && shape.front() == 1) shape.erase(shape.begin());
  if (shape.size() != axes + 1) {
    fail(DiagnosticKind::ShapeMismatch, step.place,
         fmt::format("'{}' reads {}, and its source has the shape {}", step.name,
                     axes == 1 ? "channels x length" : "channels x height x width",
                     ir::shape_text(stated)));
  }
  return {shape[0], axes == 1 ? 1 : shape[1], shape.back()};
}

void check(const Window& w, const Step& step) {
  for (const std::size_t size : {w.kernel, w.stride, w.dilation}) {
    if (size > 0 && size <= kMaxWindow) continue;
    fail(DiagnosticKind::BadParameter, step.place,
         fmt::format("'{}' has a kernel of {}, a stride of {} and a dilation of {}", step.name,
                     w.kernel, w.stride, w.dilation),
         "each is 1 or more");
  }
  if (std::max(w.pad_before, w.pad_after) > kMaxWindow) {
    fail(DiagnosticKind::BadParameter, step.place,
         fmt::format("'{}' has a padding of {}", step.name, std::max(w.pad_before, w.pad_after)));
  }
}

// How many windows fit. With `ceil` one more may begin inside and reach beyond the end.
std::size_t windows_in(std::size_t size, const Window& w, bool ceil, const Step& step) {
  check(w, step);
  const std::size_t reach = (w.kernel - 1) * w.dilation + 1;
  const std::size_t padded = size + w.pad_before + w.pad_after;
  if (reach > padded) {
    fail(DiagnosticKind::ShapeMismatch, step.place,
         fmt::format("'{}' has a window of {}, and its source, padded, has {}", step.name, reach,
                     padded));
  }
  std::size_t n = (padded - reach) / w.stride + 1;
  if (ceil && (padded - reach) % w.stride != 0 && n * w.stride < size + w.pad_before) ++n;
  return n;
}

Window same(Window w) {
  const std::size_t total = (w.kernel - 1) * w.dilation;
  w.pad_before = total / 2;
  w.pad_after = total - w.pad_before;
  return w;
}

void check_pads(const Window& w, const Step& step) {
  if (w.pad_before * 2 <= w.kernel) return;
  fail(DiagnosticKind::BadParameter, step.place,
       fmt::format("'{}' has a padding of {}, and a kernel of {}", step.name, w.pad_before,
                   w.kernel),
       "the padding of a pooling is at most half its kernel");
}

ir::Shape shape_of(std::size_t axes, std::size_t channels, std::size_t height, std::size_t width) {
  const ir::Shape shape =
      axes == 1 ? ir::Shape{channels, width} : ir::Shape{channels, height, width};
  return shape;
}

ir::ConvGeometry geometry_of(const Planes& in, const Window& rows, const Window& columns) {
  ir::ConvGeometry g;
  g.in_channels = in.channels;
  g.in_height = in.height;
  g.in_width = in.width;
  g.kernel_height = rows.kernel;
  g.kernel_width = columns.kernel;
  g.stride_height = rows.stride;
  g.stride_width = columns.stride;
  g.pad_top = rows.pad_before;
  g.pad_left = columns.pad_before;
  g.dilation_height = rows.dilation;
  g.dilation_width = columns.dilation;
  return g;
}

void check_size(const ir::Shape& shape, const Step& step) {
  if (ir::element_count(shape) <= kMaxShape) return;
  fail(DiagnosticKind::FileTooLarge, step.place,
       fmt::format("'{}' would yield {} elements", step.name, ir::shape_text(shape)));
}

// Elements of a window that an average is divided by, on one axis.
std::size_t divisor_of(std::size_t out, std::size_t size, const Window& w, bool padding_counts) {
  const std::size_t begin = out * w.stride;  // counted from the start of the padding
  const std::size_t end = std::min(begin + w.kernel, size + w.pad_before + w.pad_after);
  if (padding_counts) return end - begin;
  return std::min(end, size + w.pad_before) - std::max(begin, w.pad_before);
}

}  // namespace

PlaneStep conv_step(const ConvSpec& spec, const ir::Shape& shape, const Step& step) {
  if (spec.weight_shape.size() != spec.axes + 2) {
    fail(DiagnosticKind::ShapeMismatch, step.weight,
         fmt::format("the weight of '{}' has the shape {}, and {} axes are expected ({})",
                     step.name, ir::shape_text(spec.weight_shape), spec.axes + 2,
                     spec.axes == 1 ? "out, in, width" : "out, in, height, width"));
  }
  const Planes in = planes_of(shape, spec.axes, step);
  Window rows = spec.rows;
  Window columns = spec.columns;
  rows.kernel = spec.axes == 1 ? 1 : spec.weight_shape[2];
  columns.kernel = spec.weight_shape.back();
  check(rows, step);
  check(columns, step);
  if (spec.same) {
    if (rows.stride != 1 || columns.stride != 1) {
      fail(DiagnosticKind::BadParameter, step.place,
           fmt::format("'{}' has the padding 'same' and a stride of {}", step.name,
                       std::max(rows.stride, columns.stride)),
           "the padding 'same' goes with a stride of 1");
    }
    rows = same(rows);
    columns = same(columns);
  }
  const std::size_t out = spec.weight_shape[0];
  if (spec.groups == 0 || spec.groups > in.channels || in.channels % spec.groups != 0 ||
      out % spec.groups != 0 || spec.weight_shape[1] != in.channels / spec.groups || out == 0) {
    fail(DiagnosticKind::ShapeMismatch, step.weight,
         fmt::format("the weight of '{}' is {} with {} group{}, and its source has {} channels",
                     step.name, ir::shape_text(spec.weight_shape), spec.groups,
                     spec.groups == 1 ? "" : "s", in.channels));
  }
  if (!spec.bias.empty() && spec.bias.size() != out) {
    fail(DiagnosticKind::ShapeMismatch, step.place.child("bias"),
         fmt::format("the bias of '{}' has {} elements, and it has {} output channels", step.name,
                     spec.bias.size(), out));
  }
  PlaneStep made;
  ir::ConvGeometry& g = made.conv.geometry;
  g = geometry_of(in, rows, columns);
  g.groups = spec.groups;
  g.out_channels = out;
  g.out_height = windows_in(in.height, rows, false, step);
  g.out_width = windows_in(in.width, columns, false, step);
  made.conv.weight = spec.weight;
  made.shape = shape_of(spec.axes, out, g.out_height, g.out_width);
  check_size(made.shape, step);
  return made;
}

PlaneStep pool_step(const PoolSpec& spec, const ir::Shape& shape, const Step& step) {
  const Planes in = planes_of(shape, spec.axes, step);
  PlaneStep made;
  ir::ConvGeometry& g = made.conv.geometry;
  g = geometry_of(in, spec.rows, spec.columns);
  g.out_channels = g.groups = in.channels;
  g.out_height = windows_in(in.height, spec.rows, spec.ceil_mode, step);
  g.out_width = windows_in(in.width, spec.columns, spec.ceil_mode, step);
  if (spec.average) {
    check_pads(spec.rows, step);
    check_pads(spec.columns, step);
  }
  made.shape = shape_of(spec.axes, in.channels, g.out_height, g.out_width);
  check_size(made.shape, step);
  double weight = 1.0;
  if (spec.average && spec.divisor != 0) weight = 1.0 / static_cast<double>(spec.divisor);
  if (spec.average && spec.divisor == 0) {
    std::vector<double> factors;
    for (std::size_t y = 0; y < g.out_height; ++y) {
      for (std::size_t x = 0; x < g.out_width; ++x) {
        const std::size_t n =
            divisor_of(y, in.height, spec.rows, spec.count_include_pad) *
            divisor_of(x, in.width, spec.columns, spec.count_include_pad);
        factors.push_back(1.0 / static_cast<double>(n));
      }
    }
    const bool alike = std::all_of(factors.begin(), factors.end(),
                                   [&](double f) { return f == factors.front(); });
    if (alike) {
      weight = factors.front();
    } else {
      for (std::size_t c = 0; c < in.channels; ++c) {
        made.factors.insert(made.factors.end(), factors.begin(), factors.end());
      }
    }
  }
  if (in.channels > kMaxElements / (g.kernel_height * g.kernel_width)) check_size({kMaxElements}, step);
  made.conv.weight.assign(g.weights(), weight);
  return made;
}

MaxPoolStep max_pool_step(const PoolSpec& spec, const ir::Shape& shape, const Step& step) {
  const Planes in = planes_of(shape, spec.axes, step);
  check(spec.rows, step);
  check(spec.columns, step);
  check_pads(spec.rows, step);
  check_pads(spec.columns, step);
  ir::MaxPool p;
  p.channels = in.channels;
  p.in_height = in.height;
  p.in_width = in.width;
  p.out_height = windows_in(in.height, spec.rows, spec.ceil_mode, step);
  p.out_width = windows_in(in.width, spec.columns, spec.ceil_mode, step);
  p.kernel_height = spec.rows.kernel;
  p.kernel_width = spec.columns.kernel;
  p.stride_height = spec.rows.stride;
  p.stride_width = spec.columns.stride;
  p.pad_top = spec.rows.pad_before;
  p.pad_left = spec.columns.pad_before;
  p.dilation_height = spec.rows.dilation;
  p.dilation_width = spec.columns.dilation;
  return {p, shape_of(spec.axes, in.channels, p.out_height, p.out_width)};
}

}  // namespace hillock::import
