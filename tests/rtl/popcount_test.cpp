// snn_popcount: all inputs at small widths, random ones at large widths.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;

template <class P>
void test(rtl::Random& random) {
  rtl::Model<typename P::Top> m(random);
  const bool all = P::Width <= 10;
  const std::int64_t inputs = all ? std::int64_t{1} << P::Width : 500;
  for (std::int64_t v = 0; v < inputs; ++v) {
    Bits in;
    if (all)
      rtl::append(in, v, P::Width);
    else
      in = v == 0 ? Bits(P::Width, true) : rtl::random_bits(random, P::Width, random.eighths());
    std::int64_t expected = 0;
    for (const bool bit : in) expected += bit;
    rtl::put_bits(m->bits_i, in);
    m.eval();
    rtl::require(m->count_o == expected, "count of", rtl::hex(in), "is", int{m->count_o});
  }
}

}  // namespace

RTL_MAIN(1)
