// Where the cache is: absolute, whatever the environment says.
#include "compiler/support/cache.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <optional>
#include <string>

namespace hillock::tests {
namespace {

namespace fs = std::filesystem;

// Sets a variable, and puts it back.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Variable() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

// Verilator runs in the cache, and would look for a relative path from there.
TEST_CASE("A relative cache is one of the folder that the program was started in") {
  {
    const Variable own("HILLOCK_CACHE", "build/../own");
    CHECK(support::cache_root() == fs::current_path() / "own");
  }
  const Variable none("HILLOCK_CACHE", nullptr);
  const Variable xdg("XDG_CACHE_HOME", "xdg");
  CHECK(support::cache_root() == fs::current_path() / "xdg" / "hillock");
}

TEST_CASE("An empty variable is as good as none") {
  const Variable own("HILLOCK_CACHE", "");
  const Variable xdg("XDG_CACHE_HOME", "");
  const Variable home("HOME", "/somebody");
  CHECK(support::cache_root() == "/somebody/.cache/hillock");
}

}  // namespace
}  // namespace hillock::tests
