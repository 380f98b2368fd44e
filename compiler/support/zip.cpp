#include "compiler/support/zip.h"

#include <fmt/format.h>
#include <zip.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <stdexcept>
#include <system_error>

#include "compiler/support/diagnostics.h"

namespace hillock::support {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxEntries = 100'000;
constexpr std::size_t kMaxInflation = 1'100;  // deflate reaches about 1030 to 1
constexpr std::size_t kSlack = 1'024;
constexpr int kFirstDate = (0 << 9) | (1 << 5) | 1;  // 1980-01-01, the zip format's zero

zip_t* handle(void* archive) { return static_cast<zip_t*>(archive); }

void check_file(const fs::path& file) {
  std::error_code ec;
  const fs::file_status status = fs::status(file, ec);
  if (!fs::exists(status)) fail(DiagnosticKind::FileNotFound, {file.string()}, "no such file");
  if (fs::is_directory(status)) {
    fail(DiagnosticKind::FileUnreadable, {file.string()}, "is a folder, not a file",
         "name a file inside it");
  }
}

// Closes an entry that is being read.
struct EntryClose {
  void operator()(zip_file_t* f) const { zip_fclose(f); }
};

}  // namespace

void ZipReader::Close::operator()(void* archive) const { zip_discard(handle(archive)); }

ZipReader::ZipReader(const fs::path& file) : file_(file.string()) {
  check_file(file);
  int code = 0;
  archive_.reset(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (!archive_) {
    const int reason = errno;
    if (code == ZIP_ER_OPEN || code == ZIP_ER_READ) {
      fail(DiagnosticKind::FileUnreadable, {file_},
           fmt::format("cannot be read: {}", std::strerror(reason)));
    }
    fail(DiagnosticKind::FileDamaged, {file_}, "is not a whole zip archive");
  }
  const zip_int64_t n = zip_get_num_entries(handle(archive_.get()), 0);
  if (n < 0 || static_cast<std::size_t>(n) > kMaxEntries) {
    fail(DiagnosticKind::FileTooLarge, {file_}, fmt::format("has {} entries", n));
  }
  std::error_code ec;
  const std::uintmax_t file_size = fs::file_size(file, ec);
  std::set<std::string_view> names;
  entries_.reserve(static_cast<std::size_t>(n));
  for (zip_int64_t i = 0; i < n; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    const auto index = static_cast<zip_uint64_t>(i);
    const zip_uint64_t wanted = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(handle(archive_.get()), index, 0, &stat) != 0 ||
        (stat.valid & wanted) != wanted) {
      fail(DiagnosticKind::FileDamaged, {file_}, fmt::format("entry {} cannot be read", i));
    }
    if (!ec && stat.comp_size > file_size) {
      fail(DiagnosticKind::FileDamaged, {file_, fmt::format("/{}", stat.name)},
           fmt::format("claims {} compressed bytes in a file of {}", stat.comp_size, file_size));
    }
    entries_.push_back({stat.name, stat.size, stat.comp_size});
    if (!names.insert(entries_.back().name).second) {
      fail(DiagnosticKind::FileDamaged, {file_},
           fmt::format("has two entries called '{}'", stat.name));
    }
  }
}

const ZipEntry* ZipReader::find(std::string_view name) const {
  for (const ZipEntry& entry : entries_) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::string ZipReader::read(std::string_view name, std::size_t limit) const {
  const ZipEntry* entry = find(name);
  const Location where{file_, fmt::format("/{}", name)};
  if (entry == nullptr) fail(DiagnosticKind::MissingField, where, "is missing from the file");
  if (entry->size > limit) {
    fail(DiagnosticKind::FileTooLarge, where,
         fmt::format("claims {} bytes, and at most {} are read", entry->size, limit));
  }
  if (entry->size / kMaxInflation > entry->compressed + kSlack) {
    fail(DiagnosticKind::FileTooLarge, where,
         fmt::format("claims {} bytes, which {} compressed bytes cannot hold", entry->size,
                     entry->compressed));
  }
  const auto index = static_cast<zip_uint64_t>(entry - entries_.data());
  const std::unique_ptr<zip_file_t, EntryClose> in(
      zip_fopen_index(handle(archive_.get()), index, 0));
  if (!in) fail(DiagnosticKind::FileDamaged, where, "cannot be read");
  std::string bytes(entry->size, '\0');
  std::size_t have = 0;
  // One byte more than there should be: reaching the end is what verifies the checksum.
  for (;;) {
    char surplus = 0;
    const bool full = have == bytes.size();
    const zip_int64_t n = full ? zip_fread(in.get(), &surplus, 1)
                               : zip_fread(in.get(), bytes.data() + have, bytes.size() - have);
    if (n < 0 || (full && n > 0)) {
      fail(DiagnosticKind::FileDamaged, where, "is damaged: its checksum or size is wrong");
    }
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  if (have != bytes.size()) fail(DiagnosticKind::FileDamaged, where, "ends early");
  return bytes;
}

std::string zip_bytes(const std::vector<ZipContent>& contents) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* sink = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* archive = sink == nullptr ? nullptr : zip_open_from_source(sink, ZIP_TRUNCATE, &error);
  if (archive == nullptr) throw std::logic_error("libzip cannot make an archive in memory");
  zip_source_keep(sink);
  bool good = true;
  for (const ZipContent& c : contents) {
    zip_source_t* source = zip_source_buffer(archive, c.bytes.data(), c.bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, c.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      good = false;
      break;
    }
    const auto i = static_cast<zip_uint64_t>(index);
    good = good && zip_set_file_compression(archive, i, ZIP_CM_DEFLATE, 6) == 0 &&
           zip_file_set_dostime(archive, i, 0, kFirstDate, 0) == 0;
  }
  if (!good || zip_close(archive) != 0) {
    zip_discard(archive);
    zip_source_free(sink);
    throw std::logic_error("libzip cannot write an archive in memory");
  }
  std::string bytes;
  zip_stat_t stat;
  zip_source_stat(sink, &stat);
  zip_source_open(sink);
  bytes.resize(stat.size);
  const zip_int64_t n = zip_source_read(sink, bytes.data(), bytes.size());
  zip_source_close(sink);
  zip_source_free(sink);
  if (n < 0 || static_cast<std::size_t>(n) != bytes.size()) {
    throw std::logic_error("libzip cannot read back its archive");
  }
  return bytes;
}

}  // namespace hillock::support
