#include "compiler/import/linear_map.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <utility>

#include "compiler/import/conv_compose.h"
#include "compiler/import/limits.h"

namespace hillock::import {
namespace {

using ir::Conv;
using ir::ConvGeometry;
using ir::Dense;
using ir::Sparse;
using support::DiagnosticKind;
using support::Location;
using support::Matrix;

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const RowMajor> view(const Matrix<double>& m) {
  return {m.data.data(), static_cast<Eigen::Index>(m.rows), static_cast<Eigen::Index>(m.cols)};
}

Matrix<double> product(const Matrix<double>& a, const Matrix<double>& b) {
  Matrix<double> out(a.rows, b.cols);
  Eigen::Map<RowMajor>(out.data.data(), static_cast<Eigen::Index>(out.rows),
                       static_cast<Eigen::Index>(out.cols))
      .noalias() = view(a) * view(b);
  return out;
}

void multiply_rows(Matrix<double>& m, const std::vector<double>& factors) {
  for (std::size_t r = 0; r < m.rows; ++r) {
    for (std::size_t c = 0; c < m.cols; ++c) m(r, c) *= factors[r];
  }
}

void multiply_columns(Matrix<double>& m, const std::vector<double>& factors) {
  for (std::size_t r = 0; r < m.rows; ++r) {
    for (std::size_t c = 0; c < m.cols; ++c) m(r, c) *= factors[c];
  }
}

void check_size(std::size_t rows, std::size_t cols, const Location& where) {
  if (cols == 0 || rows <= kMaxElements / cols) return;
  support::fail(DiagnosticKind::FileTooLarge, where,
                fmt::format("composed with its sources it has {}x{} weights", rows, cols));
}

// Factors of the channels a convolution reads.
void multiply_inputs(Conv& conv, const std::vector<double>& factors) {
  const ConvGeometry& g = conv.geometry;
  const std::size_t kernel = g.kernel_height * g.kernel_width;
  for (std::size_t out = 0; out < g.out_channels; ++out) {
    const std::size_t base = out / g.group_outputs() * g.group_inputs();
    for (std::size_t in = 0; in < g.group_inputs(); ++in) {
      for (std::size_t k = 0; k < kernel; ++k) {
        conv.weight[g.weight_index(out, in, 0, 0) + k] *= factors[base + in];
      }
    }
  }
}

void multiply_outputs(Conv& conv, const std::vector<double>& factors) {
  const std::size_t each = conv.weight.size() / conv.geometry.out_channels;
  for (std::size_t i = 0; i < conv.weight.size(); ++i) conv.weight[i] *= factors[i / each];
}

// A matrix that reads pooled planes: a convolution with a kernel as large as they are.
Conv whole_plane(const Conv& tiles, const std::vector<double>& factors, const Dense& step) {
  Conv out;
  ConvGeometry& g = out.geometry;
  g = tiles.geometry;
  g.groups = 1;
  g.kernel_height = g.out_height;
  g.kernel_width = g.out_width;
  g.out_channels = step.weight.rows;
  g.out_height = g.out_width = 1;
  Matrix<double> weight = step.weight;
  std::vector<double> columns(weight.cols);
  const std::size_t plane = g.kernel_height * g.kernel_width;
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = factors[i / plane];
  multiply_columns(weight, columns);
  out.weight = std::move(weight.data);
  return out;
}

Sparse diagonal(std::size_t elements, const std::vector<double>& values) {
  Sparse out{elements, elements, {}};
  for (std::size_t i = 0; i < elements; ++i) {
    const double w = values.empty() ? 1.0 : values[i];
    if (w == 0.0) continue;
    out.synapses.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i), w});
  }
  return out;
}

// Adds up what `each(source, add)` reports by add(target, weight).
template <typename Each>
Sparse collected(std::size_t sources, std::size_t targets, const Location& where, Each each) {
  Sparse out{sources, targets, {}};
  std::vector<double> sum(targets, 0.0);
  std::vector<bool> touched(targets, false);
  std::vector<std::uint32_t> list;
  for (std::size_t i = 0; i < sources; ++i) {
    list.clear();
    each(i, [&](std::size_t j, double w) {
      if (!touched[j]) list.push_back(static_cast<std::uint32_t>(j));
      touched[j] = true;
      sum[j] += w;
    });
    std::sort(list.begin(), list.end());
    for (const std::uint32_t j : list) {
      if (sum[j] != 0.0) out.synapses.push_back({static_cast<std::uint32_t>(i), j, sum[j]});
      sum[j] = 0.0;
      touched[j] = false;
    }
    if (out.synapses.size() > kMaxElements) {
      support::fail(DiagnosticKind::FileTooLarge, where,
                    fmt::format("composed with its sources it has over {} synapses", kMaxElements));
    }
  }
  return out;
}

Sparse as_sparse(const ir::Connectivity& map, const Location& where) {
  return collected(ir::source_count(map), ir::target_count(map), where,
                   [&](std::size_t i, auto add) { ir::for_each_synapse(map, i, add); });
}

Dense as_dense(const Sparse& sparse) {
  Dense out{Matrix<double>(sparse.targets, sparse.sources)};
  for (const Sparse::Synapse& s : sparse.synapses) out.weight(s.target, s.source) = s.weight;
  return out;
}

}  // namespace

std::vector<double> applied(const Dense& step, const std::vector<double>& values) {
  std::vector<double> out(step.weight.rows);
  for (std::size_t r = 0; r < step.weight.rows; ++r) {
    double sum = 0.0;
    for (std::size_t c = 0; c < step.weight.cols; ++c) sum += step.weight(r, c) * values[c];
    out[r] = sum;
  }
  return out;
}

std::vector<double> applied(const Conv& step, const std::vector<double>& values) {
  std::vector<double> out(step.geometry.targets(), 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0.0) continue;
    ir::for_each_synapse(step, i, [&](std::size_t j, double w) { out[j] += w * values[i]; });
  }
  return out;
}

std::size_t LinearMap::yields() const {
  if (const auto* f = std::get_if<Factors>(&form_)) return f->elements;
  if (const auto* c = std::get_if<Conv>(&form_)) return c->geometry.targets();
  if (const auto* d = std::get_if<Dense>(&form_)) return d->weight.rows;
  return std::get<Sparse>(form_).targets;
}

bool LinearMap::identity() const {
  const auto* f = std::get_if<Factors>(&form_);
  return f != nullptr && f->values.empty();
}

ir::Connectivity LinearMap::connectivity() const {
  if (const auto* f = std::get_if<Factors>(&form_)) return diagonal(f->elements, f->values);
  if (const auto* c = std::get_if<Conv>(&form_)) return *c;
  if (const auto* d = std::get_if<Dense>(&form_)) return *d;
  const auto& sparse = std::get<Sparse>(form_);
  // A synapse names its ends: a matrix that is half full is smaller.
  if (sparse.synapses.size() * 2 > sparse.sources * sparse.targets) return as_dense(sparse);
  return sparse;
}

ir::Connectivity LinearMap::unrolled(const Location& where) const {
  const auto* conv = std::get_if<Conv>(&form_);
  if (conv == nullptr) return connectivity();
  Sparse sparse = as_sparse(*conv, where);
  if (sparse.synapses.size() * 2 > sparse.sources * sparse.targets) return as_dense(sparse);
  return sparse;
}

void LinearMap::then_synapses(const ir::Connectivity& step, const Location& where) {
  const ir::Connectivity first = connectivity();
  form_ = collected(
      ir::source_count(first), ir::target_count(step), where, [&](std::size_t i, auto add) {
        ir::for_each_synapse(first, i, [&](std::size_t middle, double v) {
          ir::for_each_synapse(step, middle, [&](std::size_t j, double w) { add(j, v * w); });
        });
      });
}

void LinearMap::then(const Dense& step, const Location& where) {
  if (identity()) {
    form_ = step;
    return;
  }
  if (auto* f = std::get_if<Factors>(&form_)) {
    Dense out = step;
    multiply_columns(out.weight, f->values);
    form_ = std::move(out);
    return;
  }
  if (auto* d = std::get_if<Dense>(&form_)) {
    check_size(step.weight.rows, d->weight.cols, where);
    form_ = Dense{product(step.weight, d->weight)};
    return;
  }
  if (const auto* c = std::get_if<Conv>(&form_)) {
    if (const auto factors = channel_factors(*c)) {
      if (c->geometry.pool_height * c->geometry.pool_width > 1) {
        form_ = whole_plane(*c, *factors, step);
        return;
      }
    }
  }
  const ir::Connectivity first = connectivity();
  const std::size_t sources = ir::source_count(first);
  check_size(step.weight.rows, sources, where);
  Dense out{Matrix<double>(step.weight.rows, sources)};
  for (std::size_t i = 0; i < sources; ++i) {
    ir::for_each_synapse(first, i, [&](std::size_t middle, double v) {
      for (std::size_t j = 0; j < step.weight.rows; ++j) {
        out.weight(j, i) += step.weight(j, middle) * v;
      }
    });
  }
  form_ = std::move(out);
}

void LinearMap::then(const Conv& step, const Location& where) {
  if (identity()) {
    form_ = with_tiles(step);
    return;
  }
  if (const auto* f = std::get_if<Factors>(&form_)) {
    if (const auto factors = per_channel(f->values, step.geometry.in_channels)) {
      Conv out = with_tiles(step);
      multiply_inputs(out, *factors);
      form_ = std::move(out);
      return;
    }
  }
  if (const auto* c = std::get_if<Conv>(&form_)) {
    if (auto both = composed(*c, step)) {
      form_ = std::move(*both);
      return;
    }
  }
  then_synapses(step, where);
}

void LinearMap::then(const Sparse& step, const Location& where) {
  if (identity())
    form_ = step;
  else
    then_synapses(step, where);
}

void LinearMap::scale(const std::vector<double>& factors, const Location& where) {
  if (auto* f = std::get_if<Factors>(&form_)) {
    if (f->values.empty()) {
      f->values = factors;
    } else {
      for (std::size_t i = 0; i < factors.size(); ++i) f->values[i] *= factors[i];
    }
    return;
  }
  if (auto* d = std::get_if<Dense>(&form_)) return multiply_rows(d->weight, factors);
  if (auto* c = std::get_if<Conv>(&form_)) {
    if (const auto channels = per_channel(factors, c->geometry.out_channels)) {
      return multiply_outputs(*c, *channels);
    }
    form_ = as_sparse(*c, where);
  }
  auto& sparse = std::get<Sparse>(form_);
  for (Sparse::Synapse& s : sparse.synapses) s.weight *= factors[s.target];
  std::erase_if(sparse.synapses, [](const Sparse::Synapse& s) { return s.weight == 0.0; });
}

}  // namespace hillock::import
