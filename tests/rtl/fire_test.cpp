// snn_fire against numeric::fire(): every rule; every input at small widths, random ones and the
// corners at large widths. Membranes are compared modulo 2^MembraneBits: that a reset does not
// overflow is the compiler's proof.
#include "matrix.h"
#include "tests/rtl/rules.h"

namespace {

using hillock::numeric::fire;
using hillock::numeric::Fired;
using rtl::Random;

template <class P>
void look_at(rtl::Model<typename P::Top>& m,
             const std::vector<hillock::numeric::NeuronSwitches>& rules, std::int64_t sum,
             bool held, std::int64_t threshold, std::int64_t reset_value) {
  rtl::put(m->sum_i, 0, P::SumBits, static_cast<std::uint64_t>(sum));
  rtl::put(m->threshold_i, 0, P::MembraneBits, static_cast<std::uint64_t>(threshold));
  rtl::put(m->reset_value_i, 0, P::MembraneBits, static_cast<std::uint64_t>(reset_value));
  m->held_i = held;
  m.eval();
  hillock::numeric::NeuronConstants c;
  c.threshold = threshold;
  c.reset_value = reset_value;
  c.membrane_bits = static_cast<int>(P::MembraneBits);
  for (int r = 0; r < rtl::kRules; ++r) {
    const Fired expected = fire(sum, held, rules[r], c);
    const bool spike = ((m->spikes_o >> r) & 1) != 0;
    const bool saturated = ((m->saturated_o >> r) & 1) != 0;
    const std::uint64_t membrane = rtl::get(m->membranes_o, r * P::MembraneBits, P::MembraneBits);
    if (spike == expected.spike && saturated == expected.saturated &&
        membrane == (static_cast<std::uint64_t>(expected.membrane) & rtl::mask(P::MembraneBits))) {
      continue;
    }
    rtl::require(false, rtl::describe(rules[r]), ": sum", sum, "held", held, "threshold", threshold,
                 "reset value", reset_value, "gave", spike,
                 rtl::sign_extend(membrane, P::MembraneBits), saturated, "not", expected.spike,
                 expected.membrane, expected.saturated);
  }
}

template <class P>
void test(Random& random) {
  using hillock::numeric::max_of;
  using hillock::numeric::min_of;
  rtl::Model<typename P::Top> m(random);
  m.eval();
  const auto rules = rtl::rules(m->rules_o);
  const std::int64_t low = min_of(P::MembraneBits);
  const std::int64_t high = max_of(P::MembraneBits);
  if (P::SumBits + 2 * P::MembraneBits <= 15) {
    for (std::int64_t sum = min_of(P::SumBits); sum <= max_of(P::SumBits); ++sum) {
      for (std::int64_t threshold = low; threshold <= high; ++threshold) {
        for (std::int64_t value = low; value <= high; ++value) {
          look_at<P>(m, rules, sum, false, threshold, value);
          look_at<P>(m, rules, sum, true, threshold, value);
        }
      }
    }
    return;
  }
  for (int i = 0; i < 20000; ++i) {
    const std::int64_t threshold = rtl::random_signed(random, random.whole(1, P::MembraneBits));
    // Near the threshold, the corners of the membrane, or anywhere.
    const std::int64_t corners[] = {threshold, high, low, 0};
    std::int64_t sum = corners[random.whole(0, 3)] + random.whole(-2, 2);
    if (random.chance(4) || sum < min_of(P::SumBits) || sum > max_of(P::SumBits)) {
      sum = rtl::random_signed(random, random.whole(1, P::SumBits));
    }
    look_at<P>(m, rules, sum, random.chance(4), threshold,
               rtl::random_signed(random, P::MembraneBits));
  }
}

}  // namespace

RTL_MAIN(1)
