// NumPy's .npy format, versions 1 to 3: an array of numbers with its shape, in memory.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/support/diagnostics.h"

namespace hillock::support {

// What an .npy header says.
struct NpyHeader {
  char kind = 'f';            // 'u', 'i', 'b' (truth values), 'f'
  std::size_t item_size = 0;  // bytes
  bool big_endian = false;
  bool fortran_order = false;  // first axis fastest
  std::vector<std::size_t> shape;
  std::size_t data_offset = 0;  // bytes

  [[nodiscard]] std::size_t elements() const;
  // "float32", "uint8", ...
  [[nodiscard]] std::string type_name() const;
};

// Throws InputError at `where`: file-damaged (no .npy header), bad-type (a kind of element that is
// not numbers), file-too-large (a shape that overflows).
[[nodiscard]] NpyHeader parse_npy_header(std::string_view bytes, const Location& where);

// All elements in row-major order, converted to T: float, double, std::int64_t, and std::uint8_t,
// which holds bytes and truth values only. Throws InputError (file-damaged) where the bytes do not
// hold what the header says.
template <typename T>
[[nodiscard]] std::vector<T> npy_values(const NpyHeader& header, std::string_view bytes,
                                        const Location& where);

// An .npy file, version 1, little-endian, row-major. `descr` is NumPy's: "|u1", "<i8", "<f4".
[[nodiscard]] std::string npy_bytes(std::string_view descr, const std::vector<std::size_t>& shape,
                                    std::string_view data);

}  // namespace hillock::support
