// Second-order rounding of a neuron's weights: each is rounded in turn, and those that are not yet
// rounded make up for its error as well as they can (Optimal Brain Quantization, Frantar and
// Alistarh 2022, in the fixed order and with the Cholesky factor of GPTQ, Frantar et al. 2023).
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <vector>

namespace hillock::passes {

class SecondOrder {
 public:
  // `h`: the mean of z z^T over what the weights meet, so that e^T h e is the mean squared error of
  // a membrane whose weights are off by e. Its diagonal is raised by `damping` of its mean.
  SecondOrder(Eigen::MatrixXd h, double damping);

  struct Rounded {
    std::vector<std::int32_t> weight;
    double error = 0;  // mean squared, of the membrane, in real units
  };
  // Integers of `bits` bits near weight * scale.
  [[nodiscard]] Rounded round(const Eigen::VectorXd& weight, double scale, int bits) const;

  // (h + damping)^-1 b
  [[nodiscard]] Eigen::MatrixXd solve(const Eigen::MatrixXd& b) const;

 private:
  std::vector<Eigen::Index> order_;  // the weights that matter most come first
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> upper_;  // of the inverse
};

}  // namespace hillock::passes
