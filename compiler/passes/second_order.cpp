#include "compiler/passes/second_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/numeric/fixed_point.h"

namespace hillock::passes {

SecondOrder::SecondOrder(Eigen::MatrixXd h, double damping) {
  const Eigen::Index n = h.rows();
  const double mean = n == 0 ? 0 : h.diagonal().mean();
  h.diagonal().array() += damping * mean + 1e-9;
  factor_.compute(h);
  order_.resize(static_cast<std::size_t>(n));
  std::iota(order_.begin(), order_.end(), Eigen::Index{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return h(a, a) > h(b, b); });
  Eigen::MatrixXd permuted(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      permuted(i, j) = h(order_[static_cast<std::size_t>(i)], order_[static_cast<std::size_t>(j)]);
    }
  }
  const Eigen::MatrixXd inverse =
      Eigen::LLT<Eigen::MatrixXd>(permuted).solve(Eigen::MatrixXd::Identity(n, n));
  upper_ = Eigen::LLT<Eigen::MatrixXd>(inverse).matrixU();
}

Eigen::MatrixXd SecondOrder::solve(const Eigen::MatrixXd& b) const { return factor_.solve(b); }

SecondOrder::Rounded SecondOrder::round(const Eigen::VectorXd& weight, double scale,
                                        int bits) const {
  const Eigen::Index n = weight.size();
  const double top = bits == 1 ? 1 : static_cast<double>(numeric::max_of(bits));
  Eigen::VectorXd w(n);
  for (Eigen::Index i = 0; i < n; ++i) w[i] = weight[order_[static_cast<std::size_t>(i)]] * scale;
  Rounded out;
  out.weight.resize(static_cast<std::size_t>(n));
  for (Eigen::Index i = 0; i < n; ++i) {
    double q = bits == 1 ? (w[i] < 0 ? -1 : 1) : std::floor(std::clamp(w[i], -top, top) + 0.5);
    out.weight[static_cast<std::size_t>(order_[static_cast<std::size_t>(i)])] =
        static_cast<std::int32_t>(q);
    const double error = (w[i] - q) / upper_(i, i);
    out.error += error * error;
    const Eigen::Index rest = n - i - 1;
    if (error != 0 && rest > 0) {
      w.tail(rest).noalias() -= error * upper_.row(i).tail(rest).transpose();
    }
  }
  out.error /= scale * scale;
  return out;
}

}  // namespace hillock::passes
