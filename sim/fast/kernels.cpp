#include "sim/fast/kernels.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/fast/kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sim/fast/event_bits-inl.h"

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

// Where an event of a convolution lands.
template <typename W>
struct Landing {
  std::size_t slot;
  std::size_t length;
  const W* weight;
  const KernelRow* row;
  const KernelRow* last_row;
};

template <typename W, typename S>
HWY_INLINE std::size_t add_conv_of(const Events& e, const ConvPlan<W>& plan, S* sum) {
  const hn::ScalableTag<S> d;
  const hn::CappedTag<S, kRunUnit> unit;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t unit_lanes = hn::Lanes(unit);
  // Where some events land is found first: a branch that is not foreseen then waits for no
  // division.
  constexpr std::size_t kBlock = 32;
  Landing<W> landings[kBlock];
  std::size_t met = 0;
  for (std::size_t begin = 0; begin < e.count; begin += kBlock) {
    const std::size_t events = e.count - begin < kBlock ? e.count - begin : kBlock;
    for (std::size_t i = 0; i < events; ++i) {
      const std::uint32_t element = e.element[begin + i];
      const std::uint32_t line = plan.width.quotient(element);
      const std::uint32_t channel = plan.height.quotient(line);
      const std::uint32_t* const first_row =
          plan.first_row.data() + plan.height.rest(line, channel);
      const LandingColumn& at = plan.columns[plan.width.rest(element, line)];
      met += std::size_t{at.met} * (first_row[1] - first_row[0]);
      landings[i] = {at.slot, at.length,
                     plan.weight.data() + channel * plan.channel_weights + at.weight,
                     plan.rows.data() + first_row[0], plan.rows.data() + first_row[1]};
    }
    for (std::size_t i = 0; i < events; ++i) {
      const Landing<W>& at = landings[i];
      const S value = e.value == nullptr ? S{1} : static_cast<S>(e.value[begin + i]);
      for (const KernelRow* row = at.row; row != at.last_row; ++row) {
        S* const to = sum + at.slot + row->slot;
        const W* const from = at.weight + row->weight;
        std::size_t j = 0;
        for (; j + lanes <= at.length; j += lanes) {
          const auto w = weights(d, from + j);
          const auto add = value == 1 ? w : hn::Mul(w, hn::Set(d, value));
          hn::StoreU(hn::Add(hn::LoadU(d, to + j), add), d, to + j);
        }
        for (; j < at.length; j += unit_lanes) {
          const auto w = weights(unit, from + j);
          const auto add = value == 1 ? w : hn::Mul(w, hn::Set(unit, value));
          hn::StoreU(hn::Add(hn::LoadU(unit, to + j), add), unit, to + j);
        }
      }
    }
  }
  return met * plan.reached;
}

// Bits of x in chunks; mark(x, n, bits) writes those of one, from bit 0.
template <typename X, class F>
HWY_INLINE std::size_t find_events_by(const X* x, std::size_t n, EventHistory& to, F mark) {
  constexpr std::size_t kChunk = 4096;
  std::uint8_t bits[kChunk / 8 + kSpare];
  std::size_t found = 0;
  for (std::size_t begin = 0; begin < n; begin += kChunk) {
    const std::size_t size = n - begin < kChunk ? n - begin : kChunk;
    mark(x + begin, size, bits);
    found += add_events(bits, round_up(size, 64) / 8, static_cast<std::uint32_t>(begin), found, to);
  }
  return found;
}

// Calls take(vector, i) for the vectors of x from x[i], the last one filled up with zeros, and
// clears what of the last word of bits lies behind.
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

std::size_t find_float_events_of(const float* x, std::size_t n, EventHistory& to, bool& binary) {
  const hn::ScalableTag<float> d;
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, 1.0F);
  auto other = hn::Ne(zero, zero);
  const auto mark = [&](const float* from, std::size_t size, std::uint8_t* bits) HWY_ATTR {
    for_vectors(d, from, size, bits, [&](auto value, std::size_t i) HWY_ATTR {
      const auto event = hn::Ne(value, zero);
      other = hn::Or(other, hn::And(event, hn::Ne(value, one)));
      store_bits(d, event, i, bits);
    });
  };
  const std::size_t found = find_events_by(x, n, to, mark);
  binary = hn::AllFalse(d, other);
  return found;
}

std::size_t find_byte_events_of(const std::uint8_t* x, std::size_t n, EventHistory& to,
                                std::uint8_t& largest) {
  const hn::ScalableTag<std::uint8_t> d;
  const auto zero = hn::Zero(d);
  auto highest = zero;
  const auto mark = [&](const std::uint8_t* from, std::size_t size, std::uint8_t* bits) HWY_ATTR {
    for_vectors(d, from, size, bits, [&](auto value, std::size_t i) HWY_ATTR {
      highest = hn::Max(highest, value);
      hn::StoreMaskBits(d, hn::Ne(value, zero), bits + i / 8);
    });
  };
  const std::size_t found = find_events_by(x, n, to, mark);
  largest = 1;  // 0 and 1 need not be told apart
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
HWY_EXPORT(find_float_events_of);
HWY_EXPORT(find_byte_events_of);

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
std::size_t find_events(const float* x, std::size_t n, EventHistory& to, bool& binary) {
  return HWY_DYNAMIC_DISPATCH(find_float_events_of)(x, n, to, binary);
}
std::size_t find_events(const std::uint8_t* x, std::size_t n, EventHistory& to,
                        std::uint8_t& largest) {
  return HWY_DYNAMIC_DISPATCH(find_byte_events_of)(x, n, to, largest);
}

}  // namespace hillock::sim::fast
#endif
