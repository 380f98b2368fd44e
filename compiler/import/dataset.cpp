// load_dataset(): an .npz with x and y, fitted to the input of a network. docs/data.md.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "compiler/import/import.h"
#include "compiler/support/npz.h"

namespace hillock::import {
namespace {

using ir::Shape;
using support::DiagnosticKind;
using support::fail;
using support::NpzArray;

constexpr std::size_t kMaxValues = std::size_t{1} << 30;

enum class Layout { Steps, Static, Neither };

Shape tail(const Shape& shape, std::size_t from) {
  if (shape.size() <= from) return {};
  return {shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end()};
}

// [N, T, features...] or [N, features...]: the very shape decides before the number of elements
// does, time before none.
Layout layout_of(const Shape& x, const Shape& features) {
  const std::size_t n = ir::element_count(features);
  const Shape flat{n};
  for (const Shape& wanted : {features, flat}) {
    if (x.size() >= 2 && tail(x, 2) == wanted) return Layout::Steps;
    if (!x.empty() && tail(x, 1) == wanted) return Layout::Static;
  }
  if (x.size() >= 2 && ir::element_count(tail(x, 2)) == n) return Layout::Steps;
  if (!x.empty() && ir::element_count(tail(x, 1)) == n) return Layout::Static;
  return Layout::Neither;
}

std::vector<std::int64_t> labels_of(const NpzArray& y, std::size_t samples) {
  if (y.header().kind == 'f') {
    fail(DiagnosticKind::BadData, y.where(),
         fmt::format("labels are {}, and must be integers", y.header().type_name()),
         "save y as integers: y.astype(numpy.int64)");
  }
  if (y.shape().size() != 1 || y.shape()[0] != samples) {
    fail(
        DiagnosticKind::ShapeMismatch, y.where(),
        fmt::format("has the shape {}, and x holds {} samples", ir::shape_text(y.shape()), samples),
        "give one label per sample");
  }
  std::vector<std::int64_t> labels = y.values<std::int64_t>();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) {
      fail(DiagnosticKind::BadData, y.where().at(i),
           fmt::format("label is {}, and classes count from 0", labels[i]));
    }
  }
  return labels;
}

}  // namespace

ir::Dataset load_dataset(const std::filesystem::path& file, const Shape& features,
                         std::optional<int> timesteps, std::optional<int> static_timesteps) {
  const support::NpzReader npz(file);
  const NpzArray x = npz.read("x");
  ir::Dataset data;
  data.file = file.filename().string();
  data.features = features;
  const Layout layout = layout_of(x.shape(), features);
  if (layout == Layout::Neither) {
    fail(DiagnosticKind::ShapeMismatch, x.where(),
         fmt::format("has the shape {}, and the network's input has the shape {}",
                     ir::shape_text(x.shape()), ir::shape_text(features)),
         fmt::format("x is [N, T, features] or [N, features] with {} features",
                     ir::element_count(features)));
  }
  if (x.header().elements() > kMaxValues) {
    fail(
        DiagnosticKind::FileTooLarge, x.where(),
        fmt::format("holds {} values, and at most {} are read", x.header().elements(), kMaxValues));
  }
  if (x.header().elements() == 0) {
    fail(DiagnosticKind::BadData, x.where(),
         fmt::format("is empty: its shape is {}", ir::shape_text(x.shape())));
  }
  data.samples = x.shape()[0];
  data.static_input = layout == Layout::Static;
  if (data.static_input) {
    if (!timesteps) timesteps = static_timesteps;
    if (!timesteps) {
      fail(DiagnosticKind::BadData, x.where(),
           fmt::format("has the shape {}, without time steps", ir::shape_text(x.shape())),
           "say how many steps each sample is shown for, with --timesteps");
    }
    if (*timesteps <= 0) {
      fail(DiagnosticKind::BadOption, {},
           fmt::format("timesteps is {}, and must be 1 or more", *timesteps));
    }
    data.timesteps = static_cast<std::size_t>(*timesteps);
  } else {
    data.timesteps = x.shape()[1];
    if (timesteps && static_cast<std::size_t>(std::max(*timesteps, 0)) != data.timesteps) {
      fail(DiagnosticKind::BadData, x.where(),
           fmt::format("holds {} time steps, and {} are asked for", data.timesteps, *timesteps),
           "leave --timesteps out: the data say it");
    }
  }
  data.x = x.values<float>();
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    if (!std::isfinite(data.x[i])) {
      fail(DiagnosticKind::NotFinite, x.where().at(i), fmt::format("x is {}", data.x[i]),
           "remove or repair the sample");
    }
  }
  if (npz.has("y")) data.y = labels_of(npz.read("y"), data.samples);
  return data;
}

}  // namespace hillock::import
