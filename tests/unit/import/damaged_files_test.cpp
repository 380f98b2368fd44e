// Truncated and bit-flipped files of every format: each ends in an import or in one InputError,
// never in a crash, a hang or another exception. Seeded, so that a failure can be replayed.
#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "compiler/import/import.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

constexpr int kCuts = 50;
constexpr int kFlips = 300;

struct Tally {
  int imported = 0;
  int refused = 0;
};

// `read` returns normally, or throws InputError, or the test fails.
Tally damage(const std::filesystem::path& original,
             const std::function<void(const std::filesystem::path&)>& read) {
  const std::string good = support::read_file(original);
  const TemporaryFolder folder;
  const std::string name = "damaged" + original.extension().string();
  Tally tally;
  const auto attempt = [&](const std::string& bytes) {
    const auto file = folder.file(name, bytes);
    try {
      read(file);
      ++tally.imported;
    } catch (const support::InputError& e) {
      ++tally.refused;
      REQUIRE_FALSE(e.diagnostics().empty());
    }
  };
  for (int i = 0; i < kCuts; ++i) {
    const std::size_t n = good.size() * static_cast<std::size_t>(i) / kCuts;
    CAPTURE(n);
    const int before = tally.refused;
    attempt(good.substr(0, n));
    CHECK(tally.refused == before + 1);
  }
  std::mt19937 random(20240607);
  for (int i = 0; i < kFlips; ++i) {
    const std::size_t at = random() % good.size();
    const unsigned bit = random() % 8;
    CAPTURE(i, at, bit);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1U << bit));
    attempt(bad);
  }
  // A flip that nothing notices is rare where there are checksums, and possible everywhere.
  CHECK(tally.imported + tally.refused == kCuts + kFlips);
  return tally;
}

TEST_CASE("damaged NIR files end well", "[import]") {
  for (const char* name : {"mlp/model.nir", "nir/nested.nir"}) {
    CAPTURE(name);
    const Tally t = damage(data_file(name), [](const std::filesystem::path& file) {
      (void)import::import_model(file, {});
    });
    CHECK(t.refused > kCuts);
  }
}

TEST_CASE("damaged state_dicts end well", "[import]") {
  const Tally t = damage(data_file("mlp/state_dict.pt"), [](const std::filesystem::path& file) {
    import::ImportOptions options;
    options.architecture = data_file("mlp/architecture.json");
    (void)import::import_model(file, options);
  });
  CHECK(t.refused > kCuts);
}

TEST_CASE("damaged data sets end well", "[import]") {
  for (const char* name : {"mlp/test.npz"}) {
    const Tally t = damage(data_file(name), [](const std::filesystem::path& file) {
      (void)import::load_dataset(file, {6}, {});
    });
    CHECK(t.refused > kCuts);
  }
}

TEST_CASE("damaged JSON ends well", "[import]") {
  const TemporaryFolder folder;
  damage(data_file("mlp/architecture.json"), [](const std::filesystem::path& file) {
    import::ImportOptions options;
    options.architecture = file;
    (void)import::import_model(data_file("mlp/state_dict.pt"), options);
  });
}

}  // namespace
}  // namespace hillock::tests
