// The bits that are set in a byte, for event_bits-inl.h.
#pragma once

#include <cstdint>

namespace hillock::sim::fast {

// Their indices, rising.
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
inline constexpr BitTable kBits;

}  // namespace hillock::sim::fast
