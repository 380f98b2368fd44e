#include "sim/fast/slot_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/fast/slot_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hillock::sim::fast::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A gap's last sums are cleared together with what lies behind, which is put back as it was: gaps
// are short, and a loop for each would be its own cost.
template <typename S>
HWY_INLINE void clear_gaps_of(const Slots& slots, S* sum) {
  const hn::ScalableTag<S> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto clear = [&](S* from, std::size_t n) HWY_ATTR {
    for (; n > lanes; from += lanes, n -= lanes) hn::StoreU(hn::Zero(d), d, from);
    hn::StoreU(hn::IfThenZeroElse(hn::FirstN(d, n), hn::LoadU(d, from)), d, from);
  };
  clear(sum, slots.before());
  S* gap = sum + slots.first_gap();
  const std::size_t size = slots.gap();
  const std::size_t step = slots.row_slots();
  for (std::size_t y = 0; y < slots.rows(); ++y, gap += step) clear(gap, size);
}

// The compiler makes vectors of this; its arithmetic is of 32 bits, and products of 64.
void to_neurons_of(const Slots& slots, std::uint32_t* HWY_RESTRICT slot, std::size_t n) {
  const Slots layout = slots;  // a copy, which no store can change
  for (std::size_t i = 0; i < n; ++i) slot[i] = layout.neuron(slot[i]);
}

// Highway dispatches plain functions, not templates.
void clear_gaps_16(const Slots& slots, std::int16_t* sum) { clear_gaps_of(slots, sum); }
void clear_gaps_32(const Slots& slots, std::int32_t* sum) { clear_gaps_of(slots, sum); }

}  // namespace hillock::sim::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hillock::sim::fast {

HWY_EXPORT(clear_gaps_16);
HWY_EXPORT(clear_gaps_32);
HWY_EXPORT(to_neurons_of);

template <>
void clear_gaps(const Slots& slots, std::int16_t* sum) {
  HWY_DYNAMIC_DISPATCH(clear_gaps_16)(slots, sum);
}
template <>
void clear_gaps(const Slots& slots, std::int32_t* sum) {
  HWY_DYNAMIC_DISPATCH(clear_gaps_32)(slots, sum);
}
void to_neurons(const Slots& slots, std::uint32_t* slot, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(to_neurons_of)(slots, slot, n);
}

}  // namespace hillock::sim::fast
#endif
