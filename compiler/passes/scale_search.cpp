#include "compiler/passes/scale_search.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/numeric/fixed_point.h"

namespace hillock::passes {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// The least share of the largest weight that is still represented; the rest is clipped. Few levels
// gain more from clipping, so they look further down.
double lowest_ratio(int bits) { return bits <= 2 ? 0.1 : bits <= 4 ? 0.3 : 0.6; }

double largest(const std::vector<double>& weights) {
  double m = 0;
  for (const double w : weights) m = std::max(m, std::abs(w));
  return m;
}

// The traces of the row's own weights: [samples, weights].
RowMajor traces_of(const WeightRow& row) {
  const auto all = static_cast<Eigen::Index>(row.traces->cols);
  const auto n = static_cast<Eigen::Index>(row.weight.size());
  const Eigen::Map<const RowMajor> z(row.traces->data.data(),
                                     static_cast<Eigen::Index>(row.traces->rows), all);
  if (row.columns.empty()) return z.middleCols(static_cast<Eigen::Index>(row.first_column), n);
  RowMajor own(z.rows(), n);
  for (Eigen::Index i = 0; i < n; ++i) {
    own.col(i) = z.col(static_cast<Eigen::Index>(row.columns[static_cast<std::size_t>(i)]));
  }
  return own;
}

std::vector<double> candidate_scales(const std::vector<WeightRow>& rows, const ScaleSearch& search,
                                     double top, double max_weight) {
  std::vector<double> scales{std::min(top / max_weight, search.max_scale)};
  if (!search.clip) return scales;
  constexpr double kStep = 0.04;
  const double lowest = lowest_ratio(search.bits);
  for (double r = 1.0 - kStep; r >= lowest - 1e-9; r -= kStep) {
    scales.push_back(std::min(top / (max_weight * r), search.max_scale));
  }
  // Small weights of values are off by much, unless they are whole.
  constexpr int kWhole = 4;
  constexpr std::size_t kMost = 40;
  const double most = std::min(top / (max_weight * lowest), search.max_scale);
  for (const WeightRow& row : rows) {
    const double own = row.graded ? largest(row.weight) : 0;
    if (own == 0) continue;
    for (int k = 1; k <= kWhole && scales.size() < kMost; ++k) {
      const double scale = k / own;
      if (scale > scales.front() && scale <= most) scales.push_back(scale);
    }
  }
  return scales;
}

}  // namespace

std::vector<std::int32_t> round_weights(std::span<const double> weights, double scale, int bits) {
  std::vector<std::int32_t> out(weights.size());
  const double top = bits == 1 ? 1 : static_cast<double>(numeric::max_of(bits));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (bits == 1) {
      out[i] = weights[i] < 0 ? -1 : 1;
    } else {
      out[i] = static_cast<std::int32_t>(
          numeric::round_half_up(std::clamp(weights[i] * scale, -top, top)));
    }
  }
  return out;
}

FoundScale find_scale(const std::vector<WeightRow>& rows, const ScaleSearch& search) {
  const double top = search.bits == 1 ? 1 : static_cast<double>(numeric::max_of(search.bits));
  double max_weight = 0;
  for (const WeightRow& row : rows) max_weight = std::max(max_weight, largest(row.weight));
  const bool any = max_weight > 0 && top / max_weight < search.max_scale;
  const std::vector<double> scales =
      any ? candidate_scales(rows, search, top, max_weight) : std::vector<double>{search.max_scale};
  if (max_weight == 0) return {search.max_scale, 0};

  const auto candidates = static_cast<Eigen::Index>(scales.size());
  std::vector<double> error(scales.size(), 0.0);
  RowMajor difference;
  for (const WeightRow& row : rows) {
    const auto n = static_cast<Eigen::Index>(row.weight.size());
    difference.resize(candidates, n);
    for (Eigen::Index c = 0; c < candidates; ++c) {
      const double scale = scales[static_cast<std::size_t>(c)];
      const std::vector<std::int32_t> q = round_weights(row.weight, scale, search.bits);
      for (Eigen::Index i = 0; i < n; ++i) {
        const auto k = static_cast<std::size_t>(i);
        difference(c, i) = static_cast<float>(row.weight[k] - q[k] / scale);
      }
    }
    const bool traced = row.traces != nullptr && row.traces->rows > 0;
    const RowMajor seen = traced ? RowMajor(difference * traces_of(row).transpose()) : difference;
    const double samples =
        traced ? static_cast<double>(row.traces->rows) * row.trace_unit * row.trace_unit
               : 1 / (row.magnitude * row.magnitude);
    for (Eigen::Index c = 0; c < candidates; ++c) {
      error[static_cast<std::size_t>(c)] += seen.row(c).squaredNorm() / samples;
    }
  }
  const auto best =
      static_cast<std::size_t>(std::min_element(error.begin(), error.end()) - error.begin());
  return {scales[best], error[best]};
}

double search_scale(const std::vector<WeightRow>& rows, const ScaleSearch& search) {
  return find_scale(rows, search).scale;
}

}  // namespace hillock::passes
