// Numbers as tensor files store them, little-endian, read as double.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hillock::import {

static_assert(std::endian::native == std::endian::little);

struct ElementType {
  std::size_t size;  // bytes
  double (*read)(std::string_view bytes, std::size_t index);
};

template <typename T>
[[nodiscard]] double element(std::string_view bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return static_cast<double>(value);
}

// IEEE half precision.
[[nodiscard]] inline double half_element(std::string_view bytes, std::size_t i) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes.data() + i * sizeof bits, sizeof bits);
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1f;
  const std::uint32_t fraction = bits & 0x3ff;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000 | (fraction << 13));
  if (exponent == 0) {
    const float v = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -v : v;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
}

// The upper half of a float.
[[nodiscard]] inline double bfloat_element(std::string_view bytes, std::size_t i) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes.data() + i * sizeof bits, sizeof bits);
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace hillock::import
