#include "sim/fast/update.h"

#include "sim/fast/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/fast/update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sim/fast/event_bits-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hillock::sim::fast::HWY_NAMESPACE {

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
HWY_INLINE std::size_t keep(D d, V v, M mask, hn::TFromD<D>* to) {
  hn::StoreU(hn::Compress(v, mask), d, to);
  return hn::CountTrue(d, mask);
}

// Neurons that spike several times in a step: their number, and what they are reset by. Few neurons
// do, so this goes through them one by one. Returns those whose number was cut.
template <class D, class M, class V>
HWY_INLINE M spike_often(const Update& u, D d, std::size_t j, M event, V& v, V& value) {
  HWY_ALIGN std::int32_t membrane[HWY_MAX_BYTES / 4];
  HWY_ALIGN std::int32_t number[HWY_MAX_BYTES / 4];
  HWY_ALIGN std::int32_t cut[HWY_MAX_BYTES / 4];
  hn::Store(v, d, membrane);
  hn::Store(hn::IfThenElseZero(event, hn::Set(d, 1)), d, number);
  for (std::size_t k = 0; k < hn::Lanes(d); ++k) {
    cut[k] = 0;
    if (number[k] == 0) continue;
    // passed = (v - 1 + reset_offset) / amount, where amount = threshold + reset_offset
    const std::int64_t amount = u.reset_amount.from(j)[k];
    const std::int64_t passed =
        (std::int64_t{membrane[k]} - 1 + amount - u.threshold.from(j)[k]) / amount;
    const std::int64_t most = u.max_spikes;
    number[k] = static_cast<std::int32_t>(passed < most ? passed : most);
    cut[k] = passed > most ? 1 : 0;
    if (u.subtract) membrane[k] = static_cast<std::int32_t>(membrane[k] - number[k] * amount);
    if (u.zero) membrane[k] = u.reset_value.from(j)[k];
  }
  v = hn::Load(d, membrane);
  value = hn::Load(d, number);
  return hn::Ne(hn::Load(d, cut), hn::Zero(d));
}

template <typename S>
HWY_INLINE std::int64_t update_of(const Update& u, const StepState<std::int32_t>& state, S* sum) {
  const hn::ScalableTag<std::int32_t> d;
  const hn::Rebind<S, decltype(d)> ds;
  using V = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  const V nothing = hn::Zero(d);
  const auto never = hn::Gt(nothing, nothing);
  const bool counts_hits = u.saturates || u.max_spikes > 1 || u.value_bits > 0;
  std::size_t values = 0;
  std::int64_t saturations = 0;
  for (std::size_t j = 0; j < u.slots; j += lanes) {
    V input;
    if constexpr (sizeof(S) == 4) {
      input = hn::LoadU(d, sum + j);
    } else {
      input = hn::PromoteTo(d, hn::LoadU(ds, sum + j));
    }
    hn::StoreU(hn::Zero(ds), ds, sum + j);
    if (u.slots - j < lanes) input = hn::IfThenElseZero(hn::FirstN(d, u.slots - j), input);
    input = hn::ShiftLeftSame(input, u.fraction_bits);

    const V theta = hn::LoadU(d, u.threshold.from(j));
    const V before = hn::LoadU(d, state.membrane + j);
    const auto above = u.spiking && !state.first ? hn::Gt(before, theta) : never;
    const auto reset = u.delayed ? above : never;
    const auto lost = u.zero && u.loses_input ? reset : never;
    V v;
    if (u.alpha) {
      const V e = hn::LoadU(d, state.current + j);
      const V h = hn::LoadU(d, state.hidden + j);
      const V e_decayed = decayed(d, e, hn::LoadU(d, u.current_decay.from(j)),
                                  u.current_decay_shift, u.wide_current);
      const bool subtracts = u.spiking && u.subtract;
      const auto taken = subtracts ? reset : never;
      V h_decay = hn::LoadU(d, u.decay.from(j));
      if (subtracts) h_decay = hn::IfThenElse(taken, hn::LoadU(d, u.reset_decay.from(j)), h_decay);
      v = hn::Add(e_decayed, decayed(d, h, h_decay, u.decay_shift, u.wide));
      V e_next = hn::Add(hn::Add(e_decayed, hn::LoadU(d, u.current_bias.from(j))), input);
      e_next = hn::IfThenZeroElse(lost, e_next);
      v = hn::IfThenZeroElse(lost, v);
      hn::StoreU(hn::IfThenZeroElse(taken, hn::Sub(v, e_next)), d, state.hidden + j);
      if (subtracts) {
        e_next = hn::Sub(e_next, hn::IfThenElseZero(taken, hn::LoadU(d, u.reset_current.from(j))));
      }
      hn::StoreU(e_next, d, state.current + j);
    } else {
      if (u.current) {
        const V i = hn::LoadU(d, state.current + j);
        input = hn::Add(hn::Add(decayed(d, i, hn::LoadU(d, u.current_decay.from(j)),
                                        u.current_decay_shift, u.wide_current),
                                hn::LoadU(d, u.current_bias.from(j))),
                        input);
        hn::StoreU(input, d, state.current + j);
      }
      V kept = decayed(d, before, hn::LoadU(d, u.decay.from(j)), u.decay_shift, u.wide);
      if (u.zero) kept = hn::IfThenZeroElse(reset, kept);
      v = hn::Add(hn::Add(kept, input), hn::LoadU(d, u.bias.from(j)));
      if (u.delayed && u.subtract) {
        v = hn::Sub(v, hn::IfThenElseZero(reset, hn::LoadU(d, u.reset_amount.from(j))));
      }
      v = hn::IfThenZeroElse(lost, v);
    }
    auto hit = never;
    if (u.saturates) {
      const V clamped = hn::Min(hn::Max(v, hn::Set(d, u.lowest)), hn::Set(d, u.highest));
      hit = hn::Ne(v, clamped);
      v = clamped;
    }
    auto event = never;
    V value = nothing;
    if (u.spiking) {
      V compared = v;
      if (u.quirk) {
        compared = hn::Sub(v, hn::IfThenElseZero(above, hn::LoadU(d, u.reset_amount.from(j))));
      }
      event = hn::Gt(compared, theta);
      if (u.max_spikes > 1) {
        if (!hn::AllFalse(d, event)) hit = hn::Or(hit, spike_often(u, d, j, event, v, value));
      } else if (!u.delayed) {
        if (u.subtract) {
          v = hn::Sub(v, hn::IfThenElseZero(event, hn::LoadU(d, u.reset_amount.from(j))));
        }
        if (u.zero) v = hn::IfThenElse(event, hn::LoadU(d, u.reset_value.from(j)), v);
      }
    } else if (u.value_bits > 0) {
      const V whole = hn::ShiftRightSame(
          hn::Add(v, hn::Set(d, u.value_shift == 0 ? 0 : 1 << (u.value_shift - 1))), u.value_shift);
      const std::int32_t limit = 1 << (u.value_bits - 1);
      value = hn::Min(hn::Max(whole, hn::Set(d, -limit)), hn::Set(d, limit - 1));
      event = hn::Ne(value, nothing);
      hit = hn::Or(hit, hn::Ne(value, whole));
    }
    if (counts_hits) saturations += static_cast<std::int64_t>(hn::CountTrue(d, hit));
    if (state.value != nullptr) values += keep(d, value, event, state.value + values);
    store_bits(d, event, j, state.bits);
    hn::StoreU(v, d, state.membrane + j);
  }
  return saturations;
}

// The rule and what else does not change are known where this is compiled: no branch in the loop.
template <NarrowRule kRule, bool kLeaks, bool kCurrent>
HWY_INLINE bool update_narrow_as(const NarrowUpdate& u, const StepState<std::int16_t>& state,
                                 std::int16_t* sum) {
  constexpr bool kDelayed = kRule == NarrowRule::DelayedSubtract ||
                            kRule == NarrowRule::DelayedZero ||
                            kRule == NarrowRule::DelayedZeroLosesInput;
  const hn::ScalableTag<std::int16_t> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto nothing = hn::Zero(d);
  // Copies, which stay in registers: no store of the loop could have changed them.
  const std::size_t slots = u.slots;
  const Parameter<std::int16_t> threshold = u.threshold;
  const Parameter<std::int16_t> decay = u.decay;
  const Parameter<std::int16_t> reset_amount = u.reset_amount;
  std::int16_t* const membrane = state.membrane;
  std::uint8_t* const bits = state.bits;
  const auto due = state.first ? nothing : hn::Set(d, -1);  // where a reset may be
  auto highest_sum = nothing;
  auto lowest_sum = nothing;
  auto highest_current = nothing;
  auto lowest_current = nothing;
  auto highest = nothing;
  auto lowest = nothing;
  for (std::size_t j = 0; j < slots; j += lanes) {
    auto input = hn::LoadU(d, sum + j);
    hn::StoreU(nothing, d, sum + j);
    if (slots - j < lanes) input = hn::IfThenElseZero(hn::FirstN(d, slots - j), input);
    highest_sum = hn::Max(highest_sum, input);
    lowest_sum = hn::Min(lowest_sum, input);
    input = hn::ShiftLeftSame(input, u.fraction_bits);
    const auto theta = hn::LoadU(d, threshold.from(j));
    const auto before = hn::LoadU(d, membrane + j);
    if constexpr (kCurrent) {
      const auto i = hn::LoadU(d, state.current + j);
      const auto kept = hn::Add(i, hn::MulFixedPoint15(i, hn::LoadU(d, u.current_decay.from(j))));
      input = hn::Add(input, hn::Add(kept, hn::LoadU(d, u.current_bias.from(j))));
      hn::StoreU(input, d, state.current + j);
      highest_current = hn::Max(highest_current, input);
      lowest_current = hn::Min(lowest_current, input);
    }
    if (u.bias.values != nullptr) input = hn::Add(input, hn::LoadU(d, u.bias.from(j)));
    auto v = before;
    if constexpr (kLeaks) {
      v = hn::Add(v, hn::MulFixedPoint15(before, hn::LoadU(d, decay.from(j))));
    }
    if constexpr (kDelayed) {
      const auto reset = hn::And(hn::VecFromMask(d, hn::Gt(before, theta)), due);
      if constexpr (kRule == NarrowRule::DelayedSubtract) {
        v = hn::Sub(hn::Add(v, input), hn::And(reset, hn::LoadU(d, reset_amount.from(j))));
      } else if constexpr (kRule == NarrowRule::DelayedZero) {
        v = hn::Add(hn::AndNot(reset, v), input);
      } else {
        v = hn::AndNot(reset, hn::Add(v, input));
      }
    } else {
      v = hn::Add(v, input);
    }
    const auto spike = hn::Gt(v, theta);
    if constexpr (kRule == NarrowRule::Subtract) {
      v = hn::Sub(v, hn::IfThenElseZero(spike, hn::LoadU(d, reset_amount.from(j))));
    } else if constexpr (kRule == NarrowRule::Zero) {
      v = hn::IfThenElse(spike, hn::LoadU(d, u.reset_value.from(j)), v);
    }
    hn::StoreU(v, d, membrane + j);
    highest = hn::Max(highest, v);
    lowest = hn::Min(lowest, v);
    hn::StoreMaskBits(d, spike, bits + j / 8);
  }
  if (u.limits.proved) return true;
  const auto beyond = [&](auto high, auto low, std::int16_t limit) HWY_ATTR {
    return hn::Or(hn::Gt(high, hn::Set(d, limit)),
                  hn::Lt(low, hn::Set(d, static_cast<std::int16_t>(-limit))));
  };
  return hn::AllFalse(d, hn::Or(beyond(highest_sum, lowest_sum, u.limits.sum),
                                hn::Or(beyond(highest_current, lowest_current, u.limits.current),
                                       beyond(highest, lowest, u.limits.membrane))));
}

template <NarrowRule kRule>
HWY_INLINE bool update_narrow_by(const NarrowUpdate& u, const StepState<std::int16_t>& state,
                                 std::int16_t* sum) {
  if (u.current) {
    return u.leaks ? update_narrow_as<kRule, true, true>(u, state, sum)
                   : update_narrow_as<kRule, false, true>(u, state, sum);
  }
  return u.leaks ? update_narrow_as<kRule, true, false>(u, state, sum)
                 : update_narrow_as<kRule, false, false>(u, state, sum);
}

bool update_narrow_of(const NarrowUpdate& u, const StepState<std::int16_t>& state,
                      std::int16_t* sum) {
  switch (u.rule) {
    case NarrowRule::None:
      return update_narrow_by<NarrowRule::None>(u, state, sum);
    case NarrowRule::DelayedSubtract:
      return update_narrow_by<NarrowRule::DelayedSubtract>(u, state, sum);
    case NarrowRule::DelayedZero:
      return update_narrow_by<NarrowRule::DelayedZero>(u, state, sum);
    case NarrowRule::DelayedZeroLosesInput:
      return update_narrow_by<NarrowRule::DelayedZeroLosesInput>(u, state, sum);
    case NarrowRule::Subtract:
      return update_narrow_by<NarrowRule::Subtract>(u, state, sum);
    case NarrowRule::Zero:
      return update_narrow_by<NarrowRule::Zero>(u, state, sum);
  }
  return false;
}

template <typename S>
HWY_INLINE Sent update_and_send(const Update& u, const StepState<std::int32_t>& state, S* sum,
                                EventHistory& sent) {
  const std::int64_t saturations = update_of(u, state, sum);
  return {add_events(state.bits, round_up(u.slots, 64) / 8, 0, 0, sent), saturations};
}

// Highway dispatches plain functions, not templates.
Sent update_16(const Update& u, const StepState<std::int32_t>& state, std::int16_t* sum,
               EventHistory& sent) {
  return update_and_send(u, state, sum, sent);
}
Sent update_32(const Update& u, const StepState<std::int32_t>& state, std::int32_t* sum,
               EventHistory& sent) {
  return update_and_send(u, state, sum, sent);
}
std::size_t update_narrow_and_send(const NarrowUpdate& u, const StepState<std::int16_t>& state,
                                   std::int16_t* sum, EventHistory& sent, bool& within) {
  within = update_narrow_of(u, state, sum);
  return u.spiking ? add_events(state.bits, round_up(u.slots, 64) / 8, 0, 0, sent) : 0;
}

}  // namespace hillock::sim::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hillock::sim::fast {

HWY_EXPORT(update_16);
HWY_EXPORT(update_32);
HWY_EXPORT(update_narrow_and_send);

template <>
Sent update(const Update& u, const StepState<std::int32_t>& state, std::int16_t* sum,
            EventHistory& sent) {
  return HWY_DYNAMIC_DISPATCH(update_16)(u, state, sum, sent);
}
template <>
Sent update(const Update& u, const StepState<std::int32_t>& state, std::int32_t* sum,
            EventHistory& sent) {
  return HWY_DYNAMIC_DISPATCH(update_32)(u, state, sum, sent);
}
std::size_t update_narrow(const NarrowUpdate& u, const StepState<std::int16_t>& state,
                          std::int16_t* sum, EventHistory& sent, bool& within) {
  return HWY_DYNAMIC_DISPATCH(update_narrow_and_send)(u, state, sum, sent, within);
}

}  // namespace hillock::sim::fast
#endif
