// snn_counter_select: every word, one cycle later.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  std::int64_t word = 0;
  std::uint64_t expected = 0;
  for (int i = 0; i < 200; ++i) {
    const rtl::Bits counters = rtl::random_bits(random, 32 * P::Counters);
    rtl::put_bits(m->counters_i, counters);
    word = i < P::Counters ? i : random.whole(0, P::Counters - 1);
    m->select_i = word;
    m.settle();
    if (i > 0) rtl::require(m->counter_o == expected, "cycle", i, ": word", word);
    expected = rtl::get(m->counters_i, 32 * word, 32);
    m.rise();
  }
}

}  // namespace

RTL_MAIN(2)
