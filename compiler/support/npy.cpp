#include "compiler/support/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace hillock::support {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeader = 1u << 16;
constexpr std::size_t kMaxRank = 32;

[[noreturn]] void bad_header(const Location& where) {
  fail(DiagnosticKind::FileDamaged, where, "has no .npy header that can be read");
}

// The header is a Python dict of three known keys: {'descr': '<f4', 'fortran_order': False,
// 'shape': (3, 4), }
class HeaderText {
 public:
  HeaderText(std::string_view text, const Location& where) : rest_(text), where_(where) {}

  void expect(char c) {
    if (!accept(c)) bad_header(where_);
  }
  bool accept(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string quoted() {
    skip_space();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '\'' && quote != '"') bad_header(where_);
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) bad_header(where_);
    std::string out(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return out;
  }
  bool truth() {
    skip_space();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return value;
    }
    bad_header(where_);
  }
  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> out;
    expect('(');
    while (!accept(')')) {
      skip_space();
      std::size_t value = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      if (error != std::errc{} || out.size() >= kMaxRank) bad_header(where_);
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      accept('L');  // Python 2 wrote 3L
      out.push_back(value);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return out;
  }
  // A structured type is a list.
  [[nodiscard]] bool at(char c) {
    skip_space();
    return !rest_.empty() && rest_.front() == c;
  }

 private:
  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n'))
      rest_.remove_prefix(1);
  }
  std::string_view rest_;
  const Location& where_;
};

void parse_descr(const std::string& descr, NpyHeader& h, const Location& where) {
  const auto refuse = [&] {
    fail(DiagnosticKind::BadType, where, fmt::format("holds elements of type '{}'", descr),
         "use integers, truth values or floats");
  };
  if (descr.size() < 3 || descr.size() > 4) refuse();
  const char order = descr[0];
  if (order != '<' && order != '>' && order != '|' && order != '=') refuse();
  h.big_endian = order == '>';
  h.kind = descr[1];
  const auto [end, error] =
      std::from_chars(descr.data() + 2, descr.data() + descr.size(), h.item_size);
  if (error != std::errc{} || end != descr.data() + descr.size()) refuse();
  const std::size_t n = h.item_size;
  const bool integer = (h.kind == 'u' || h.kind == 'i') && (n == 1 || n == 2 || n == 4 || n == 8);
  const bool real = h.kind == 'f' && (n == 2 || n == 4 || n == 8);
  if (!integer && !real && !(h.kind == 'b' && n == 1)) refuse();
}

float half_to_float(std::uint16_t h) {
  const bool negative = (h >> 15) != 0;
  const int exponent = (h >> 10) & 0x1f;
  const auto fraction = static_cast<float>(h & 0x3ff);
  float v = 0.0F;
  if (exponent == 31) {
    v = fraction == 0.0F ? std::numeric_limits<float>::infinity()
                         : std::numeric_limits<float>::quiet_NaN();
  } else {
    v = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024.0F, exponent - 25);
  }
  return negative ? -v : v;
}

template <typename T, typename Stored>
std::vector<T> convert(std::string_view data, std::size_t n, bool swap) {
  std::vector<T> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    char raw[sizeof(Stored)];
    std::memcpy(raw, data.data() + i * sizeof(Stored), sizeof(Stored));
    if (swap) std::reverse(raw, raw + sizeof(Stored));
    Stored value;
    std::memcpy(&value, raw, sizeof value);
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): int8 is a number here, with its sign
    out[i] = static_cast<T>(value);
  }
  return out;
}

template <typename T>
std::vector<T> convert_half(std::string_view data, std::size_t n, bool swap) {
  const auto bits = convert<std::uint16_t, std::uint16_t>(data, n, swap);
  std::vector<T> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<T>(half_to_float(bits[i]));
  return out;
}

template <typename T>
std::vector<T> stored_order(const NpyHeader& h, std::string_view data) {
  const std::size_t n = h.elements();
  switch (h.kind) {
    case 'b':
      return convert<T, std::uint8_t>(data, n, false);
    case 'u':
      switch (h.item_size) {
        case 1:
          return convert<T, std::uint8_t>(data, n, false);
        case 2:
          return convert<T, std::uint16_t>(data, n, h.big_endian);
        case 4:
          return convert<T, std::uint32_t>(data, n, h.big_endian);
        default:
          return convert<T, std::uint64_t>(data, n, h.big_endian);
      }
    case 'i':
      switch (h.item_size) {
        case 1:
          return convert<T, std::int8_t>(data, n, false);
        case 2:
          return convert<T, std::int16_t>(data, n, h.big_endian);
        case 4:
          return convert<T, std::int32_t>(data, n, h.big_endian);
        default:
          return convert<T, std::int64_t>(data, n, h.big_endian);
      }
    default:
      switch (h.item_size) {
        case 2:
          return convert_half<T>(data, n, h.big_endian);
        case 4:
          return convert<T, float>(data, n, h.big_endian);
        default:
          return convert<T, double>(data, n, h.big_endian);
      }
  }
}

// First axis fastest -> last axis fastest.
template <typename T>
std::vector<T> row_major(const std::vector<T>& values, const std::vector<std::size_t>& shape) {
  std::vector<T> out(values.size());
  std::vector<std::size_t> index(shape.size(), 0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::size_t from = 0;
    for (std::size_t a = shape.size(); a-- > 0;) from = from * shape[a] + index[a];
    out[i] = values[from];
    for (std::size_t a = shape.size(); a-- > 0;) {
      if (++index[a] < shape[a]) break;
      index[a] = 0;
    }
  }
  return out;
}

}  // namespace

std::size_t NpyHeader::elements() const {
  std::size_t n = 1;
  for (const std::size_t d : shape) n *= d;
  return n;
}

std::string NpyHeader::type_name() const {
  if (kind == 'b') return "bool";
  const char* family = kind == 'u' ? "uint" : kind == 'i' ? "int" : "float";
  return fmt::format("{}{}", family, item_size * 8);
}

NpyHeader parse_npy_header(std::string_view bytes, const Location& where) {
  if (bytes.size() < 10 || !bytes.starts_with(kMagic)) bad_header(where);
  const int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3) bad_header(where);
  const std::size_t length_size = version == 1 ? 2 : 4;
  const std::size_t start = 8 + length_size;
  if (bytes.size() < start) bad_header(where);
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_size; ++i) {
    length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[8 + i])) << (8 * i);
  }
  if (length > kMaxHeader || length > bytes.size() - start) bad_header(where);

  NpyHeader h;
  h.data_offset = start + length;
  HeaderText text(bytes.substr(start, length), where);
  bool has_descr = false;
  bool has_order = false;
  bool has_shape = false;
  text.expect('{');
  while (!text.accept('}')) {
    const std::string key = text.quoted();
    text.expect(':');
    if (key == "descr") {
      if (text.at('[')) {
        fail(DiagnosticKind::BadType, where, "holds records, not numbers",
             "use integers, truth values or floats");
      }
      parse_descr(text.quoted(), h, where);
      has_descr = true;
    } else if (key == "fortran_order") {
      h.fortran_order = text.truth();
      has_order = true;
    } else if (key == "shape") {
      h.shape = text.tuple();
      has_shape = true;
    } else {
      bad_header(where);
    }
    if (!text.accept(',')) {
      text.expect('}');
      break;
    }
  }
  if (!has_descr || !has_order || !has_shape) bad_header(where);
  std::size_t n = h.item_size;
  for (const std::size_t d : h.shape) {
    if (d != 0 && n > (std::size_t{1} << 40) / d) {
      fail(DiagnosticKind::FileTooLarge, where,
           fmt::format("claims {} elements", fmt::join(h.shape, "x")));
    }
    n *= d;
  }
  return h;
}

template <typename T>
std::vector<T> npy_values(const NpyHeader& header, std::string_view bytes, const Location& where) {
  const std::size_t expected = header.elements() * header.item_size;
  if (bytes.size() < header.data_offset || bytes.size() - header.data_offset != expected) {
    fail(DiagnosticKind::FileDamaged, where,
         fmt::format("holds {} bytes of data, and {} elements of {} need {}",
                     bytes.size() - std::min(bytes.size(), header.data_offset),
                     fmt::join(header.shape, "x"), header.type_name(), expected));
  }
  std::vector<T> values = stored_order<T>(header, bytes.substr(header.data_offset));
  if (header.fortran_order && header.shape.size() > 1) return row_major(values, header.shape);
  return values;
}

template std::vector<float> npy_values(const NpyHeader&, std::string_view, const Location&);
template std::vector<double> npy_values(const NpyHeader&, std::string_view, const Location&);
template std::vector<std::int64_t> npy_values(const NpyHeader&, std::string_view, const Location&);
template std::vector<std::uint8_t> npy_values(const NpyHeader&, std::string_view, const Location&);

std::string npy_bytes(std::string_view descr, const std::vector<std::size_t>& shape,
                      std::string_view data) {
  std::string dims = fmt::format("{}", fmt::join(shape, ", "));
  if (shape.size() == 1) dims += ",";
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, dims);
  // Magic, version, length and header together are a multiple of 64 bytes, newline last.
  const std::size_t fixed = kMagic.size() + 4;
  header.append((64 - (fixed + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string out(kMagic);
  out += '\x01';
  out += '\0';
  out += static_cast<char>(header.size() & 0xff);
  out += static_cast<char>(header.size() >> 8);
  out += header;
  out += data;
  return out;
}

}  // namespace hillock::support
