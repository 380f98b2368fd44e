// The mutator of zip archives (.npz, .pt): entries are changed inside, renamed, doubled or dropped,
// and the archive is written again with its checksums. Arrays (.npy) keep a header of the stated
// length.
#include <zip.h>

#include "compiler/support/zip.h"
#include "tests/fuzz/fuzzing.h"

namespace hillock::fuzz {
namespace {

using Entries = std::vector<support::ZipContent>;

Entries entries_of(const std::uint8_t* data, std::size_t size) {
  Entries entries;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(data, size, 0, &error);
  if (source == nullptr) return {};
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    return {};
  }
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0) && i < 32; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    const auto index = static_cast<zip_uint64_t>(i);
    if (zip_stat_index(archive, index, 0, &stat) != 0 || stat.size > 1U << 16) continue;
    zip_file_t* file = zip_fopen_index(archive, index, 0);
    if (file == nullptr) continue;
    support::ZipContent entry{stat.name, std::string(stat.size, '\0')};
    const zip_int64_t n = zip_fread(file, entry.bytes.data(), entry.bytes.size());
    entry.bytes.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    zip_fclose(file);
    entries.push_back(std::move(entry));
  }
  zip_discard(archive);
  return entries;
}

// Magic, version, the header's length, the header. The length follows what the header became.
std::string mutated_npy(Random& random, const std::string& bytes) {
  constexpr std::size_t kBegin = 10;
  const auto length = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
  };
  if (bytes.size() < kBegin || bytes[6] != 1) return mutated(bytes);
  const std::size_t end = kBegin + length(8) + (length(9) << 8U);
  if (end > bytes.size()) return mutated(bytes);
  std::string header = bytes.substr(kBegin, end - kBegin);
  std::string values = bytes.substr(end);
  if (one_in(random, 3)) {
    values = mutated(values);
  } else {
    header = mutated(header);
  }
  std::string out = bytes.substr(0, 8);
  out += static_cast<char>(header.size() & 0xffU);
  out += static_cast<char>(header.size() >> 8U);
  return out + header + values;
}

void change(Random& random, Entries& entries) {
  support::ZipContent& entry = any(random, entries);
  switch (below(random, 16)) {
    case 0:
      entry.name = mutated(entry.name, 16);
      break;
    case 1:
      entries.erase(entries.begin() + (&entry - entries.data()));
      break;
    case 2: {
      support::ZipContent twin = entry;
      twin.name = any(random, entries).name + "0";
      entries.push_back(std::move(twin));
      break;
    }
    default:
      entry.bytes =
          entry.name.ends_with(".npy") ? mutated_npy(random, entry.bytes) : mutated(entry.bytes);
  }
}

}  // namespace
}  // namespace hillock::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  using namespace hillock;
  fuzz::Random random(seed + 1);
  if (fuzz::one_in(random, 4)) return LLVMFuzzerMutate(data, size, max_size);
  fuzz::Entries entries = fuzz::entries_of(data, size);
  if (entries.empty()) return LLVMFuzzerMutate(data, size, max_size);
  fuzz::change(random, entries);
  std::string made;
  try {
    made = support::zip_bytes(entries);
  } catch (const std::exception&) {
    // A name that an archive cannot hold.
  }
  return fuzz::put_back(made, data, size, max_size);
}
