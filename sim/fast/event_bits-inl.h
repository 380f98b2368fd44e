// From masks of vectors to bits, and from bits to a step's events, for kernels.cpp and update.cpp.
// Compiled once per instruction set, which is why the guard is Highway's and not #pragma once.
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "sim/fast/bit_table.h"
#include "sim/fast/event_history.h"

#if defined(HILLOCK_EVENT_BITS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HILLOCK_EVENT_BITS_INL_H
#undef HILLOCK_EVENT_BITS_INL_H
#else
#define HILLOCK_EVENT_BITS_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace hillock::sim::fast::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Lanes become the bits from bit j, a multiple of their number. Vectors come in order: those of
// fewer than 8 lanes share a byte.
template <class D, class M>
HWY_INLINE void store_bits(D d, M mask, std::size_t j, std::uint8_t* bits) {
  if (hn::Lanes(d) >= 8) {
    hn::StoreMaskBits(d, mask, bits + j / 8);
    return;
  }
  std::uint8_t few[8] = {};
  hn::StoreMaskBits(d, mask, few);
  bits[j / 8] = static_cast<std::uint8_t>(j % 8 == 0 ? few[0] : bits[j / 8] | few[0] << (j % 8));
}

// Writes `base` plus the index of every bit that is set, rising, to `to`'s next step, where
// `written` events are already; returns how many they are. Bit i is bit i % 8 of byte i / 8; the
// bytes are a multiple of 8. No branch but for words without a bit: where bits are set is not to be
// foreseen.
HWY_INLINE std::size_t add_events(const std::uint8_t* bits, std::size_t bytes, std::uint32_t base,
                                  std::size_t written, EventHistory& to) {
  // They are counted only where room for as many as there may be is not to be had for nothing.
  std::size_t most = written + 8 * bytes;
  if (!to.spares(most)) {
    most = written;
    for (std::size_t b = 0; b < bytes; b += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bits + b, sizeof word);
      most += hwy::PopCount(word);
    }
  }
  std::uint32_t* const out = to.room(most) + written;
  std::size_t found = 0;
  const hn::CappedTag<std::uint32_t, 8> d;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes_of;
  const std::size_t lanes = hn::Lanes(d);
  const auto eight = hn::Set(d, 8);
  for (std::size_t b = 0; b < bytes; b += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bits + b, sizeof word);
    if (word == 0) continue;
    auto first = hn::Set(d, base + static_cast<std::uint32_t>(8 * b));
    for (std::size_t k = b; k < b + 8; ++k) {
      const std::uint8_t byte = bits[k];
      for (std::size_t l = 0; l < 8; l += lanes) {
        const auto index = hn::PromoteTo(d, hn::LoadU(bytes_of, kBits.index[byte] + l));
        hn::StoreU(hn::Add(first, index), d, out + found + l);
      }
      first = hn::Add(first, eight);
      found += kBits.count[byte];
    }
  }
  return found;
}

}  // namespace hillock::sim::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
