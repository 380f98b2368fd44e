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

// Writes `first` plus the index of every bit that is set, rising, to `out`, and as many as
// EventHistory::kSpare behind; returns where they end. No branch but for words of many bits: where
// bits are set is not to be foreseen.
#if HWY_TARGET <= HWY_AVX3_DL
HWY_INLINE std::uint32_t* write_indices(std::uint64_t word, std::uint32_t first,
                                        std::uint32_t* out) {
  const hn::Full512<std::uint8_t> each;
  const hn::Full512<std::uint32_t> d;
  constexpr std::size_t kLanes = 16;
  static_assert(kLanes <= EventHistory::kSpare);
  // Highway compresses no bytes.
  const __m512i kept = _mm512_maskz_compress_epi8(word, hn::Iota(each, 0).raw);
  const auto base = hn::Set(d, first);
  const auto write = [&](__m128i index, std::size_t at) HWY_ATTR {
    hn::StoreU(hn::Add(base, hn::PromoteTo(d, hn::Vec128<std::uint8_t>{index})), d, out + at);
  };
  const std::size_t count = hwy::PopCount(word);
  write(_mm512_castsi512_si128(kept), 0);
  if (HWY_UNLIKELY(count > kLanes)) {
    write(_mm512_extracti32x4_epi32(kept, 1), kLanes);
    if (count > 2 * kLanes) write(_mm512_extracti32x4_epi32(kept, 2), 2 * kLanes);
    if (count > 3 * kLanes) write(_mm512_extracti32x4_epi32(kept, 3), 3 * kLanes);
  }
  return out + count;
}
#else
HWY_INLINE std::uint32_t* write_indices(std::uint64_t word, std::uint32_t first,
                                        std::uint32_t* out) {
  const hn::CappedTag<std::uint32_t, 8> d;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes_of;
  const std::size_t lanes = hn::Lanes(d);
  const auto eight = hn::Set(d, 8);
  auto base = hn::Set(d, first);
  for (int k = 0; k < 8; ++k) {
    const auto byte = static_cast<std::uint8_t>(word >> (8 * k));
    for (std::size_t l = 0; l < 8; l += lanes) {
      const auto index = hn::PromoteTo(d, hn::LoadU(bytes_of, kBits.index[byte] + l));
      hn::StoreU(hn::Add(base, index), d, out + l);
    }
    base = hn::Add(base, eight);
    out += kBits.count[byte];
  }
  return out;
}
#endif

// Writes `base` plus the index of every bit that is set, rising, to `to`'s next step, where
// `written` events are already; returns how many they are. Bit i is bit i % 8 of byte i / 8; the
// bytes are a multiple of 8.
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
  std::uint32_t* out = to.room(most) + written;
  const std::uint32_t* const begin = out;
  for (std::size_t b = 0; b < bytes; b += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bits + b, sizeof word);
    if (word != 0) out = write_indices(word, base + static_cast<std::uint32_t>(8 * b), out);
  }
  return static_cast<std::size_t>(out - begin);
}

}  // namespace hillock::sim::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
