// The image of loaded memories: what the emitter puts where, and that the co-simulation reads the
// same.
#include "compiler/emit/load_image.h"

#include <catch2/catch.hpp>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "sim/cosim/load_image.h"
#include "tests/support/fixtures.h"

namespace hillock {
namespace {

emit::LoadImage three_memories() {
  emit::LoadImage image;
  CHECK(image.add("a", "p", "5\nf\n3\n", 4, 2) == 0);  // three rows of four
  // Rows of 70 bits are three words, four apart; aligned to eight rows of them.
  CHECK(image.add("b", "p", "3fffffffe000000017\n000000000000000002\n", 70, 3) == 32);
  CHECK(image.add("c", "q", "89abcdef\n", 32, 1) == 64);
  return image;
}

TEST_CASE("load image: rows as words, aligned") {
  const emit::LoadImage image = three_memories();
  CHECK(image.addr_bits() == 7);
  const emit::LoadMemory& b = image.memories()[1];
  CHECK(b.row_words == 4);
  CHECK(b.rows == 2);
  CHECK(b.words == std::vector<std::uint32_t>{0x17, 0xffffffe0, 0x3f, 0, 2, 0, 0, 0});
  CHECK(image.hex().rfind("0000000000000005\n000000010000000f\n", 0) == 0);
}

TEST_CASE("load image: read as it was written, or refused") {
  const tests::TemporaryFolder folder;
  const std::string whole = three_memories().file(0x1234);
  const auto words = sim::read_load_image(folder.file("weights.bin", whole));
  REQUIRE(words.size() == 3 + 8 + 1);
  CHECK(words[2].addr == 2);
  CHECK(words[2].data == 3);
  CHECK(words[4].addr == 33);
  CHECK(words[4].data == 0xffffffe0);
  CHECK(words.back().addr == 64);
  CHECK(words.back().data == 0x89abcdef);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // Cut between two memories it is a whole image of fewer.
    if (size == 12 || size == 12 + 20 || size == 12 + 20 + 40) continue;
    const auto cut = folder.file("cut.bin", whole.substr(0, size));
    CHECK_THROWS_AS(sim::read_load_image(cut), support::InputError);
  }
  std::string foreign = whole;
  foreign[0] = 'X';
  try {
    (void)sim::read_load_image(folder.file("foreign.bin", foreign));
    FAIL("taken");
  } catch (const support::InputError& e) {
    CHECK(std::string(e.what()).find("is not a whole load image [bad-build]") != std::string::npos);
  }
}

}  // namespace
}  // namespace hillock
