// snn_stream_fork: every taker takes every transfer once, in the first cycle in which it can; the
// source's transfer is done in the cycle of the last taker.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->valid_i = 1;
  m->ready_i = 1;
  m.reset();
  m->valid_i = 0;
  std::vector<std::int64_t> readies(P::Takers);
  for (std::int64_t& r : readies) r = random.whole(1, 8);
  const std::int64_t offers = random.whole(1, 8);
  std::uint64_t taken = 0;  // by whom, of this transfer
  bool offering = false;
  int done = 0;
  for (int i = 0; i < 2000; ++i) {
    offering = offering || random.chance(offers);
    m->valid_i = offering;
    for (std::int64_t t = 0; t < P::Takers; ++t) {
      rtl::put(m->ready_i, t, 1, random.chance(readies[t]));
    }
    m.settle();
    const std::uint64_t all = rtl::mask(P::Takers);
    const std::uint64_t expected = offering ? all & ~taken : 0;
    rtl::require(m->valid_o == expected, "cycle", i, ": valid_o", int{m->valid_o}, "not", expected);
    taken |= m->valid_o & m->ready_i;
    if (offering) {
      rtl::require(m->ready_o == (taken == all), "cycle", i, ": ready_o");
      if (m->ready_o) {
        offering = false;
        taken = 0;
        ++done;
      }
    }
    m.rise();
  }
  rtl::require(done > 0, "nothing was transferred");
}

}  // namespace

RTL_MAIN(30)
