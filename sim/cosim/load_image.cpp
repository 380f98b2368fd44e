#include "sim/cosim/load_image.h"

#include <cstdint>
#include <string>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"

namespace hillock::sim {

// docs/integration.md: three words of header, then runs of an address, a count and that many words.
std::vector<HillockLoad> read_load_image(const std::filesystem::path& file) {
  const std::string bytes = support::read_file(file);
  const auto word = [&](std::size_t i) {
    std::uint32_t v = 0;
    for (std::size_t b = 4; b-- > 0;) v = v << 8 | static_cast<unsigned char>(bytes[4 * i + b]);
    return v;
  };
  const std::size_t words = bytes.size() / 4;
  std::vector<HillockLoad> load;
  std::size_t at = 3;
  bool whole = bytes.size() % 4 == 0 && words >= at && bytes.compare(0, 4, "HLKW") == 0;
  while (whole && at < words) {
    whole = at + 2 <= words && word(at + 1) <= words - at - 2;
    if (!whole) break;
    const std::uint32_t address = word(at);
    const std::uint32_t count = word(at + 1);
    for (std::uint32_t i = 0; i < count; ++i) load.push_back({address + i, word(at + 2 + i)});
    at += 2 + count;
  }
  if (!whole) {
    support::fail(support::DiagnosticKind::BadBuild, {file.string()}, "is not a whole load image");
  }
  return load;
}

}  // namespace hillock::sim
