// The image of the memories that are loaded at run time: where each lies on the load port, and the
// words that go there (weights.bin). docs/integration.md describes both.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hillock::emit {

// A memory on the load port, in words of 32 bits. A row is row_words of them, the lowest bits
// first.
struct LoadMemory {
  std::string name;        // for example "hidden_weights"
  std::string population;  // as in the network
  std::uint32_t address = 0;
  std::uint32_t rows = 0;
  int row_bits = 0;
  std::uint32_t row_words = 1;            // a power of two; those beyond row_bits hold nothing
  std::vector<std::uint32_t> words = {};  // rows * row_words
};

class LoadImage {
 public:
  // Adds a memory: `image` as for $readmemh, a row of `row_bits` bits a line; `addr_bits` of its
  // rows. Returns its address.
  std::uint32_t add(const std::string& name, const std::string& population,
                    const std::string& image, int row_bits, int addr_bits);

  [[nodiscard]] bool empty() const { return memories_.empty(); }
  [[nodiscard]] const std::vector<LoadMemory>& memories() const { return memories_; }
  // Bits of an address on the load port.
  [[nodiscard]] int addr_bits() const;
  // The load image: little-endian words: "HLKW", the format's version, `structure`, which says what
  // hardware it is for, and then per memory its address, a count, and that many words.
  [[nodiscard]] std::string file(std::uint32_t structure) const;
  // The same for $readmemh: a line a word, {address, data}.
  [[nodiscard]] std::string hex() const;

 private:
  std::vector<LoadMemory> memories_;
  std::uint32_t end_ = 0;  // first free address
};

}  // namespace hillock::emit
