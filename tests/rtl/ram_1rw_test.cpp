// snn_ram_1rw against an array: words read back one cycle late, held while nothing is read.
#include <map>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  std::map<std::int64_t, Bits> words;
  Bits expected;
  const std::int64_t writes = random.whole(1, 7);
  const std::int64_t busy = random.whole(1, 8);
  for (int i = 0; i < 8 * P::Depth + 50; ++i) {
    const std::int64_t at = random.whole(0, P::Depth - 1);
    const Bits data = rtl::random_bits(random, P::Width);
    const bool write = random.chance(writes) || words.count(at) == 0;
    m->en_i = random.chance(busy);
    m->we_i = write;
    m->addr_i = at;
    rtl::put_bits(m->data_i, data);
    m.settle();
    if (!expected.empty()) {
      rtl::require(rtl::get_bits(m->data_o, P::Width) == expected, "cycle", i, ": read data");
    }
    if (m->en_i && write) words[at] = data;
    if (m->en_i && !write) expected = words[at];
    m.rise();
  }
}

}  // namespace

RTL_MAIN(10)
