// NumPy's .npz: a zip archive of .npy arrays.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "compiler/support/npy.h"
#include "compiler/support/zip.h"

namespace hillock::support {

// One array of an archive, not converted yet.
class NpzArray {
 public:
  // Throws InputError as parse_npy_header().
  NpzArray(std::string bytes, Location where);

  [[nodiscard]] const NpyHeader& header() const { return header_; }
  [[nodiscard]] const std::vector<std::size_t>& shape() const { return header_.shape; }
  [[nodiscard]] const Location& where() const { return where_; }
  // Row-major. T: float, double, std::int64_t; std::uint8_t of bytes and truth values.
  template <typename T>
  [[nodiscard]] std::vector<T> values() const {
    return npy_values<T>(header_, bytes_, where_);
  }

 private:
  std::string bytes_;
  Location where_;
  NpyHeader header_;
};

class NpzReader {
 public:
  // Throws InputError as ZipReader.
  explicit NpzReader(const std::filesystem::path& file);

  // The names of the arrays, in order of the file.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool has(std::string_view name) const;
  // Throws InputError: missing-field (names the arrays that are there), file-damaged, bad-type,
  // file-too-large (over 4 GiB).
  [[nodiscard]] NpzArray read(std::string_view name) const;

 private:
  std::string file_;
  ZipReader zip_;
};

struct NpzOutput {
  std::string name;
  std::vector<std::size_t> shape;
  std::variant<std::vector<std::uint8_t>, std::vector<std::int64_t>, std::vector<float>,
               std::vector<double>>
      data;  // row-major, one value per element of `shape`
};

// Writes a deflated archive atomically; the same arrays give the same bytes. Throws InputError
// (output-unwritable), std::logic_error where data and shape disagree.
void write_npz(const std::filesystem::path& file, const std::vector<NpzOutput>& arrays);

}  // namespace hillock::support
