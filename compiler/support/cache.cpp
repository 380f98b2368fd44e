#include "compiler/support/cache.h"

#include <cstdlib>

namespace hillock::support {
namespace fs = std::filesystem;

fs::path cache_root() {
  if (const char* own = std::getenv("HILLOCK_CACHE")) return own;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME")) return fs::path(xdg) / "hillock";
  if (const char* home = std::getenv("HOME")) return fs::path(home) / ".cache" / "hillock";
  return fs::temp_directory_path() / "hillock-cache";
}

std::uint64_t fingerprint(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

}  // namespace hillock::support
