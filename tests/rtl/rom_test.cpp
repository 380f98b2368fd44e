// snn_rom: random images read back, one cycle late, held while not enabled.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

// As snn_rom takes it: in parts of powers of two, the largest first, and what is left.
template <class P>
void write_image(std::vector<Bits> image) {
  const std::string name = P::MemInitFile;
  if (image.size() <= 4096) return rtl::write_memory(name.c_str(), image);
  for (std::size_t b = 30; b >= 12; --b) {
    const std::size_t size = std::size_t{1} << b;
    if (image.size() < size) continue;
    const auto end = image.begin() + static_cast<std::ptrdiff_t>(size);
    rtl::write_memory((name + "." + std::to_string(b) + ".mem").c_str(), {image.begin(), end});
    image.erase(image.begin(), end);
  }
  rtl::write_memory(name.c_str(), image);
}

template <class P>
void test(Random& random) {
  std::vector<Bits> image;
  for (int i = 0; i < P::Depth; ++i) image.push_back(rtl::random_bits(random, P::Width));
  write_image<P>(image);
  rtl::Clocked<typename P::Top> m(random);
  Bits expected;
  const std::int64_t reads = random.whole(1, 8);
  for (int i = 0; i < 4 * P::Depth + 20; ++i) {
    const std::int64_t from = i < P::Depth ? i : random.whole(0, P::Depth - 1);
    m->en_i = i < P::Depth || random.chance(reads);
    m->addr_i = from;
    m.settle();
    if (!expected.empty()) {
      rtl::require(rtl::get_bits(m->data_o, P::Width) == expected, "cycle", i, ": read data");
    }
    if (m->en_i) expected = image[from];
    m.rise();
  }
}

}  // namespace

RTL_MAIN(10)
