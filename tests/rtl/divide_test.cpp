// snn_divide: every dividend up to 14 bits, above that random ones and those next to a multiple.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Model<typename P::Top> m(random);
  const auto word = [](const auto& port, std::int64_t d) { return rtl::get(port, 32 * d, 32); };
  const auto look_at = [&](std::uint64_t dividend) {
    m->dividend_i = dividend;
    m.eval();
    for (std::int64_t d = 0; d < P::Count; ++d) {
      const std::uint64_t divisor = P::First + d * P::Step;
      rtl::require(word(m->divisors_o, d) == divisor, "the wrapper's divisors");
      const std::uint64_t quotient = word(m->quotients_o, d);
      const std::uint64_t remainder = word(m->remainders_o, d);
      rtl::require(quotient == dividend / divisor && remainder == dividend % divisor, dividend, "/",
                   divisor, "gave", quotient, "rest", remainder);
    }
  };
  const std::uint64_t most = rtl::mask(P::DividendBits);
  if (P::DividendBits <= 14) {
    for (std::uint64_t v = 0; v <= most; ++v) look_at(v);
    return;
  }
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t divisor = P::First + random.whole(0, P::Count - 1) * P::Step;
    const std::uint64_t multiple = random.whole(0, most / divisor) * divisor;
    look_at(multiple);
    look_at(multiple == 0 ? most : multiple - 1);
    look_at(random.next() & most);
  }
}

}  // namespace

RTL_MAIN(1)
