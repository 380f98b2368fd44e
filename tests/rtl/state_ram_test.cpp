// snn_state_ram: against an array; a read of the word being written returns the new content, or
// with Bypass = 0 the old one; read data hold; Depth = 1 shows the present content.
#include <map>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;

template <class P>
void test(rtl::Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  std::map<std::int64_t, Bits> words;  // those that were written
  Bits expected;                       // of rd_data_o; empty where it is undefined
  const std::int64_t writes = random.eighths();
  const std::int64_t reads = random.eighths();
  for (int i = 0; i < 500; ++i) {
    const std::int64_t to = random.whole(0, P::Depth - 1);
    const std::int64_t from = random.chance(4) ? to : random.whole(0, P::Depth - 1);
    const Bits data = rtl::random_bits(random, P::Width);
    m->wr_en_i = random.chance(writes);
    m->wr_addr_i = to;
    rtl::put_bits(m->wr_data_i, data);
    m->rd_en_i = random.chance(reads);
    m->rd_addr_i = from;
    m.settle();
    if (P::Depth == 1) expected = words.count(0) != 0 ? words[0] : Bits();
    if (!expected.empty()) {
      rtl::require(rtl::get_bits(m->rd_data_o, P::Width) == expected, "cycle", i, ": read data");
    }
    if (m->wr_en_i && P::Bypass != 0) words[to] = data;
    if (P::Depth > 1 && m->rd_en_i) expected = words.count(from) != 0 ? words[from] : Bits();
    if (m->wr_en_i) words[to] = data;
    m.rise();
  }
}

}  // namespace

RTL_MAIN(20)
