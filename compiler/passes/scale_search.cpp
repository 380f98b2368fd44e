#include "compiler/passes/scale_search.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/numeric/fixed_point.h"

namespace hillock::passes {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Share of the largest weight that is still represented; the rest is clipped.
std::vector<double> clip_ratios(int bits) {
  std::vector<double> ratios;
  // Few levels gain more from clipping, so they look further down.
  const double lowest = bits <= 2 ? 0.1 : bits <= 4 ? 0.3 : 0.6;
  for (double r = 1.0; r >= lowest - 1e-9; r -= 0.04) ratios.push_back(r);
  return ratios;
}

double largest(std::span<const double> weights) {
  double m = 0;
  for (const double w : weights) m = std::max(m, std::abs(w));
  return m;
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

double search_scale(const support::Matrix<double>& weight, std::size_t first, std::size_t last,
                    const ScaleSearch& search) {
  const std::span<const double> all{weight.data.data() + first * weight.cols,
                                    (last - first) * weight.cols};
  const double top = search.bits == 1 ? 1 : static_cast<double>(numeric::max_of(search.bits));
  const double max_weight = largest(all);
  if (max_weight == 0 || top / max_weight >= search.max_scale) return search.max_scale;

  const std::vector<double> ratios = clip_ratios(search.bits);
  const auto n = static_cast<Eigen::Index>(weight.cols);
  const auto candidates = static_cast<Eigen::Index>(ratios.size());
  std::vector<double> error(ratios.size(), 0.0);
  RowMajor difference(candidates, n);
  for (std::size_t j = first; j < last; ++j) {
    const std::span<const double> row{weight.data.data() + j * weight.cols, weight.cols};
    for (Eigen::Index c = 0; c < candidates; ++c) {
      const double scale =
          std::min(top / (max_weight * ratios[static_cast<std::size_t>(c)]), search.max_scale);
      const std::vector<std::int32_t> q = round_weights(row, scale, search.bits);
      for (Eigen::Index i = 0; i < n; ++i) {
        const auto k = static_cast<std::size_t>(i);
        difference(c, i) = static_cast<float>(row[k] - q[k] / scale);
      }
    }
    if (search.traces != nullptr && search.traces->rows > 0) {
      const Eigen::Map<const RowMajor> z(search.traces->data.data(),
                                         static_cast<Eigen::Index>(search.traces->rows), n);
      const RowMajor membrane_error = difference * z.transpose();
      for (Eigen::Index c = 0; c < candidates; ++c) {
        error[static_cast<std::size_t>(c)] += membrane_error.row(c).squaredNorm();
      }
    } else {
      for (Eigen::Index c = 0; c < candidates; ++c) {
        error[static_cast<std::size_t>(c)] += difference.row(c).squaredNorm();
      }
    }
  }
  const auto best =
      static_cast<std::size_t>(std::min_element(error.begin(), error.end()) - error.begin());
  return std::min(top / (max_weight * ratios[best]), search.max_scale);
}

}  // namespace hillock::passes
