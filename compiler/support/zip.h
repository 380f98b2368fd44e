// Reading zip archives (.npz, .pt): entries are checked against limits before they are inflated.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hillock::support {

struct ZipEntry {
  std::string name;
  std::size_t size = 0;        // bytes, inflated
  std::size_t compressed = 0;  // bytes in the archive
};

class ZipReader {
 public:
  // Throws InputError: file-not-found, file-unreadable, file-damaged (not a zip archive, or two
  // entries of one name).
  explicit ZipReader(const std::filesystem::path& file);

  [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }
  [[nodiscard]] const ZipEntry* find(std::string_view name) const;
  // The whole entry, its checksum verified. Throws InputError: missing-field, file-damaged,
  // file-too-large (over `limit`, or more than its compressed bytes can hold).
  [[nodiscard]] std::string read(std::string_view name, std::size_t limit) const;

 private:
  struct Close {
    void operator()(void* archive) const;
  };
  std::string file_;
  std::unique_ptr<void, Close> archive_;  // zip_t
  std::vector<ZipEntry> entries_;
};

// A zip archive of these entries, deflated, in this order, the same bytes at every run.
struct ZipContent {
  std::string name;
  std::string bytes;
};
[[nodiscard]] std::string zip_bytes(const std::vector<ZipContent>& contents);

}  // namespace hillock::support
