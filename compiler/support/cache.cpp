#include "compiler/support/cache.h"

#include <cstdlib>

namespace hillock::support {
namespace fs = std::filesystem;

namespace {

// What the environment says, absolute: tools run in folders of their own. Empty is as good as
// unset.
fs::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? fs::path() : fs::absolute(value).lexically_normal();
}

}  // namespace

fs::path cache_root() {
  if (fs::path own = from_environment("HILLOCK_CACHE"); !own.empty()) return own;
  if (const fs::path xdg = from_environment("XDG_CACHE_HOME"); !xdg.empty()) return xdg / "hillock";
  if (const fs::path home = from_environment("HOME"); !home.empty()) {
    return home / ".cache" / "hillock";
  }
  return fs::temp_directory_path() / "hillock-cache";
}

std::uint64_t fingerprint(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

}  // namespace hillock::support
