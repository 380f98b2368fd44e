#include "sim/fast/kernels.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/fast/kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sim/fast/store_bits-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hillock::sim::fast::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Weights as sums, whatever their width.
template <class D, typename W>
HWY_INLINE hn::Vec<D> weights(D d, const W* from) {
  if constexpr (sizeof(hn::TFromD<D>) == sizeof(W)) {
    return hn::LoadU(d, from);
  } else {
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<W, D>(), from));
  }
}

// Sums of P: those of `rows` events, of kBlock vectors of columns, which stay in registers and are
// given to done(), 4 of them whatever kBlock is.
template <int kBlock, typename P, typename W, class F>
HWY_INLINE void add_block(const std::uint32_t* element, std::size_t rows, const W* weight,
                          std::size_t stride, F done) {
  const hn::ScalableTag<P> d;
  const std::size_t lanes = hn::Lanes(d);
  auto a0 = hn::Zero(d);
  auto a1 = a0;
  auto a2 = a0;
  auto a3 = a0;
  const auto add = [&](std::uint32_t i) HWY_ATTR {
    const W* row = weight + std::size_t{i} * stride;
    a0 = hn::Add(a0, weights(d, row));
    if constexpr (kBlock > 1) a1 = hn::Add(a1, weights(d, row + lanes));
    if constexpr (kBlock > 2) a2 = hn::Add(a2, weights(d, row + 2 * lanes));
    if constexpr (kBlock > 2) a3 = hn::Add(a3, weights(d, row + 3 * lanes));
  };
  std::size_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    add(element[i]);
    add(element[i + 1]);
    add(element[i + 2]);
    add(element[i + 3]);
  }
  for (; i < rows; ++i) add(element[i]);
  done(a0, a1, a2, a3);
}

// Sums in a wider type, in registers where it is twice as wide.
template <class D, typename S>
class WideSums {
 public:
  using P = hn::TFromD<D>;

  HWY_INLINE WideSums(D d, S* sum) : d_(d), sum_(sum) {
    if constexpr (kInRegisters) {
      low_ = hn::LoadU(wide_, sum);
      high_ = hn::LoadU(wide_, sum + hn::Lanes(wide_));
    }
  }
  template <class V>
  HWY_INLINE void add(V partial) {
    if constexpr (kInRegisters) {
      low_ = hn::Add(low_, hn::PromoteTo(wide_, hn::LowerHalf(half_, partial)));
      high_ = hn::Add(high_, hn::PromoteTo(wide_, hn::UpperHalf(half_, partial)));
    } else {
      add_to(d_, partial, sum_);
    }
  }
  HWY_INLINE void store() const {
    if constexpr (kInRegisters) {
      hn::StoreU(low_, wide_, sum_);
      hn::StoreU(high_, wide_, sum_ + hn::Lanes(wide_));
    }
  }

 private:
  static constexpr bool kInRegisters = sizeof(S) == 2 * sizeof(P);
  using DW = hn::RepartitionToWide<D>;
  template <class DP, class V, typename T>
  static HWY_INLINE void add_to(DP d, V partial, T* sum) {
    if constexpr (sizeof(hn::TFromD<DP>) == sizeof(T)) {
      hn::StoreU(hn::Add(hn::LoadU(d, sum), partial), d, sum);
    } else {
      const hn::RepartitionToWide<DP> wide;
      const hn::Half<DP> half;
      add_to(wide, hn::PromoteTo(wide, hn::LowerHalf(half, partial)), sum);
      add_to(wide, hn::PromoteTo(wide, hn::UpperHalf(half, partial)), sum + hn::Lanes(wide));
    }
  }

  D d_;
  DW wide_;
  hn::Half<D> half_;
  S* sum_;
  hn::Vec<DW> low_;
  hn::Vec<DW> high_;
};

template <int kBlock, typename P, typename W, typename S>
HWY_INLINE void add_columns(const Events& e, const W* weight, std::size_t stride, std::size_t batch,
                            S* sum) {
  const hn::ScalableTag<P> d;
  using Sums = WideSums<decltype(d), S>;
  const std::size_t lanes = hn::Lanes(d);
  Sums s0(d, sum);
  Sums s1(d, sum + (kBlock > 1 ? lanes : 0));
  Sums s2(d, sum + (kBlock > 2 ? 2 * lanes : 0));
  Sums s3(d, sum + (kBlock > 2 ? 3 * lanes : 0));
  for (std::size_t i = 0; i < e.count; i += batch) {
    const std::size_t rows = batch < e.count - i ? batch : e.count - i;
    add_block<kBlock, P>(e.element + i, rows, weight, stride,
                         [&](auto a0, auto a1, auto a2, auto a3) HWY_ATTR {
                           s0.add(a0);
                           if constexpr (kBlock > 1) s1.add(a1);
                           if constexpr (kBlock > 2) s2.add(a2);
                           if constexpr (kBlock > 2) s3.add(a3);
                         });
  }
  s0.store();
  if constexpr (kBlock > 1) s1.store();
  if constexpr (kBlock > 2) s2.store();
  if constexpr (kBlock > 2) s3.store();
}

// Rows are padded, so that whole vectors may be read and added behind a row's end.
template <typename P, typename W, typename S>
HWY_INLINE void add_rows_by(const Events& e, const W* weight, std::size_t stride, std::size_t n,
                            std::size_t batch, S* sum) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<P>());
  std::size_t j = 0;
  for (; j + 3 * lanes < n; j += 4 * lanes) {
    add_columns<4, P>(e, weight + j, stride, batch, sum + j);
  }
  for (; j + lanes < n; j += 2 * lanes) {
    add_columns<2, P>(e, weight + j, stride, batch, sum + j);
  }
  for (; j < n; j += lanes) add_columns<1, P>(e, weight + j, stride, batch, sum + j);
}

template <typename W, typename S>
HWY_INLINE void add_valued_rows(const Events& e, const W* weight, std::size_t stride, std::size_t n,
                                S* sum) {
  const hn::ScalableTag<S> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t j = 0; j < n; j += 2 * lanes) {
    auto a0 = hn::LoadU(d, sum + j);
    auto a1 = hn::LoadU(d, sum + j + lanes);
    for (std::size_t i = 0; i < e.count; ++i) {
      const W* row = weight + std::size_t{e.element[i]} * stride + j;
      const auto value = hn::Set(d, static_cast<S>(e.value[i]));
      a0 = hn::Add(a0, hn::Mul(weights(d, row), value));
      a1 = hn::Add(a1, hn::Mul(weights(d, row + lanes), value));
    }
    hn::StoreU(a0, d, sum + j);
    hn::StoreU(a1, d, sum + j + lanes);
  }
}

template <typename W, typename S>
HWY_INLINE void add_rows_of(const Events& e, const W* weight, std::size_t stride, std::size_t n,
                            const Batch& batch, S* sum) {
  constexpr std::size_t kWorthIt = 4;
  if (e.value != nullptr) return add_valued_rows(e, weight, stride, n, sum);
  if constexpr (sizeof(W) == 1) {
    if (batch.bytes >= kWorthIt) {
      return add_rows_by<std::int8_t>(e, weight, stride, n, batch.bytes, sum);
    }
  }
  if (sizeof(S) == 4 && batch.words >= kWorthIt) {
    return add_rows_by<std::int16_t>(e, weight, stride, n, batch.words, sum);
  }
  add_rows_by<S>(e, weight, stride, n, e.count, sum);
}

template <typename W, typename S>
HWY_INLINE std::size_t add_conv_of(const Events& e, const ConvPlan<W>& plan, S* sum) {
  const hn::ScalableTag<S> d;
  const hn::CappedTag<S, kRunUnit> unit;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t unit_lanes = hn::Lanes(unit);
  std::size_t met = 0;
  for (std::size_t i = 0; i < e.count; ++i) {
    const std::uint32_t line = plan.width.quotient(e.element[i]);
    const LandingColumn& at = plan.columns[plan.width.rest(e.element[i], line)];
    const std::size_t length = at.length;
    if (length == 0) continue;
    const std::uint32_t channel = plan.height.quotient(line);
    const std::uint32_t y = plan.height.rest(line, channel);
    const W* const weight = plan.weight.data() + channel * plan.channel_weights + at.weight;
    const S value = e.value == nullptr ? S{1} : static_cast<S>(e.value[i]);
    const std::uint32_t last_row = plan.first_row[y + 1];
    met += std::size_t{at.met} * (last_row - plan.first_row[y]);
    for (std::uint32_t r = plan.first_row[y]; r < last_row; ++r) {
      S* const to = sum + at.slot + plan.rows[r].slot;
      const W* const from = weight + plan.rows[r].weight;
      std::size_t j = 0;
      for (; j + lanes <= length; j += lanes) {
        const auto w = weights(d, from + j);
        const auto add = value == 1 ? w : hn::Mul(w, hn::Set(d, value));
        hn::StoreU(hn::Add(hn::LoadU(d, to + j), add), d, to + j);
      }
      for (; j < length; j += unit_lanes) {
        const auto w = weights(unit, from + j);
        const auto add = value == 1 ? w : hn::Mul(w, hn::Set(unit, value));
        hn::StoreU(hn::Add(hn::LoadU(unit, to + j), add), unit, to + j);
      }
    }
  }
  return met * plan.reached;
}

// The indices of the bits that are set in a byte, rising.
struct BitTable {
  alignas(64) std::uint8_t index[256][8] = {};
  std::uint8_t count[256] = {};

  constexpr BitTable() {
    for (unsigned byte = 0; byte < 256; ++byte) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        if ((byte >> bit & 1U) != 0) index[byte][count[byte]++] = static_cast<std::uint8_t>(bit);
      }
    }
  }
};
constexpr BitTable kBits;

// No branch but for words without a bit: where bits are set is not to be foreseen.
std::size_t expand_bits_of(const std::uint8_t* bits, std::size_t bytes, std::uint32_t base,
                           std::uint32_t* to) {
  const hn::CappedTag<std::uint32_t, 8> d;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes_of;
  const std::size_t lanes = hn::Lanes(d);
  const auto eight = hn::Set(d, 8);
  std::size_t found = 0;
  for (std::size_t b = 0; b < bytes; b += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bits + b, sizeof word);
    if (word == 0) continue;
    auto first = hn::Set(d, base + static_cast<std::uint32_t>(8 * b));
    for (std::size_t k = b; k < b + 8; ++k) {
      const std::uint8_t byte = bits[k];
      for (std::size_t l = 0; l < 8; l += lanes) {
        const auto index = hn::PromoteTo(d, hn::LoadU(bytes_of, kBits.index[byte] + l));
        hn::StoreU(hn::Add(first, index), d, to + found + l);
      }
      first = hn::Add(first, eight);
      found += kBits.count[byte];
    }
  }
  return found;
}

std::size_t count_bits_of(const std::uint8_t* bits, std::size_t bytes) {
  std::size_t count = 0;
  for (std::size_t b = 0; b < bytes; b += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bits + b, sizeof word);
    count += hwy::PopCount(word);
  }
  return count;
}

// Calls take(vector, i) for whole vectors of x from x[i], the last one filled up with zeros, having
// cleared the bits from there on.
template <class D, class F>
HWY_INLINE void for_vectors(D d, const hn::TFromD<D>* x, std::size_t n, std::uint8_t* bits,
                            F take) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) take(hn::LoadU(d, x + i), i);
  std::memset(bits + (i + 7) / 8, 0, lanes / 8 + 8);
  if (i < n) {
    HWY_ALIGN hn::TFromD<D> rest[HWY_MAX_BYTES / sizeof(hn::TFromD<D>)] = {};
    std::memcpy(rest, x + i, (n - i) * sizeof *x);
    take(hn::Load(d, rest), i);
  }
}

std::size_t mark_floats_of(const float* x, std::size_t n, std::uint8_t* bits, bool& binary) {
  const hn::ScalableTag<float> d;
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, 1.0F);
  auto other = hn::Ne(zero, zero);
  std::size_t found = 0;
  for_vectors(d, x, n, bits, [&](auto value, std::size_t i) HWY_ATTR {
    const auto event = hn::Ne(value, zero);
    other = hn::Or(other, hn::And(event, hn::Ne(value, one)));
    store_bits(d, event, i, bits);
    found += hn::CountTrue(d, event);
  });
  if (!hn::AllFalse(d, other)) binary = false;
  return found;
}

std::size_t mark_bytes_of(const std::uint8_t* x, std::size_t n, std::uint8_t* bits,
                          std::uint8_t& largest) {
  const hn::ScalableTag<std::uint8_t> d;
  const auto zero = hn::Zero(d);
  auto highest = zero;
  std::size_t found = 0;
  for_vectors(d, x, n, bits, [&](auto value, std::size_t i) HWY_ATTR {
    const auto event = hn::Ne(value, zero);
    highest = hn::Max(highest, value);
    hn::StoreMaskBits(d, event, bits + i / 8);
    found += hn::CountTrue(d, event);
  });
  // 0 and 1 need not be told apart.
  if (!hn::AllTrue(d, hn::Eq(hn::Min(highest, hn::Set(d, 1)), highest))) {
    HWY_ALIGN std::uint8_t each[HWY_MAX_BYTES];
    hn::Store(highest, d, each);
    for (std::size_t k = 0; k < hn::Lanes(d); ++k) largest = each[k] > largest ? each[k] : largest;
  }
  return found;
}

// Highway dispatches plain functions, not templates.
void add_rows_8_16(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
                   const Batch& batch, std::int16_t* sum) {
  add_rows_of(e, w, stride, n, batch, sum);
}
void add_rows_8_32(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
                   const Batch& batch, std::int32_t* sum) {
  add_rows_of(e, w, stride, n, batch, sum);
}
void add_rows_16_16(const Events& e, const std::int16_t* w, std::size_t stride, std::size_t n,
                    const Batch& batch, std::int16_t* sum) {
  add_rows_of(e, w, stride, n, batch, sum);
}
void add_rows_16_32(const Events& e, const std::int16_t* w, std::size_t stride, std::size_t n,
                    const Batch& batch, std::int32_t* sum) {
  add_rows_of(e, w, stride, n, batch, sum);
}
std::size_t add_conv_8_16(const Events& e, const ConvPlan<std::int8_t>& plan, std::int16_t* sum) {
  return add_conv_of(e, plan, sum);
}
std::size_t add_conv_8_32(const Events& e, const ConvPlan<std::int8_t>& plan, std::int32_t* sum) {
  return add_conv_of(e, plan, sum);
}
std::size_t add_conv_16_16(const Events& e, const ConvPlan<std::int16_t>& plan, std::int16_t* sum) {
  return add_conv_of(e, plan, sum);
}
std::size_t add_conv_16_32(const Events& e, const ConvPlan<std::int16_t>& plan, std::int32_t* sum) {
  return add_conv_of(e, plan, sum);
}

}  // namespace hillock::sim::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hillock::sim::fast {

HWY_EXPORT(add_rows_8_16);
HWY_EXPORT(add_rows_8_32);
HWY_EXPORT(add_rows_16_16);
HWY_EXPORT(add_rows_16_32);
HWY_EXPORT(add_conv_8_16);
HWY_EXPORT(add_conv_8_32);
HWY_EXPORT(add_conv_16_16);
HWY_EXPORT(add_conv_16_32);
HWY_EXPORT(mark_floats_of);
HWY_EXPORT(mark_bytes_of);
HWY_EXPORT(count_bits_of);
HWY_EXPORT(expand_bits_of);

template <>
void add_rows(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
              const Batch& batch, std::int16_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_rows_8_16)(e, w, stride, n, batch, sum);
}
template <>
void add_rows(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
              const Batch& batch, std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_rows_8_32)(e, w, stride, n, batch, sum);
}
template <>
void add_rows(const Events& e, const std::int16_t* w, std::size_t stride, std::size_t n,
              const Batch& batch, std::int16_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_rows_16_16)(e, w, stride, n, batch, sum);
}
template <>
void add_rows(const Events& e, const std::int16_t* w, std::size_t stride, std::size_t n,
              const Batch& batch, std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_rows_16_32)(e, w, stride, n, batch, sum);
}
template <>
std::size_t add_conv(const Events& e, const ConvPlan<std::int8_t>& plan, std::int16_t* sum) {
  return HWY_DYNAMIC_DISPATCH(add_conv_8_16)(e, plan, sum);
}
template <>
std::size_t add_conv(const Events& e, const ConvPlan<std::int8_t>& plan, std::int32_t* sum) {
  return HWY_DYNAMIC_DISPATCH(add_conv_8_32)(e, plan, sum);
}
template <>
std::size_t add_conv(const Events& e, const ConvPlan<std::int16_t>& plan, std::int16_t* sum) {
  return HWY_DYNAMIC_DISPATCH(add_conv_16_16)(e, plan, sum);
}
template <>
std::size_t add_conv(const Events& e, const ConvPlan<std::int16_t>& plan, std::int32_t* sum) {
  return HWY_DYNAMIC_DISPATCH(add_conv_16_32)(e, plan, sum);
}
std::size_t mark_events(const float* x, std::size_t n, std::uint8_t* bits, bool& binary) {
  return HWY_DYNAMIC_DISPATCH(mark_floats_of)(x, n, bits, binary);
}
std::size_t mark_events(const std::uint8_t* x, std::size_t n, std::uint8_t* bits,
                        std::uint8_t& largest) {
  return HWY_DYNAMIC_DISPATCH(mark_bytes_of)(x, n, bits, largest);
}
std::size_t count_bits(const std::uint8_t* bits, std::size_t bytes) {
  return HWY_DYNAMIC_DISPATCH(count_bits_of)(bits, bytes);
}
std::size_t expand_bits(const std::uint8_t* bits, std::size_t bytes, std::uint32_t base,
                        std::uint32_t* to) {
  return HWY_DYNAMIC_DISPATCH(expand_bits_of)(bits, bytes, base, to);
}

}  // namespace hillock::sim::fast
#endif
