// snn_ram_1w2r: both read ports against an array; a read of the word being written returns the old
// content, read data hold, and a read as zero gives 0.
#include <array>
#include <map>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  std::map<std::int64_t, Bits> words;  // those that were written
  m->wr_data_i = {};
  const Bits zeros = rtl::get_bits(m->wr_data_i, P::Width);
  std::array<Bits, 2> expected;  // of the read ports; empty where it is undefined
  const std::int64_t writes = random.eighths();
  const std::int64_t reads = random.eighths();
  for (int i = 0; i < 500; ++i) {
    const std::int64_t to = random.whole(0, P::Depth - 1);
    const std::array<std::int64_t, 2> from = {random.chance(4) ? to : random.whole(0, P::Depth - 1),
                                              random.whole(0, P::Depth - 1)};
    const Bits data = rtl::random_bits(random, P::Width);
    m->wr_en_i = random.chance(writes);
    m->wr_addr_i = to;
    rtl::put_bits(m->wr_data_i, data);
    m->rd_en_a_i = random.chance(reads);
    m->rd_en_b_i = random.chance(reads);
    const bool zero = random.chance(2);
    m->rd_zero_a_i = zero;
    m->rd_addr_a_i = from[0];
    m->rd_addr_b_i = from[1];
    m.settle();
    const std::array<Bits, 2> have = {rtl::get_bits(m->rd_data_a_o, P::Width),
                                      rtl::get_bits(m->rd_data_b_o, P::Width)};
    const std::array<bool, 2> reading = {m->rd_en_a_i != 0, m->rd_en_b_i != 0};
    for (std::size_t k = 0; k < 2; ++k) {
      if (!expected[k].empty()) {
        rtl::require(have[k] == expected[k], "cycle", i, ": read data of port", k);
      }
      if (reading[k]) expected[k] = words.count(from[k]) != 0 ? words[from[k]] : Bits();
    }
    if (reading[0] && zero) expected[0] = zeros;
    if (m->wr_en_i) words[to] = data;
    m.rise();
  }
}

}  // namespace

RTL_MAIN(20)
