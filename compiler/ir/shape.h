// The shape of an array of neurons or of an input: row-major, first axis slowest.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

namespace hillock::ir {

using Shape = std::vector<std::size_t>;

[[nodiscard]] inline std::size_t element_count(const Shape& shape) {
  std::size_t n = 1;
  for (const std::size_t d : shape) n *= d;
  return n;
}

// "2x34x34"; a scalar is "1".
[[nodiscard]] inline std::string shape_text(const Shape& shape) {
  if (shape.empty()) return "1";
  return fmt::format("{}", fmt::join(shape, "x"));
}

}  // namespace hillock::ir
