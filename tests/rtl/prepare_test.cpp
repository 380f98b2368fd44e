// snn_prepare against numeric::prepare(): every rule; every input at small widths, random ones at
// large widths; one cycle of latency. Sums are compared modulo 2^SumBits.
#include <optional>

#include "matrix.h"
#include "tests/rtl/rules.h"

namespace {

using hillock::numeric::NeuronConstants;
using hillock::numeric::prepare;
using hillock::numeric::Prepared;
using rtl::Random;

struct Input {
  std::int64_t membrane = 0;
  bool start = false;
  NeuronConstants c;
};

template <class P>
class Test {
 public:
  explicit Test(Random& random) : m_(random) {
    m_.settle();
    rules_ = rtl::rules(m_->rules_o);
  }

  void look_at(const Input& in) {
    rtl::put(m_->membrane_i, 0, P::MembraneBits, static_cast<std::uint64_t>(in.membrane));
    rtl::put(m_->threshold_i, 0, P::MembraneBits, static_cast<std::uint64_t>(in.c.threshold));
    rtl::put(m_->bias_i, 0, P::SumBits, static_cast<std::uint64_t>(in.c.bias));
    m_->decay_i = in.c.decay.multiplier;
    m_->start_i = in.start;
    m_.settle();
    if (before_) compare(*before_);
    before_ = in;
    m_.rise();
  }

 private:
  void compare(const Input& in) {
    for (int r = 0; r < rtl::kRules; ++r) {
      const Prepared expected = prepare(in.membrane, in.start, rules_[r], in.c);
      const std::uint64_t sum = rtl::get(m_->sums_o, r * P::SumBits, P::SumBits);
      const bool held = ((m_->held_o >> r) & 1) != 0;
      if (held == expected.held &&
          sum == (static_cast<std::uint64_t>(expected.sum) & rtl::mask(P::SumBits))) {
        continue;
      }
      rtl::require(false, rtl::describe(rules_[r]), ": membrane", in.membrane, "start", in.start,
                   "threshold", in.c.threshold, "bias", in.c.bias, "decay", in.c.decay.multiplier,
                   "gave", rtl::sign_extend(sum, P::SumBits), held, "not", expected.sum,
                   expected.held);
    }
  }

  rtl::Clocked<typename P::Top> m_;
  std::vector<hillock::numeric::NeuronSwitches> rules_;
  std::optional<Input> before_;
};

template <class P>
void test(Random& random) {
  using hillock::numeric::max_of;
  using hillock::numeric::min_of;
  Test<P> test(random);
  const std::int64_t one = std::int64_t{1} << P::DecayShift;
  Input in;
  in.c.decay.shift = static_cast<int>(P::DecayShift);
  if (P::SumBits + 2 * P::MembraneBits + P::DecayShift <= 15) {
    const std::int64_t low = min_of(P::MembraneBits);
    const std::int64_t high = max_of(P::MembraneBits);
    for (in.membrane = low; in.membrane <= high; ++in.membrane) {
      for (in.c.threshold = low; in.c.threshold <= high; ++in.c.threshold) {
        for (in.c.bias = min_of(P::SumBits); in.c.bias <= max_of(P::SumBits); ++in.c.bias) {
          for (in.c.decay.multiplier = 0; in.c.decay.multiplier <= one; ++in.c.decay.multiplier) {
            in.start = false;
            test.look_at(in);
            in.start = true;
            test.look_at(in);
          }
        }
      }
    }
  } else {
    for (int i = 0; i < 20000; ++i) {
      in.c.threshold = rtl::random_signed(random, random.whole(1, P::MembraneBits - 1));
      in.membrane = random.chance(4) ? in.c.threshold + random.whole(-1, 1)
                                     : rtl::random_signed(random, random.whole(1, P::MembraneBits));
      in.c.bias = rtl::random_signed(random, random.whole(1, P::SumBits));
      in.c.decay.multiplier = random.chance(1) ? one : random.whole(0, one);
      in.start = random.chance(1);
      test.look_at(in);
    }
  }
  test.look_at(in);
}

}  // namespace

RTL_MAIN(1)
