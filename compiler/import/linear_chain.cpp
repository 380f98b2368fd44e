#include "compiler/import/linear_chain.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <utility>

#include "compiler/import/limits.h"

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;
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

void multiply(std::vector<double>& values, const std::vector<double>& factors) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= factors[i];
}

bool is_vector(const ir::Shape& shape, std::size_t n) {
  return !shape.empty() && shape.back() == n && ir::element_count(shape) == n;
}

}  // namespace

LinearChain::LinearChain(ir::Shape source)
    : source_size_(ir::element_count(source)), shape_(std::move(source)) {}

void LinearChain::affine(const Matrix<double>& weight, const std::vector<double>& bias,
                         const std::string& name, const Location& where) {
  if (!is_vector(shape_, weight.cols)) {
    const bool count_fits = ir::element_count(shape_) == weight.cols;
    fail(DiagnosticKind::ShapeMismatch, where,
         fmt::format("the weight of '{}' is {}x{}, and its source has the shape {}", name,
                     weight.rows, weight.cols, ir::shape_text(shape_)),
         count_fits ? "put a Flatten in front of it" : "");
  }
  if (!bias.empty() && bias.size() != weight.rows) {
    fail(DiagnosticKind::ShapeMismatch, where.child("bias"),
         fmt::format("the bias of '{}' has {} elements, and its weight is {}x{}", name, bias.size(),
                     weight.rows, weight.cols));
  }
  if (weight_ && weight.rows > kMaxElements / std::max<std::size_t>(source_size_, 1)) {
    fail(DiagnosticKind::FileTooLarge, where,
         fmt::format("composed with its sources it has {}x{} weights", weight.rows, source_size_));
  }
  std::vector<double> new_bias = bias;
  if (!bias_.empty()) {
    new_bias.resize(weight.rows);
    for (std::size_t r = 0; r < weight.rows; ++r) {
      double sum = 0.0;
      for (std::size_t c = 0; c < weight.cols; ++c) sum += weight(r, c) * bias_[c];
      new_bias[r] += sum;
    }
  }
  bias_ = std::move(new_bias);
  if (weight_) {
    weight_ = product(weight, *weight_);
  } else {
    weight_ = weight;
    if (!factors_.empty()) {
      for (std::size_t r = 0; r < weight.rows; ++r) {
        for (std::size_t c = 0; c < weight.cols; ++c) (*weight_)(r, c) *= factors_[c];
      }
      factors_.clear();
    }
  }
  shape_ = {weight.rows};
  names_.push_back(name);
}

void LinearChain::scale(const std::vector<double>& factors, const std::string& name) {
  if (weight_) {
    multiply_rows(*weight_, factors);
  } else if (factors_.empty()) {
    factors_ = factors;
  } else {
    multiply(factors_, factors);
  }
  multiply(bias_, factors);
  names_.push_back(name);
}

void LinearChain::flatten(std::size_t first, std::size_t last) {
  if (first >= shape_.size()) return;
  const auto begin = shape_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = shape_.begin() + static_cast<std::ptrdiff_t>(last) + 1;
  const std::size_t joined = ir::element_count({begin, end});
  *begin = joined;
  shape_.erase(begin + 1, end);
}

std::string LinearChain::name() const { return fmt::format("{}", fmt::join(names_, "+")); }

ir::Dense LinearChain::dense(const std::vector<double>& gain) const {
  Matrix<double> out;
  if (weight_) {
    out = *weight_;
  } else {
    out = Matrix<double>(source_size_, source_size_);
    for (std::size_t i = 0; i < source_size_; ++i) out(i, i) = factors_.empty() ? 1.0 : factors_[i];
  }
  if (!gain.empty()) multiply_rows(out, gain);
  return {std::move(out)};
}

std::vector<double> LinearChain::bias(const std::vector<double>& gain) const {
  std::vector<double> out = bias_;
  if (out.empty()) out.assign(ir::element_count(shape_), 0.0);
  if (!gain.empty()) multiply(out, gain);
  return out;
}

}  // namespace hillock::import
