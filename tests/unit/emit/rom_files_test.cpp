// Files of a ROM's image, as snn_rom takes them.
#include <catch2/catch.hpp>
#include <string>

#include "compiler/emit/memory_image.h"

namespace hillock::tests {
namespace {

std::string image(std::size_t words) {
  std::string out;
  for (std::size_t i = 0; i < words; ++i) {
    emit::WordBuilder word;
    word.append(static_cast<std::int64_t>(i * 7919 % 8192), 13);
    out += word.hex() + '\n';
  }
  return out;
}

using Files = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("an image of up to 4096 words is one file", "[emit]") {
  CHECK(emit::rom_files("w.mem", image(1)) == Files{{"w.mem", image(1)}});
  CHECK(emit::rom_files("w.mem", image(4096)) == Files{{"w.mem", image(4096)}});
}

TEST_CASE("a larger image is cut into powers of two, and what is left", "[emit]") {
  const std::string all = image(12545);
  const Files files = emit::rom_files("w.mem", all);
  REQUIRE(files.size() == 3);
  CHECK(files[0].first == "w.mem.13.mem");
  CHECK(files[1].first == "w.mem.12.mem");
  CHECK(files[2].first == "w.mem");
  CHECK(files[0].second.size() == 8192 * 5);  // four digits and the end of the line
  CHECK(files[1].second.size() == 4096 * 5);
  CHECK(files[0].second + files[1].second + files[2].second == all);
  const Files whole = emit::rom_files("w.mem", image(8192));
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].first == "w.mem.13.mem");
}

}  // namespace
}  // namespace hillock::tests
