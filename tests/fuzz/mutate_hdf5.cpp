// The mutator of HDF5 files (.nir): where a file has the newer structures, which carry a checksum,
// the superblock's and those of the object headers follow what they became.
#include "tests/fuzz/fuzzing.h"

namespace hillock::fuzz {
namespace {

std::uint32_t rotated(std::uint32_t x, unsigned by) { return (x << by) | (x >> (32U - by)); }

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < size && i < 4 && at + i < bytes.size(); ++i) {
    v |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8U * i);
  }
  return v;
}

// Bob Jenkins' lookup3, hashlittle() with the initial value 0: HDF5's checksum of metadata.
std::uint32_t lookup3(std::string_view bytes) {
  std::uint32_t a = 0xdeadbeefU + static_cast<std::uint32_t>(bytes.size());
  std::uint32_t b = a;
  std::uint32_t c = a;
  while (bytes.size() > 12) {
    a += number(bytes, 0, 4);
    b += number(bytes, 4, 4);
    c += number(bytes, 8, 4);
    a = (a - c) ^ rotated(c, 4);
    c += b;
    b = (b - a) ^ rotated(a, 6);
    a += c;
    c = (c - b) ^ rotated(b, 8);
    b += a;
    a = (a - c) ^ rotated(c, 16);
    c += b;
    b = (b - a) ^ rotated(a, 19);
    a += c;
    c = (c - b) ^ rotated(b, 4);
    b += a;
    bytes.remove_prefix(12);
  }
  if (bytes.empty()) return c;
  a += number(bytes, 0, 4);
  b += number(bytes, 4, 4);
  c += number(bytes, 8, 4);
  c = (c ^ b) - rotated(b, 14);
  a = (a ^ c) - rotated(c, 11);
  b = (b ^ a) - rotated(a, 25);
  c = (c ^ b) - rotated(b, 16);
  a = (a ^ c) - rotated(c, 4);
  b = (b ^ a) - rotated(a, 14);
  c = (c ^ b) - rotated(b, 24);
  return c;
}

void sign(std::string& file, std::size_t from, std::size_t size) {
  if (size > file.size() || from > file.size() - size || file.size() - from - size < 4) return;
  const std::uint32_t sum = lookup3(std::string_view(file).substr(from, size));
  for (unsigned i = 0; i < 4; ++i) file[from + size + i] = static_cast<char>(sum >> (8U * i));
}

void sign_all(std::string& file) {
  if (file.size() > 48 && number(file, 8, 1) >= 2) sign(file, 0, 44);
  for (std::size_t at = file.find("OHDR"); at != std::string::npos;
       at = file.find("OHDR", at + 4)) {
    const std::uint32_t flags = number(file, at + 5, 1);
    std::size_t header = 6 + ((flags & 0x20U) != 0 ? 16U : 0U) + ((flags & 0x10U) != 0 ? 4U : 0U);
    const std::size_t size_bytes = std::size_t{1} << (flags & 3U);
    const std::uint32_t size = number(file, at + header, size_bytes);
    header += size_bytes;
    sign(file, at, header + size);
  }
}

}  // namespace
}  // namespace hillock::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  using namespace hillock;
  fuzz::Random random(seed + 1);
  size = LLVMFuzzerMutate(data, size, max_size);
  if (fuzz::one_in(random, 4)) return size;
  std::string file(reinterpret_cast<const char*>(data), size);
  fuzz::sign_all(file);
  std::memcpy(data, file.data(), size);
  return size;
}
