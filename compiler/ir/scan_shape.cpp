#include "compiler/ir/scan_shape.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "compiler/numeric/fixed_point.h"

namespace hillock::ir {
namespace {

constexpr int kLeastWordBits = 8;
constexpr int kMostWordBits = 32;  // more would be slow to simulate as well

int ceil_pow2(std::int64_t v) {
  return static_cast<int>(std::bit_ceil(static_cast<std::uint64_t>(v)));
}

int word_bits_for(std::int64_t bits) {
  int width = kLeastWordBits;
  while (width < kMostWordBits && std::int64_t{width} * width < bits) width *= 2;
  return width;
}

}  // namespace

ScanShape scan_shape(int lanes, int groups) {
  const int width = word_bits_for(std::int64_t{lanes} * groups);
  ScanShape s;
  if (lanes > width) {
    s.slices = ceil_pow2(numeric::ceil_div(lanes, width));
    s.word_bits = static_cast<int>(numeric::ceil_div(lanes, s.slices));
    s.words = groups * s.slices;
    s.pitch = lanes;
  } else {
    s.pack = static_cast<int>(std::bit_floor(static_cast<unsigned>(width / lanes)));
    s.pack = std::min(s.pack, ceil_pow2(groups));
    s.word_bits = lanes * s.pack;
    s.words = static_cast<int>(numeric::ceil_div(groups, s.pack));
    s.pitch = s.word_bits;
  }
  return s;
}

}  // namespace hillock::ir
