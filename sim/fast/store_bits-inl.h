// Masks of vectors as bits, for kernels.cpp and update.cpp. Compiled once per instruction set,
// which is why the guard is Highway's and not #pragma once.
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#if defined(HILLOCK_STORE_BITS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HILLOCK_STORE_BITS_INL_H
#undef HILLOCK_STORE_BITS_INL_H
#else
#define HILLOCK_STORE_BITS_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace hillock::sim::fast::HWY_NAMESPACE {

// Lanes become the bits from bit j, a multiple of their number. Vectors come in order: those of
// fewer than 8 lanes share a byte.
template <class D, class M>
HWY_INLINE void store_bits(D d, M mask, std::size_t j, std::uint8_t* bits) {
  namespace hn = hwy::HWY_NAMESPACE;
  if (hn::Lanes(d) >= 8) {
    hn::StoreMaskBits(d, mask, bits + j / 8);
    return;
  }
  std::uint8_t few[8] = {};
  hn::StoreMaskBits(d, mask, few);
  bits[j / 8] = static_cast<std::uint8_t>(j % 8 == 0 ? few[0] : bits[j / 8] | few[0] << (j % 8));
}

}  // namespace hillock::sim::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
