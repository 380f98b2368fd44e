// What the mutators of the libFuzzer targets share. A mutator knows a format well enough to keep
// its framing (checksums, lengths, counts) right, so that mutations reach the code behind it; one
// in four is left to libFuzzer, for the framing itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace hillock::fuzz {

using Random = std::minstd_rand;

inline std::size_t below(Random& random, std::size_t n) {
  return n == 0 ? 0 : static_cast<std::size_t>(random() >> 3) % n;
}
inline bool one_in(Random& random, std::size_t n) { return below(random, n) == 0; }

template <typename T>
T& any(Random& random, std::vector<T>& of) {
  return of[below(random, of.size())];
}

// libFuzzer's own mutation, which knows the dictionary and what was compared with what.
inline std::string mutated(std::string bytes, std::size_t room = 256) {
  const std::size_t size = bytes.size();
  bytes.resize(size + room);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
  return bytes;
}

// Puts what was made of the data in its place; what does not fit stays as it was, mutated as bytes.
inline std::size_t put_back(const std::string& made, std::uint8_t* data, std::size_t size,
                            std::size_t max_size) {
  if (made.empty() || made.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, made.data(), made.size());
  return made.size();
}

}  // namespace hillock::fuzz
