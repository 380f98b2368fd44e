#include "compiler/import/nir_linear.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "compiler/import/limits.h"
#include "compiler/import/nir_parameters.h"

namespace hillock::import::nir {
namespace {

using ir::Shape;
using support::DiagnosticKind;
using support::fail;

constexpr std::array<std::string_view, 8> kLinear{"Affine", "Linear", "Scale",     "Flatten",
                                                  "Conv1d", "Conv2d", "SumPool2d", "AvgPool2d"};
// Of a delay in steps: exporters compute seconds in float32.
constexpr double kStepRounding = 1e-3;
constexpr double kMaxDelay = 1e6;

Step step_of(const Node& node) { return {node.name, node.where, node.where.child("weight")}; }

support::Matrix<double> matrix_of(const Node& node) {
  const Array& a = finite_array(node, "weight");
  if (a.shape.size() != 2) {
    fail(DiagnosticKind::UnsupportedNode, node.where.child("weight"),
         fmt::format("the weight of '{}' has the shape {}, and two axes (out, in) are supported",
                     node.name, ir::shape_text(a.shape)));
  }
  support::Matrix<double> m;
  m.rows = a.shape[0];
  m.cols = a.shape[1];
  m.data = a.values;
  return m;
}

// An axis as NIR counts it: from 0, without batch; below 0 from the end.
std::size_t axis(const Node& node, std::string_view name, long otherwise, std::size_t rank) {
  long a = otherwise;
  if (has(node, name)) {
    const std::vector<long> given = whole_numbers(node, name);
    if (given.size() != 1) {
      fail(DiagnosticKind::BadType, node.where.child(name), "is not one number");
    }
    a = given.front();
  }
  const long from_start = a < 0 ? a + static_cast<long>(rank) : a;
  if (from_start < 0 || from_start > static_cast<long>(rank)) {
    fail(DiagnosticKind::BadParameter, node.where.child(name),
         fmt::format("{} is {}, and its source has {} axes", name, a, rank));
  }
  return static_cast<std::size_t>(from_start);
}

// Nothing but zeros, or no numbers at all: some exporters leave out what they do not know.
bool is_blank(const Parameter& p) {
  const auto* a = std::get_if<Array>(&p);
  return a == nullptr ||
         std::all_of(a->values.begin(), a->values.end(), [](double v) { return v == 0.0; });
}

void append_flatten(const Node& node, Signal& signal) {
  only_parameters(node, {"start_dim", "end_dim", "input_type"});
  const auto stated_type = node.parameters.find("input_type");
  // Sinabs states zeros: it does not know.
  if (stated_type != node.parameters.end() && !is_blank(stated_type->second)) {
    const Shape stated = shape_parameter(node, "input_type");
    if (ir::element_count(stated) != ir::element_count(signal.shape())) {
      fail(DiagnosticKind::ShapeMismatch, node.where.child("input_type"),
           fmt::format("'{}' expects the shape {}, and its source has the shape {}", node.name,
                       ir::shape_text(stated), ir::shape_text(signal.shape())));
    }
  }
  const std::size_t rank = signal.shape().size();
  const std::size_t first = axis(node, "start_dim", 1, rank);
  const std::size_t last = axis(node, "end_dim", -1, rank);
  if (first < rank && (last < first || last >= rank)) {
    fail(DiagnosticKind::BadParameter, node.where.child("end_dim"),
         fmt::format("the axes {} to {} of {} cannot be joined", first, last,
                     ir::shape_text(signal.shape())));
  }
  signal.flatten(first, last);
}

// One number for all spatial axes, or one each: {rows, columns}.
std::array<std::size_t, 2> sizes(const Node& node, std::string_view name, std::size_t axes,
                                 std::size_t otherwise, std::size_t least) {
  const std::size_t idle = name == "padding" ? 0 : 1;
  if (!has(node, name)) return {axes == 1 ? idle : otherwise, otherwise};
  const std::vector<long> given = whole_numbers(node, name);
  if (given.size() != 1 && given.size() != axes) {
    fail(DiagnosticKind::BadParameter, node.where.child(name),
         fmt::format("{} has {} numbers, and the {} node '{}' has {} spatial ax{}", name,
                     given.size(), node.type, node.name, axes, axes == 1 ? "is" : "es"));
  }
  for (const long v : given) {
    if (v < static_cast<long>(least) || v > (1L << 20)) {
      fail(DiagnosticKind::BadParameter, node.where.child(name), fmt::format("{} is {}", name, v),
           fmt::format("it is {} or more", least));
    }
  }
  const auto front = static_cast<std::size_t>(given.front());
  const auto back = static_cast<std::size_t>(given.back());
  return {axes == 1 ? idle : front, back};
}

void set(Window& rows, Window& columns, std::size_t Window::*member,
         const std::array<std::size_t, 2>& values) {
  rows.*member = values[0];
  columns.*member = values[1];
}

void append_conv(const Node& node, Signal& signal) {
  only_parameters(node,
                  {"input_shape", "weight", "stride", "padding", "dilation", "groups", "bias"});
  ConvSpec spec;
  spec.axes = node.type == "Conv1d" ? 1 : 2;
  const Array& weight = finite_array(node, "weight");
  spec.weight_shape = weight.shape;
  spec.weight = weight.values;
  if (has(node, "bias")) spec.bias = finite_array(node, "bias").values;
  const std::size_t out = weight.shape.empty() ? 0 : weight.shape.front();
  if (spec.bias.size() == 1 && out > 1) spec.bias.assign(out, spec.bias.front());
  set(spec.rows, spec.columns, &Window::stride, sizes(node, "stride", spec.axes, 1, 1));
  set(spec.rows, spec.columns, &Window::dilation, sizes(node, "dilation", spec.axes, 1, 1));
  const auto padding = node.parameters.find("padding");
  const auto* word =
      padding == node.parameters.end() ? nullptr : std::get_if<std::string>(&padding->second);
  if (word != nullptr) {
    const bool same = *word == "same" || *word == "SAME";  // as JAX writes it
    if (!same && *word != "valid" && *word != "VALID") {
      fail(DiagnosticKind::BadParameter, node.where.child("padding"),
           fmt::format("padding is '{}'", *word), "it is 'same', 'valid', or a number per axis");
    }
    spec.same = same;
  } else {
    const auto pads = sizes(node, "padding", spec.axes, 0, 0);
    set(spec.rows, spec.columns, &Window::pad_before, pads);
    set(spec.rows, spec.columns, &Window::pad_after, pads);
  }
  if (has(node, "groups")) {
    const std::vector<long> groups = whole_numbers(node, "groups");
    if (groups.size() != 1 || groups.front() < 1) {
      fail(DiagnosticKind::BadParameter, node.where.child("groups"),
           "groups is not one number above 0");
    }
    spec.groups = static_cast<std::size_t>(groups.front());
  }
  const auto stated = node.parameters.find("input_shape");
  if (stated != node.parameters.end() && !is_blank(stated->second)) {
    const Shape planes = shape_parameter(node, "input_shape");
    const Shape& shape = signal.shape();
    const bool fits =
        planes.size() <= shape.size() && std::equal(planes.rbegin(), planes.rend(), shape.rbegin());
    if (!fits) {
      fail(DiagnosticKind::ShapeMismatch, node.where.child("input_shape"),
           fmt::format("'{}' expects planes of {}, and its source has the shape {}", node.name,
                       ir::shape_text(planes), ir::shape_text(shape)));
    }
  }
  signal.conv(spec, step_of(node));
}

void append_pool(const Node& node, Signal& signal) {
  only_parameters(node, {"kernel_size", "stride", "padding"});
  if (!has(node, "kernel_size")) (void)array(node, "kernel_size");
  PoolSpec spec;
  spec.average = node.type == "AvgPool2d";
  set(spec.rows, spec.columns, &Window::kernel, sizes(node, "kernel_size", 2, 1, 1));
  const bool strides = has(node, "stride");
  set(spec.rows, spec.columns, &Window::stride,
      sizes(node, strides ? "stride" : "kernel_size", 2, 1, 1));
  const auto pads = sizes(node, "padding", 2, 0, 0);
  set(spec.rows, spec.columns, &Window::pad_before, pads);
  set(spec.rows, spec.columns, &Window::pad_after, pads);
  signal.pool(spec, step_of(node));
}

int steps_in(double seconds, double dt, const support::Location& where) {
  const double steps = seconds / dt;
  const double whole = std::round(steps);
  if (!(steps >= 0.0) || steps > kMaxDelay) {
    fail(DiagnosticKind::BadParameter, where,
         fmt::format("a delay of {:g} s is {:g} steps of {:g} s", seconds, steps, dt),
         fmt::format("a delay is from 0 to {} steps", static_cast<long>(kMaxDelay)));
  }
  if (std::abs(steps - whole) > kStepRounding) {
    fail(DiagnosticKind::BadParameter, where,
         fmt::format("a delay of {:g} s is {:g} steps of {:g} s, not a whole number of them",
                     seconds, steps, dt),
         "state the time step the network was made for with --dt");
  }
  return static_cast<int>(whole);
}

}  // namespace

bool is_linear(std::string_view type) {
  return std::find(kLinear.begin(), kLinear.end(), type) != kLinear.end();
}

Shape shape_parameter(const Node& node, std::string_view name) {
  Shape shape;
  std::size_t elements = 1;
  for (const long size : whole_numbers(node, name)) {
    if (size <= 0 || static_cast<std::size_t>(size) > kMaxShape / elements) {
      fail(DiagnosticKind::BadParameter, node.where.child(name),
           fmt::format("an axis of size {} is not possible", size));
    }
    elements *= static_cast<std::size_t>(size);
    shape.push_back(static_cast<std::size_t>(size));
  }
  return shape;
}

void append(const Node& node, Signal& signal) {
  if (node.type == "Affine") {
    only_parameters(node, {"weight", "bias"});
    signal.affine(matrix_of(node), finite_array(node, "bias").values, step_of(node));
  } else if (node.type == "Linear") {
    only_parameters(node, {"weight"});
    signal.affine(matrix_of(node), {}, step_of(node));
  } else if (node.type == "Scale") {
    only_parameters(node, {"scale"});
    signal.scale(broadcast(finite_array(node, "scale"), signal.shape(), node.where.child("scale")),
                 {}, step_of(node));
  } else if (node.type == "Conv1d" || node.type == "Conv2d") {
    append_conv(node, signal);
  } else if (node.type == "SumPool2d" || node.type == "AvgPool2d") {
    append_pool(node, signal);
  } else {
    append_flatten(node, signal);
  }
}

std::vector<int> delay_steps(const Node& node, double dt) {
  only_parameters(node, {"delay"});
  const Array& delay = finite_array(node, "delay");
  std::vector<int> steps;
  for (std::size_t i = 0; i < delay.values.size(); ++i) {
    steps.push_back(steps_in(delay.values[i], dt, node.where.child("delay").at(i)));
  }
  if (steps.empty()) {
    fail(DiagnosticKind::BadParameter, node.where.child("delay"), "delay is empty");
  }
  return steps;
}

std::vector<int> delay_steps(const Node& node, const Shape& shape, double dt) {
  (void)delay_steps(node, dt);  // every value, checked
  const support::Location place = node.where.child("delay");
  std::vector<int> steps;
  for (const double seconds : broadcast(array(node, "delay"), shape, place)) {
    steps.push_back(steps_in(seconds, dt, place));
  }
  return steps;
}

}  // namespace hillock::import::nir
