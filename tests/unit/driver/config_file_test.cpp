// --config: what a file adds to the command line.
#include "compiler/driver/config_file.h"

#include <catch2/catch.hpp>

#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using driver::OptionKind;
using Words = std::vector<std::string>;

OptionKind kind_of(const std::string& option) {
  if (option == "--quiet") return OptionKind::Flag;
  for (const char* known : {"--config", "--lanes", "--output", "--reset-delay", "--dt"}) {
    if (option == known) return OptionKind::Value;
  }
  return OptionKind::Unknown;
}

// What the file adds to `compile m.nir --config FILE more...`.
Words added(const std::string& config, const Words& more = {}) {
  const TemporaryFolder folder;
  Words words = {"compile", "m.nir", "--config", folder.file("c.json", config).string()};
  words.insert(words.end(), more.begin(), more.end());
  const std::size_t given = words.size();
  words = driver::with_config_file(words, kind_of);
  return {words.begin() + static_cast<std::ptrdiff_t>(given), words.end()};
}

std::string error(const std::string& config) {
  return error_of([&] { return added(config); });
}

TEST_CASE("a configuration adds options", "[driver]") {
  CHECK(added(R"({"lanes": {"a": 3, "b": "all"}, "dt": 1e-4, "quiet": true})") ==
        Words{"--dt=0.0001", "--lanes=a=3,b=all", "--quiet"});
  CHECK(added(R"({"quiet": false})").empty());
  // false is a value where the option has one.
  CHECK(added(R"({"reset_delay": false})") == Words{"--reset-delay=off"});
  CHECK(added(R"({"reset-delay": true})") == Words{"--reset-delay=on"});
}

TEST_CASE("the command line overrides the configuration", "[driver]") {
  CHECK(added(R"({"lanes": 2, "output": "x"})", {"--lanes", "4"}) == Words{"--output=x"});
  CHECK(added(R"({"output": "x"})", {"--output=y"}).empty());
  CHECK(added(R"({"output": "x"})", {"-o", "y"}).empty());
  CHECK(added(R"({"output": "x"})", {"-oy"}).empty());
}

TEST_CASE("a configuration that is wrong is an error in its file", "[driver]") {
  CHECK_THAT(error(R"({"lane": 3})"),
             Contains("c.json:/lane: error: is not an option of compile [bad-json]\n  help: see "
                      "hillock compile --help"));
  CHECK_THAT(error(R"({"config": "d.json"})"), Contains("/config: error: is not an option"));
  CHECK_THAT(error(R"({"lanes": [1]})"), Contains("/lanes: error: is neither a value nor"));
  CHECK_THAT(error(R"({"lanes": null})"), Contains("/lanes: error: is neither a value nor"));
  CHECK_THAT(error("[]"), Contains("is not an object of options"));
}

}  // namespace
}  // namespace hillock::tests
