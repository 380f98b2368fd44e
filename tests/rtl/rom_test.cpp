// snn_rom: random images read back, one cycle late, held while not enabled.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

template <class P>
void test(Random& random) {
  std::vector<Bits> image;
  for (int i = 0; i < P::Depth; ++i) image.push_back(rtl::random_bits(random, P::Width));
  rtl::write_memory(P::MemInitFile, image);
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
