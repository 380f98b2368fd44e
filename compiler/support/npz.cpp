#include "compiler/support/npz.h"

#include <fmt/format.h>

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "compiler/support/file.h"

namespace hillock::support {
namespace {

constexpr std::string_view kSuffix = ".npy";
constexpr std::size_t kMaxArray = std::size_t{4} << 30;  // bytes

template <typename T>
constexpr std::string_view descr() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return "|u1";
  if constexpr (std::is_same_v<T, std::int64_t>) return "<i8";
  if constexpr (std::is_same_v<T, float>) return "<f4";
  if constexpr (std::is_same_v<T, double>) return "<f8";
}

std::string npy_of(const NpzOutput& array) {
  return std::visit(
      [&]<typename T>(const std::vector<T>& data) {
        std::size_t elements = 1;
        for (const std::size_t d : array.shape) elements *= d;
        if (elements != data.size()) {
          throw std::logic_error(fmt::format("array '{}' is not its shape", array.name));
        }
        return npy_bytes(descr<T>(), array.shape,
                         {reinterpret_cast<const char*>(data.data()), data.size() * sizeof(T)});
      },
      array.data);
}

}  // namespace

NpzArray::NpzArray(std::string bytes, Location where)
    : bytes_(std::move(bytes)),
      where_(std::move(where)),
      header_(parse_npy_header(bytes_, where_)) {}

NpzReader::NpzReader(const std::filesystem::path& file) : file_(file.string()), zip_(file) {}

std::vector<std::string> NpzReader::names() const {
  std::vector<std::string> names;
  for (const ZipEntry& entry : zip_.entries()) {
    if (!entry.name.ends_with(kSuffix)) continue;
    names.push_back(entry.name.substr(0, entry.name.size() - kSuffix.size()));
  }
  return names;
}

bool NpzReader::has(std::string_view name) const {
  return zip_.find(fmt::format("{}{}", name, kSuffix)) != nullptr;
}

NpzArray NpzReader::read(std::string_view name) const {
  const Location where{file_, fmt::format("/{}", name)};
  if (!has(name)) {
    const std::vector<std::string> there = names();
    fail(DiagnosticKind::MissingField, where,
         there.empty() ? "is missing; the file holds no arrays"
                       : fmt::format("is missing; the file holds {}", fmt::join(there, ", ")),
         "see docs/data.md for the layout of a data set");
  }
  return {zip_.read(fmt::format("{}{}", name, kSuffix), kMaxArray), where};
}

void write_npz(const std::filesystem::path& file, const std::vector<NpzOutput>& arrays) {
  std::vector<ZipContent> contents;
  contents.reserve(arrays.size());
  for (const NpzOutput& array : arrays) {
    contents.push_back({fmt::format("{}{}", array.name, kSuffix), npy_of(array)});
  }
  write_file(file, zip_bytes(contents));
}

}  // namespace hillock::support
