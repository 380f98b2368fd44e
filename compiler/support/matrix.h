// A dense row-major matrix: storage and indices, no algebra (Eigen maps onto data() for that).
#pragma once

#include <cstddef>
#include <vector>

namespace hillock::support {

template <typename T>
struct Matrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<T> data;  // rows * cols, row-major

  Matrix() = default;
  Matrix(std::size_t r, std::size_t c, T value = T{}) : rows(r), cols(c), data(r * c, value) {}

  T& operator()(std::size_t r, std::size_t c) { return data[r * cols + c]; }
  const T& operator()(std::size_t r, std::size_t c) const { return data[r * cols + c]; }

  friend bool operator==(const Matrix&, const Matrix&) = default;
};

}  // namespace hillock::support
