// snn_lutram: against an array; reads in the same cycle, the written word shows from the next on.
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
  const std::int64_t writes = random.eighths();
  for (int i = 0; i < 500; ++i) {
    const std::int64_t to = random.whole(0, P::Depth - 1);
    const std::int64_t from = random.chance(4) ? to : random.whole(0, P::Depth - 1);
    const Bits data = rtl::random_bits(random, P::Width);
    m->wr_en_i = random.chance(writes);
    m->wr_addr_i = to;
    rtl::put_bits(m->wr_data_i, data);
    m->rd_addr_i = from;
    m.settle();
    if (words.count(from) != 0) {
      rtl::require(rtl::get_bits(m->rd_data_o, P::Width) == words[from], "cycle", i, ": word",
                   from);
    }
    if (m->wr_en_i) words[to] = data;
    m.rise();
  }
}

}  // namespace

RTL_MAIN(20)
