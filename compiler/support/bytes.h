// A flat byte string of integers, doubles and texts: how one process hands a structure to another.
// Both ends are the same program on the same machine, so the layout is the machine's own.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hillock::support {

class ByteWriter {
 public:
  template <typename T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number<std::uint64_t>(value.size());
    bytes_.append(value);
  }
  template <typename T>
  void numbers(const std::vector<T>& values) {
    static_assert(std::is_arithmetic_v<T>);
    number<std::uint64_t>(values.size());
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what a ByteWriter wrote, in the same order. Throws std::out_of_range where the bytes end
// early: nothing is allocated before it is known to be there.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  [[nodiscard]] T number() {
    if constexpr (std::is_same_v<T, bool>) {
      const auto byte = number<std::uint8_t>();
      if (byte > 1) throw std::out_of_range("neither true nor false");
      return byte == 1;
    } else {
      T value;
      std::memcpy(&value, advance(sizeof value), sizeof value);
      return value;
    }
  }
  [[nodiscard]] std::string text() {
    const std::size_t n = count(1);
    return std::string(advance(n), n);
  }
  template <typename T>
  [[nodiscard]] std::vector<T> numbers() {
    std::vector<T> values(count(sizeof(T)));
    if (!values.empty()) {
      std::memcpy(values.data(), advance(values.size() * sizeof(T)), values.size() * sizeof(T));
    }
    return values;
  }
  // A count of items that are at least `item_size` bytes each.
  [[nodiscard]] std::size_t count(std::size_t item_size) {
    const auto n = number<std::uint64_t>();
    if (n > rest_.size() / item_size) throw std::out_of_range("bytes end early");
    return static_cast<std::size_t>(n);
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  const char* advance(std::size_t n) {
    if (n > rest_.size()) throw std::out_of_range("bytes end early");
    const char* here = rest_.data();
    rest_.remove_prefix(n);
    return here;
  }
  std::string_view rest_;
};

}  // namespace hillock::support
