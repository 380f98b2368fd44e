// Where results that are dear to make are kept, by a fingerprint of all that they depend on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace hillock::support {

// $HILLOCK_CACHE, else $XDG_CACHE_HOME/hillock, else ~/.cache/hillock; always absolute.
[[nodiscard]] std::filesystem::path cache_root();

// FNV-1a: names a folder in the cache. What it was made of is kept in the folder and compared
// whole, so that a collision costs only a rebuild.
[[nodiscard]] std::uint64_t fingerprint(std::string_view text);

}  // namespace hillock::support
