#include "sim/float/dense_rows.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/float/dense_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hillock::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> weights(D d, const double* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> weights(D d, const float* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), from));
}

// Four vectors of sums stay in registers over all events. A product is rounded before it is added:
// this file is compiled without contraction.
template <bool kOnes, typename W>
HWY_INLINE void add_as(const std::uint32_t* element, const double* value, std::size_t count,
                       const W* weight, std::size_t stride, std::size_t n, double* sum) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t j = 0; j < n; j += 4 * lanes) {
    auto a0 = hn::LoadU(d, sum + j);
    auto a1 = hn::LoadU(d, sum + j + lanes);
    auto a2 = hn::LoadU(d, sum + j + 2 * lanes);
    auto a3 = hn::LoadU(d, sum + j + 3 * lanes);
    for (std::size_t i = 0; i < count; ++i) {
      const W* row = weight + std::size_t{element[i]} * stride + j;
      auto w0 = weights(d, row);
      auto w1 = weights(d, row + lanes);
      auto w2 = weights(d, row + 2 * lanes);
      auto w3 = weights(d, row + 3 * lanes);
      if constexpr (!kOnes) {
        const auto v = hn::Set(d, value[i]);
        w0 = hn::Mul(w0, v);
        w1 = hn::Mul(w1, v);
        w2 = hn::Mul(w2, v);
        w3 = hn::Mul(w3, v);
      }
      a0 = hn::Add(a0, w0);
      a1 = hn::Add(a1, w1);
      a2 = hn::Add(a2, w2);
      a3 = hn::Add(a3, w3);
    }
    hn::StoreU(a0, d, sum + j);
    hn::StoreU(a1, d, sum + j + lanes);
    hn::StoreU(a2, d, sum + j + 2 * lanes);
    hn::StoreU(a3, d, sum + j + 3 * lanes);
  }
}

template <typename W>
HWY_INLINE void add_of(const std::uint32_t* element, const double* value, std::size_t count,
                       const W* weight, std::size_t stride, std::size_t n, double* sum) {
  if (value == nullptr) {
    add_as<true>(element, value, count, weight, stride, n, sum);
  } else {
    add_as<false>(element, value, count, weight, stride, n, sum);
  }
}

void add_narrow(const std::uint32_t* element, const double* value, std::size_t count,
                const float* weight, std::size_t stride, std::size_t n, double* sum) {
  add_of(element, value, count, weight, stride, n, sum);
}
void add_wide(const std::uint32_t* element, const double* value, std::size_t count,
              const double* weight, std::size_t stride, std::size_t n, double* sum) {
  add_of(element, value, count, weight, stride, n, sum);
}

}  // namespace hillock::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hillock::sim {

HWY_EXPORT(add_narrow);
HWY_EXPORT(add_wide);

namespace {

template <typename W>
std::vector<W> rows_of(const support::Matrix<double>& weight, std::size_t stride) {
  std::vector<W> rows(weight.cols * stride + DenseRows::kSpare, 0);
  for (std::size_t j = 0; j < weight.rows; ++j) {
    for (std::size_t i = 0; i < weight.cols; ++i) {
      rows[i * stride + j] = static_cast<W>(weight(j, i));
    }
  }
  return rows;
}

}  // namespace

DenseRows::DenseRows(const ir::Dense& dense)
    : neurons_(dense.weight.rows), stride_((dense.weight.rows + 7) / 8 * 8) {
  const auto& w = dense.weight.data;
  const bool narrow = std::all_of(
      w.begin(), w.end(), [](double v) { return static_cast<double>(static_cast<float>(v)) == v; });
  if (narrow) {
    narrow_ = rows_of<float>(dense.weight, stride_);
  } else {
    wide_ = rows_of<double>(dense.weight, stride_);
  }
}

void DenseRows::add(const std::vector<std::uint32_t>& elements, const std::vector<double>& values,
                    double* sum) const {
  const bool ones = std::all_of(values.begin(), values.end(), [](double v) { return v == 1; });
  const double* const value = ones ? nullptr : values.data();
  if (wide_.empty()) {
    HWY_DYNAMIC_DISPATCH(add_narrow)
    (elements.data(), value, elements.size(), narrow_.data(), stride_, neurons_, sum);
  } else {
    HWY_DYNAMIC_DISPATCH(add_wide)
    (elements.data(), value, elements.size(), wide_.data(), stride_, neurons_, sum);
  }
}

}  // namespace hillock::sim
#endif
