// snn_decay against numeric::decay(): every membrane and multiplier at small widths, random ones
// and the corners at large widths; one cycle of latency. The sum against one of 64 bits.
#include "compiler/numeric/fixed_point.h"
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using hillock::numeric::decay;
using hillock::numeric::max_of;
using hillock::numeric::min_of;
using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  const std::int64_t one = std::int64_t{1} << P::Shift;  // a multiplier of 1.0
  bool begun = false;
  std::int64_t expected = 0;
  const auto look_at = [&](std::int64_t v, std::int64_t multiplier) {
    const std::uint64_t addend = random.next() & rtl::mask(P::SumBits);
    rtl::put(m->v_i, 0, P::Width, static_cast<std::uint64_t>(v));
    rtl::put(m->addend_i, 0, P::SumBits, addend);
    m->multiplier_i = multiplier;
    m.settle();
    const std::int64_t d = rtl::sign_extend(rtl::get(m->d_o, 0, P::Width), P::Width);
    if (begun) rtl::require(d == expected, "got", d, "expected", expected, "before", v, multiplier);
    if (begun) {
      const std::uint64_t sum = rtl::get(m->sum_o, 0, P::SumBits);
      const std::uint64_t wanted =
          (static_cast<std::uint64_t>(expected) + addend) & rtl::mask(P::SumBits);
      rtl::require(sum == wanted, "sum", sum, "expected", wanted, "before", v, multiplier);
    }
    begun = true;
    // Where the multiplier is a constant, the port is not looked at.
    expected =
        decay(v, {P::Constant != 0 ? P::Multiplier : multiplier, static_cast<int>(P::Shift)});
    m.rise();
  };
  const std::int64_t lo = min_of(P::Width);
  const std::int64_t hi = max_of(P::Width);
  if (P::Width + P::Shift <= 16) {
    for (std::int64_t v = lo; v <= hi; ++v) {
      for (std::int64_t multiplier = 0; multiplier <= one; ++multiplier) look_at(v, multiplier);
    }
  } else {
    for (const std::int64_t v : {lo, lo + 1, std::int64_t{-1}, std::int64_t{0}, hi - 1, hi}) {
      for (const std::int64_t multiplier :
           {std::int64_t{0}, std::int64_t{1}, one / 2, one - 1, one}) {
        look_at(v, multiplier);
      }
    }
    for (int i = 0; i < 20000; ++i) {
      look_at(rtl::random_signed(random, random.whole(1, P::Width)), random.whole(0, one));
    }
  }
  look_at(0, 0);
}

}  // namespace

RTL_MAIN(1)
