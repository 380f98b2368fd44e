// The mutator of .safetensors: eight bytes with the header's length, a JSON header, values. The
// length follows what the header became.
#include "tests/fuzz/fuzzing.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  using namespace hillock;
  fuzz::Random random(seed + 1);
  std::uint64_t length = 0;
  if (size < sizeof length || fuzz::one_in(random, 4)) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::memcpy(&length, data, sizeof length);
  if (length > size - sizeof length) return LLVMFuzzerMutate(data, size, max_size);
  const std::string bytes(reinterpret_cast<const char*>(data) + sizeof length,
                          size - sizeof length);
  std::string header = bytes.substr(0, length);
  std::string values = bytes.substr(length);
  if (fuzz::one_in(random, 4)) {
    values = fuzz::mutated(values);
  } else {
    header = fuzz::mutated(header);
  }
  length = header.size();
  std::string made(sizeof length, '\0');
  std::memcpy(made.data(), &length, sizeof length);
  return fuzz::put_back(made + header + values, data, size, max_size);
}
