#include "compiler/emit/load_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <sstream>

namespace hillock::emit {
namespace {

constexpr std::uint32_t kMagic = 0x574b4c48;  // "HLKW" as bytes in a file
constexpr std::uint32_t kVersion = 1;

void append(std::string& out, std::uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(static_cast<unsigned char>(word >> shift));
  }
}

}  // namespace

std::uint32_t LoadImage::add(const std::string& name, const std::string& population,
                             const std::string& image, int row_bits, int addr_bits) {
  LoadMemory m;
  m.name = name;
  m.population = population;
  m.row_bits = row_bits;
  const auto columns = static_cast<std::size_t>((row_bits + 31) / 32);
  m.row_words = std::bit_ceil(static_cast<std::uint32_t>(columns));
  // snn_image_memory compares the bits above its span.
  const std::uint32_t span = m.row_words << addr_bits;
  m.address = (end_ + span - 1) / span * span;
  end_ = m.address + span;
  std::istringstream lines(image);
  for (std::string line; std::getline(lines, line); ++m.rows) {
    std::vector<std::uint32_t> row(m.row_words, 0);
    std::size_t end = line.size();
    for (std::size_t c = 0; c < columns && end > 0; ++c) {
      const std::size_t begin = end > 8 ? end - 8 : 0;
      row[c] = static_cast<std::uint32_t>(std::stoul(line.substr(begin, end - begin), nullptr, 16));
      end = begin;
    }
    m.words.insert(m.words.end(), row.begin(), row.end());
  }
  memories_.push_back(std::move(m));
  return memories_.back().address;
}

int LoadImage::addr_bits() const { return std::max(1, static_cast<int>(std::bit_width(end_))); }

std::string LoadImage::file(std::uint32_t structure) const {
  std::string out;
  for (const std::uint32_t word : {kMagic, kVersion, structure}) append(out, word);
  for (const LoadMemory& m : memories_) {
    append(out, m.address);
    append(out, static_cast<std::uint32_t>(m.words.size()));
    for (const std::uint32_t word : m.words) append(out, word);
  }
  return out;
}

std::string LoadImage::hex() const {
  std::string out;
  for (const LoadMemory& m : memories_) {
    for (std::size_t i = 0; i < m.words.size(); ++i) {
      out += fmt::format("{:08x}{:08x}\n", m.address + i, m.words[i]);
    }
  }
  return out;
}

}  // namespace hillock::emit
