// snn_accumulate: every input at small widths, random ones at large widths, modulo 2^SumBits; with
// MaxInput the larger of the two.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;
using rtl::sign_extend;

template <class P>
void look_at(rtl::Model<typename P::Top>& m, bool event, std::uint64_t weight, std::uint64_t value,
             std::uint64_t sum) {
  m->event_i = event;
  m->weight_i = weight;
  m->value_i = value;
  m->sum_i = sum;
  m.eval();
  const std::int64_t w =
      P::WeightBits == 1 ? (weight == 0 ? 1 : -1) : sign_extend(weight, P::WeightBits);
  const std::int64_t x = P::ValueBits == 1 ? 1 : sign_extend(value, P::ValueBits);
  const std::uint64_t term = event ? static_cast<std::uint64_t>(w * x) << P::FractionBits : 0;
  std::uint64_t expected = (sum + term) & rtl::mask(P::SumBits);
  if (P::MaxInput != 0) {
    expected = event && w > sign_extend(sum, P::SumBits) ? weight : sum;
  }
  rtl::require(m->sum_o == expected, "event", event, "weight", w, "value", x, "sum", sum, "gave",
               std::uint64_t{m->sum_o}, "not", expected);
}

template <class P>
void test(Random& random) {
  rtl::Model<typename P::Top> m(random);
  const std::int64_t bits = 1 + P::WeightBits + P::ValueBits + P::SumBits;
  if (bits <= 16) {
    for (std::uint64_t v = 0; v <= rtl::mask(bits); ++v) {
      std::uint64_t rest = v;
      const auto take = [&](std::int64_t width) {
        const std::uint64_t field = rest & rtl::mask(width);
        rest >>= width;
        return field;
      };
      const std::uint64_t event = take(1);
      const std::uint64_t weight = take(P::WeightBits);
      const std::uint64_t value = take(P::ValueBits);
      look_at<P>(m, event != 0, weight, value, take(P::SumBits));
    }
    return;
  }
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t sum = random.next() & rtl::mask(P::SumBits);
    std::uint64_t weight = random.next();
    if (P::MaxInput != 0 && random.chance(4)) weight = sum + random.next() % 3 - 1;
    look_at<P>(m, random.chance(6), weight & rtl::mask(P::WeightBits),
               random.next() & rtl::mask(P::ValueBits), sum);
  }
}

}  // namespace

RTL_MAIN(1)
