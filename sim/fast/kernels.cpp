#include "sim/fast/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/fast/kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

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

// `kBlock` vectors of sums stay in registers over all events.
template <int kBlock, bool kValued, typename W, typename S>
HWY_INLINE void add_block(const Events& e, const W* weight, std::size_t stride, S* sum) {
  const hn::ScalableTag<S> d;
  const std::size_t lanes = hn::Lanes(d);
  auto a0 = hn::LoadU(d, sum);
  auto a1 = kBlock > 1 ? hn::LoadU(d, sum + lanes) : hn::Zero(d);
  auto a2 = kBlock > 2 ? hn::LoadU(d, sum + 2 * lanes) : hn::Zero(d);
  auto a3 = kBlock > 2 ? hn::LoadU(d, sum + 3 * lanes) : hn::Zero(d);
  for (std::size_t i = 0; i < e.count; ++i) {
    const W* row = weight + std::size_t{e.element[i]} * stride;
    if constexpr (kValued) {
      const auto value = hn::Set(d, static_cast<S>(e.value[i]));
      a0 = hn::Add(a0, hn::Mul(weights(d, row), value));
      if constexpr (kBlock > 1) a1 = hn::Add(a1, hn::Mul(weights(d, row + lanes), value));
      if constexpr (kBlock > 2) {
        a2 = hn::Add(a2, hn::Mul(weights(d, row + 2 * lanes), value));
        a3 = hn::Add(a3, hn::Mul(weights(d, row + 3 * lanes), value));
      }
    } else {
      a0 = hn::Add(a0, weights(d, row));
      if constexpr (kBlock > 1) a1 = hn::Add(a1, weights(d, row + lanes));
      if constexpr (kBlock > 2) {
        a2 = hn::Add(a2, weights(d, row + 2 * lanes));
        a3 = hn::Add(a3, weights(d, row + 3 * lanes));
      }
    }
  }
  hn::StoreU(a0, d, sum);
  if constexpr (kBlock > 1) hn::StoreU(a1, d, sum + lanes);
  if constexpr (kBlock > 2) {
    hn::StoreU(a2, d, sum + 2 * lanes);
    hn::StoreU(a3, d, sum + 3 * lanes);
  }
}

// Rows are padded, so that whole vectors may be read and added behind a row's end.
template <bool kValued, typename W, typename S>
HWY_INLINE void add_rows_as(const Events& e, const W* weight, std::size_t stride, std::size_t n,
                            S* sum) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<S>());
  std::size_t j = 0;
  for (; j + 3 * lanes < n; j += 4 * lanes) {
    add_block<4, kValued>(e, weight + j, stride, sum + j);
  }
  for (; j + lanes < n; j += 2 * lanes) add_block<2, kValued>(e, weight + j, stride, sum + j);
  for (; j < n; j += lanes) add_block<1, kValued>(e, weight + j, stride, sum + j);
}

template <typename W, typename S>
HWY_INLINE void add_rows_of(const Events& e, const W* weight, std::size_t stride, std::size_t n,
                            S* sum) {
  if (e.value == nullptr) {
    add_rows_as<false>(e, weight, stride, n, sum);
  } else {
    add_rows_as<true>(e, weight, stride, n, sum);
  }
}

template <int kBlock>
HWY_INLINE void add_byte_block(const Events& e, const std::int8_t* weight, std::size_t stride,
                               std::size_t batch, std::int16_t* sum) {
  const hn::ScalableTag<std::int8_t> d;
  const hn::ScalableTag<std::int16_t> wide;
  const hn::Half<decltype(d)> half;
  const std::size_t lanes = hn::Lanes(d);
  const auto spill = [&](auto bytes, std::int16_t* to) HWY_ATTR {
    const auto add = [&](auto part, std::int16_t* at) HWY_ATTR {
      hn::StoreU(hn::Add(hn::LoadU(wide, at), hn::PromoteTo(wide, part)), wide, at);
    };
    add(hn::LowerHalf(half, bytes), to);
    add(hn::UpperHalf(half, bytes), to + lanes / 2);
  };
  for (std::size_t i = 0; i < e.count;) {
    const std::size_t end = i + batch < e.count ? i + batch : e.count;
    auto b0 = hn::Zero(d);
    auto b1 = b0;
    auto b2 = b0;
    auto b3 = b0;
    for (; i < end; ++i) {
      const std::int8_t* row = weight + std::size_t{e.element[i]} * stride;
      b0 = hn::Add(b0, hn::LoadU(d, row));
      if constexpr (kBlock > 1) b1 = hn::Add(b1, hn::LoadU(d, row + lanes));
      if constexpr (kBlock > 2) {
        b2 = hn::Add(b2, hn::LoadU(d, row + 2 * lanes));
        b3 = hn::Add(b3, hn::LoadU(d, row + 3 * lanes));
      }
    }
    spill(b0, sum);
    if constexpr (kBlock > 1) spill(b1, sum + lanes);
    if constexpr (kBlock > 2) {
      spill(b2, sum + 2 * lanes);
      spill(b3, sum + 3 * lanes);
    }
  }
}

void add_byte_rows_of(const Events& e, const std::int8_t* weight, std::size_t stride, std::size_t n,
                      std::size_t batch, std::int16_t* sum) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<std::int8_t>());
  std::size_t j = 0;
  for (; j + 3 * lanes < n; j += 4 * lanes)
    add_byte_block<4>(e, weight + j, stride, batch, sum + j);
  for (; j + lanes < n; j += 2 * lanes) add_byte_block<2>(e, weight + j, stride, batch, sum + j);
  for (; j < n; j += lanes) add_byte_block<1>(e, weight + j, stride, batch, sum + j);
}

template <typename W, typename S>
HWY_INLINE void add_conv_of(const Events& e, const ConvPlan<W>& plan, S* sum) {
  const hn::ScalableTag<S> d;
  const hn::CappedTag<S, kRunUnit> unit;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t unit_lanes = hn::Lanes(unit);
  for (std::size_t i = 0; i < e.count; ++i) {
    const std::uint32_t element = e.element[i];
    const std::size_t length = plan.length[element];
    if (length == 0) continue;
    const S value = e.value == nullptr ? S{1} : static_cast<S>(e.value[i]);
    const Landing& at = plan.landing[element];
    for (std::size_t r = plan.first_row[at.row]; r < plan.first_row[at.row + 1]; ++r) {
      S* const to = sum + at.slot + plan.rows[r].slot;
      const W* const from = plan.weight.data() + at.weight + plan.rows[r].weight;
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
}

// D(v) of fixed_point.h. Where the product needs more than 32 bits (`wide`) even and odd lanes are
// multiplied in turn; their results fit again.
template <class D, class V>
HWY_INLINE V decayed(D d, V v, V multiplier, int shift, bool wide) {
  const std::int64_t half = shift == 0 ? 0 : std::int64_t{1} << (shift - 1);
  if (!wide) {
    const V product = hn::Mul(v, multiplier);
    if (shift == 0) return product;
    return hn::ShiftRightSame(hn::Add(product, hn::Set(d, static_cast<std::int32_t>(half))), shift);
  }
  const hn::RepartitionToWide<D> dw;
  const hn::RebindToUnsigned<decltype(dw)> du;
  const auto scaled = [&](V a, V b) {
    const auto sum = hn::Add(hn::MulEven(a, b), hn::Set(dw, half));
    return hn::ShiftRightSame(hn::BitCast(du, sum), shift);  // its low 32 bits are what counts
  };
  const auto odd = [&](V a) { return hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(du, a))); };
  const auto high = hn::ShiftLeft<32>(scaled(odd(v), odd(multiplier)));
  return hn::OddEven(hn::BitCast(d, high), hn::BitCast(d, scaled(v, multiplier)));
}

// Writes the chosen lanes side by side and says how many they are. A whole vector is stored:
// storing some lanes at once is very slow on some processors.
template <class D, class V, class M>
HWY_INLINE std::size_t keep(D d, V v, M mask, std::uint32_t* to) {
  hn::StoreU(hn::Compress(v, mask), d, to);
  return hn::CountTrue(d, mask);
}

template <typename S>
HWY_INLINE Fired update_of(const Update& u, S* sum, std::uint32_t* spiked) {
  const hn::ScalableTag<std::int32_t> d;
  const hn::Rebind<S, decltype(d)> ds;
  const hn::ScalableTag<std::uint32_t> du;
  using V = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  const V nothing = hn::Zero(d);
  const auto never = hn::Gt(nothing, nothing);
  Fired fired;
  for (std::size_t j = 0; j < u.slots; j += lanes) {
    V input;
    if constexpr (sizeof(S) == 4) {
      input = hn::LoadU(d, sum + j);
    } else {
      input = hn::PromoteTo(d, hn::LoadU(ds, sum + j));
    }
    hn::StoreU(hn::Zero(ds), ds, sum + j);
    input = hn::ShiftLeftSame(input, u.fraction_bits);

    const V theta = hn::LoadU(d, u.threshold + j);
    const V before = hn::LoadU(d, u.membrane + j);
    const auto above = u.spiking && !u.first ? hn::Gt(before, theta) : never;
    const auto reset = u.delayed ? above : never;
    const auto lost = u.zero && u.loses_input ? reset : never;
    V v;
    if (u.alpha) {
      const V e = hn::LoadU(d, u.current_state + j);
      const V h = hn::LoadU(d, u.hidden + j);
      const V e_decayed =
          decayed(d, e, hn::LoadU(d, u.current_decay + j), u.current_decay_shift, u.wide_current);
      v = hn::Add(e_decayed, decayed(d, h, hn::LoadU(d, u.decay + j), u.decay_shift, u.wide));
      V e_next = hn::Add(hn::Add(e_decayed, hn::LoadU(d, u.current_bias + j)), input);
      e_next = hn::IfThenZeroElse(lost, e_next);
      v = hn::IfThenZeroElse(lost, v);
      hn::StoreU(e_next, d, u.current_state + j);
      hn::StoreU(hn::Sub(v, e_next), d, u.hidden + j);
    } else {
      if (u.current) {
        const V i = hn::LoadU(d, u.current_state + j);
        input = hn::Add(hn::Add(decayed(d, i, hn::LoadU(d, u.current_decay + j),
                                        u.current_decay_shift, u.wide_current),
                                hn::LoadU(d, u.current_bias + j)),
                        input);
        hn::StoreU(input, d, u.current_state + j);
      }
      V kept = decayed(d, before, hn::LoadU(d, u.decay + j), u.decay_shift, u.wide);
      if (u.zero) kept = hn::IfThenZeroElse(reset, kept);
      v = hn::Add(hn::Add(kept, input), hn::LoadU(d, u.bias + j));
      if (u.delayed && u.subtract) {
        v = hn::Sub(v, hn::IfThenElseZero(reset, hn::LoadU(d, u.reset_amount + j)));
      }
      v = hn::IfThenZeroElse(lost, v);
    }
    if (u.saturates) {
      const V clamped = hn::Min(hn::Max(v, hn::Set(d, u.lowest)), hn::Set(d, u.highest));
      const auto hit = hn::AndNot(hn::Eq(theta, hn::Set(d, kNoNeuron)), hn::Ne(v, clamped));
      fired.saturations += static_cast<std::int64_t>(hn::CountTrue(d, hit));
      v = clamped;
    }
    if (u.spiking) {
      V compared = v;
      if (u.quirk) {
        compared = hn::Sub(v, hn::IfThenElseZero(above, hn::LoadU(d, u.reset_amount + j)));
      }
      const auto spike = hn::Gt(compared, theta);
      if (!u.delayed) {
        if (u.subtract) {
          v = hn::Sub(v, hn::IfThenElseZero(spike, hn::LoadU(d, u.reset_amount + j)));
        }
        if (u.zero) v = hn::IfThenElse(spike, hn::LoadU(d, u.reset_value + j), v);
      }
      if (!hn::AllFalse(d, spike)) {
        const auto slots = hn::Iota(du, static_cast<std::uint32_t>(j));
        fired.spikes += keep(du, slots, hn::RebindMask(du, spike), spiked + fired.spikes);
      }
    }
    hn::StoreU(v, d, u.membrane + j);
  }
  return fired;
}

// What is left behind the last whole vector, from `i` on.
template <typename T>
HWY_INLINE std::size_t find_rest(const T* x, std::size_t i, std::size_t n, std::uint32_t* element,
                                 std::size_t found, bool& binary) {
  for (; i < n; ++i) {
    if (x[i] == 0) continue;
    if (x[i] != 1) binary = false;
    element[found++] = static_cast<std::uint32_t>(i);
  }
  return found;
}

std::size_t find_events_of(const float* x, std::size_t n, std::uint32_t* element, bool& binary) {
  const hn::ScalableTag<float> d;
  const hn::ScalableTag<std::uint32_t> du;
  const std::size_t lanes = hn::Lanes(d);
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, 1.0F);
  auto other = hn::Ne(zero, zero);
  std::size_t found = 0;
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto value = hn::LoadU(d, x + i);
    const auto event = hn::Ne(value, zero);
    if (hn::AllFalse(d, event)) continue;
    other = hn::Or(other, hn::And(event, hn::Ne(value, one)));
    found += keep(du, hn::Iota(du, static_cast<std::uint32_t>(i)), hn::RebindMask(du, event),
                  element + found);
  }
  binary = hn::AllFalse(d, other);
  return find_rest(x, i, n, element, found, binary);
}

std::size_t find_byte_events_of(const std::uint8_t* x, std::size_t n, std::uint32_t* element,
                                bool& binary) {
  const hn::ScalableTag<std::uint8_t> d;
  const hn::ScalableTag<std::uint32_t> du;
  const std::size_t lanes = hn::Lanes(d);
  const hn::Rebind<std::uint8_t, decltype(du)> some;
  const std::size_t words = hn::Lanes(du);
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, 1);
  auto largest = zero;
  std::size_t found = 0;
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto value = hn::LoadU(d, x + i);
    if (hn::AllTrue(d, hn::Eq(value, zero))) continue;
    largest = hn::Max(largest, value);
    for (std::size_t k = i; k < i + lanes; k += words) {
      const auto event = hn::Ne(hn::PromoteTo(du, hn::LoadU(some, x + k)), hn::Zero(du));
      found += keep(du, hn::Iota(du, static_cast<std::uint32_t>(k)), event, element + found);
    }
  }
  binary = hn::AllTrue(d, hn::Or(hn::Eq(largest, zero), hn::Eq(largest, one)));
  return find_rest(x, i, n, element, found, binary);
}

// Highway dispatches plain functions, not templates.
void add_rows_8_16(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
                   std::int16_t* sum) {
  add_rows_of(e, w, stride, n, sum);
}
void add_rows_8_32(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
                   std::int32_t* sum) {
  add_rows_of(e, w, stride, n, sum);
}
void add_rows_16_16(const Events& e, const std::int16_t* w, std::size_t stride, std::size_t n,
                    std::int16_t* sum) {
  add_rows_of(e, w, stride, n, sum);
}
void add_rows_16_32(const Events& e, const std::int16_t* w, std::size_t stride, std::size_t n,
                    std::int32_t* sum) {
  add_rows_of(e, w, stride, n, sum);
}
void add_conv_8_16(const Events& e, const ConvPlan<std::int8_t>& plan, std::int16_t* sum) {
  add_conv_of(e, plan, sum);
}
void add_conv_8_32(const Events& e, const ConvPlan<std::int8_t>& plan, std::int32_t* sum) {
  add_conv_of(e, plan, sum);
}
void add_conv_16_16(const Events& e, const ConvPlan<std::int16_t>& plan, std::int16_t* sum) {
  add_conv_of(e, plan, sum);
}
void add_conv_16_32(const Events& e, const ConvPlan<std::int16_t>& plan, std::int32_t* sum) {
  add_conv_of(e, plan, sum);
}
Fired update_16(const Update& u, std::int16_t* sum, std::uint32_t* spiked) {
  return update_of(u, sum, spiked);
}
Fired update_32(const Update& u, std::int32_t* sum, std::uint32_t* spiked) {
  return update_of(u, sum, spiked);
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
HWY_EXPORT(update_16);
HWY_EXPORT(update_32);
HWY_EXPORT(find_events_of);
HWY_EXPORT(find_byte_events_of);
HWY_EXPORT(add_byte_rows_of);

template <>
void add_rows(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
              std::int16_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_rows_8_16)(e, w, stride, n, sum);
}
template <>
void add_rows(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
              std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_rows_8_32)(e, w, stride, n, sum);
}
template <>
void add_rows(const Events& e, const std::int16_t* w, std::size_t stride, std::size_t n,
              std::int16_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_rows_16_16)(e, w, stride, n, sum);
}
template <>
void add_rows(const Events& e, const std::int16_t* w, std::size_t stride, std::size_t n,
              std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_rows_16_32)(e, w, stride, n, sum);
}
template <>
void add_conv(const Events& e, const ConvPlan<std::int8_t>& plan, std::int16_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_conv_8_16)(e, plan, sum);
}
template <>
void add_conv(const Events& e, const ConvPlan<std::int8_t>& plan, std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_conv_8_32)(e, plan, sum);
}
template <>
void add_conv(const Events& e, const ConvPlan<std::int16_t>& plan, std::int16_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_conv_16_16)(e, plan, sum);
}
template <>
void add_conv(const Events& e, const ConvPlan<std::int16_t>& plan, std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_conv_16_32)(e, plan, sum);
}
template <>
Fired update(const Update& u, std::int16_t* sum, std::uint32_t* spiked) {
  return HWY_DYNAMIC_DISPATCH(update_16)(u, sum, spiked);
}
template <>
Fired update(const Update& u, std::int32_t* sum, std::uint32_t* spiked) {
  return HWY_DYNAMIC_DISPATCH(update_32)(u, sum, spiked);
}
std::size_t find_events(const float* x, std::size_t n, std::uint32_t* element, bool& binary) {
  return HWY_DYNAMIC_DISPATCH(find_events_of)(x, n, element, binary);
}
std::size_t find_events(const std::uint8_t* x, std::size_t n, std::uint32_t* element,
                        bool& binary) {
  return HWY_DYNAMIC_DISPATCH(find_byte_events_of)(x, n, element, binary);
}
void add_byte_rows(const Events& e, const std::int8_t* w, std::size_t stride, std::size_t n,
                   std::size_t batch, std::int16_t* sum) {
  HWY_DYNAMIC_DISPATCH(add_byte_rows_of)(e, w, stride, n, batch, sum);
}

}  // namespace hillock::sim::fast
#endif
