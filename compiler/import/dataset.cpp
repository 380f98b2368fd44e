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

// What the file holds for one input.
struct Part {
  NpzArray array;
  Shape features;
  bool still = false;  // without a time axis
  std::vector<float> values;

  // One step of one sample.
  [[nodiscard]] const float* row(std::size_t sample, std::size_t t, std::size_t timesteps) const {
    return values.data() + (still ? sample : sample * timesteps + t) * ir::element_count(features);
  }
};

void check_shape(const Part& p, const std::string& name, Layout layout) {
  const support::Location where = p.array.where();
  const Shape& shape = p.array.shape();
  if (layout == Layout::Neither) {
    fail(DiagnosticKind::ShapeMismatch, where,
         fmt::format("has the shape {}, and the network's input has the shape {}",
                     ir::shape_text(shape), ir::shape_text(p.features)),
         fmt::format("{} is [N, T, features] or [N, features] with {} features", name,
                     ir::element_count(p.features)));
  }
  if (p.array.header().elements() > kMaxValues) {
    fail(DiagnosticKind::FileTooLarge, where,
         fmt::format("holds {} values, and at most {} are read", p.array.header().elements(),
                     kMaxValues));
  }
  if (p.array.header().elements() == 0) {
    fail(DiagnosticKind::BadData, where,
         fmt::format("is empty: its shape is {}", ir::shape_text(shape)));
  }
}

void read_values(Part& p, const std::string& name) {
  p.values = p.array.values<float>();
  for (std::size_t i = 0; i < p.values.size(); ++i) {
    if (std::isfinite(p.values[i])) continue;
    fail(DiagnosticKind::NotFinite, p.array.where().at(i),
         fmt::format("{} is {}", name, p.values[i]), "remove or repair the sample");
  }
}

// The steps of all parts: those of a time axis, or as stated.
std::size_t steps_of(const std::vector<Part>& parts, std::optional<int> timesteps,
                     std::optional<int> static_timesteps) {
  const Part* moving = nullptr;
  for (const Part& p : parts) {
    if (p.still) continue;
    const std::size_t steps = p.array.shape()[1];
    if (moving != nullptr && moving->array.shape()[1] != steps) {
      fail(
          DiagnosticKind::ShapeMismatch, p.array.where(),
          fmt::format("holds {} time steps, and another input {}", steps, moving->array.shape()[1]),
          "all inputs of a sample have the same steps");
    }
    moving = &p;
    if (timesteps && *timesteps > 0 && static_cast<std::size_t>(*timesteps) < steps) continue;
    if (timesteps && static_cast<std::size_t>(std::max(*timesteps, 0)) != steps) {
      fail(DiagnosticKind::BadData, p.array.where(),
           fmt::format("holds {} time steps, and {} are asked for", steps, *timesteps),
           "leave --timesteps out, or take the first of them");
    }
  }
  if (moving != nullptr) return moving->array.shape()[1];
  if (!timesteps) timesteps = static_timesteps;
  if (!timesteps) {
    fail(
        DiagnosticKind::BadData, parts[0].array.where(),
        fmt::format("has the shape {}, without time steps", ir::shape_text(parts[0].array.shape())),
        "say how many steps each sample is shown for, with --timesteps");
  }
  if (*timesteps <= 0) {
    fail(DiagnosticKind::BadOption, {},
         fmt::format("timesteps is {}, and must be 1 or more", *timesteps));
  }
  return static_cast<std::size_t>(*timesteps);
}

// The values of several inputs side by side, step by step.
void interleave(const std::vector<Part>& parts, ir::Dataset& data) {
  const std::size_t rows = data.static_input ? 1 : data.timesteps;
  data.x.reserve(data.samples * rows * data.feature_count());
  for (std::size_t sample = 0; sample < data.samples; ++sample) {
    for (std::size_t t = 0; t < rows; ++t) {
      for (const Part& p : parts) {
        const float* row = p.row(sample, t, data.timesteps);
        data.x.insert(data.x.end(), row, row + ir::element_count(p.features));
      }
    }
  }
}

// Keeps the first `steps` steps of every sample.
template <typename T>
void keep_first(std::vector<T>& values, std::size_t samples, std::size_t from, std::size_t to,
                std::size_t features) {
  if (values.empty()) return;
  for (std::size_t i = 1; i < samples; ++i) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i * from * features);
    std::copy(begin, begin + static_cast<std::ptrdiff_t>(to * features),
              values.begin() + static_cast<std::ptrdiff_t>(i * to * features));
  }
  values.resize(samples * to * features);
}

void truncate(ir::Dataset& data, std::optional<int> timesteps) {
  if (!timesteps || static_cast<std::size_t>(*timesteps) >= data.timesteps) return;
  const auto steps = static_cast<std::size_t>(*timesteps);
  if (!data.static_input) {
    keep_first(data.x, data.samples, data.timesteps, steps, data.feature_count());
    keep_first(data.bytes, data.samples, data.timesteps, steps, data.feature_count());
  }
  data.timesteps = steps;
}

// `inputs`: name of the array and shape of the input.
ir::Dataset load(const support::NpzReader& npz, const std::filesystem::path& file,
                 const std::vector<std::pair<std::string, Shape>>& inputs,
                 std::optional<int> timesteps, std::optional<int> static_timesteps) {
  ir::Dataset data;
  data.file = file.filename().string();
  data.static_input = true;
  std::vector<Part> parts;
  std::size_t features = 0;
  for (const auto& [name, shape] : inputs) {
    Part p{npz.read(name), shape, false, {}};
    const Layout layout = layout_of(p.array.shape(), shape);
    check_shape(p, name, layout);
    p.still = layout == Layout::Static;
    data.static_input = data.static_input && p.still;
    data.still.push_back(p.still);
    features += ir::element_count(shape);
    if (!parts.empty() && p.array.shape()[0] != parts[0].array.shape()[0]) {
      fail(DiagnosticKind::ShapeMismatch, p.array.where(),
           fmt::format("holds {} samples, and {} holds {}", p.array.shape()[0], inputs[0].first,
                       parts[0].array.shape()[0]),
           "give every input the same samples");
    }
    parts.push_back(std::move(p));
  }
  data.features = parts.size() == 1 ? parts[0].features : Shape{features};
  data.samples = parts[0].array.shape()[0];
  data.timesteps = steps_of(parts, timesteps, static_timesteps);
  const support::NpyHeader& header = parts[0].array.header();
  if (parts.size() == 1 && header.item_size == 1 && header.kind != 'i') {
    data.bytes = parts[0].array.values<std::uint8_t>();
    truncate(data, timesteps);
    return data;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) read_values(parts[i], inputs[i].first);
  if (parts.size() == 1)
    data.x = std::move(parts[0].values);
  else
    interleave(parts, data);
  data.pack();
  truncate(data, timesteps);
  return data;
}

}  // namespace

ir::Dataset load_dataset(const std::filesystem::path& file, const Shape& features,
                         std::optional<int> timesteps, std::optional<int> static_timesteps) {
  const support::NpzReader npz(file);
  ir::Dataset data = load(npz, file, {{"x", features}}, timesteps, static_timesteps);
  if (npz.has("y")) data.y = labels_of(npz.read("y"), data.samples);
  return data;
}

std::string array_name(const ir::Network& network, std::size_t input) {
  return network.inputs.size() == 1 ? "x" : "x_" + network.inputs[input].name;
}

ir::Dataset load_dataset(const std::filesystem::path& file, const ir::Network& network,
                         std::optional<int> timesteps) {
  const support::NpzReader npz(file);
  std::vector<std::pair<std::string, Shape>> inputs;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    inputs.emplace_back(array_name(network, i), network.inputs[i].shape);
  }
  ir::Dataset data = load(npz, file, inputs, timesteps, network.timesteps);
  const auto labels = [&](const std::string& name) {
    return npz.has(name) ? labels_of(npz.read(name), data.samples) : std::vector<std::int64_t>{};
  };
  const auto named = [&](std::size_t population) {
    return labels("y_" + network.populations[population].name);
  };
  data.y = named(network.output);
  if (data.y.empty()) data.y = labels("y");
  for (const ir::Output& output : network.more_outputs) {
    data.more_y.push_back(named(output.population));
  }
  return data;
}

}  // namespace hillock::import
