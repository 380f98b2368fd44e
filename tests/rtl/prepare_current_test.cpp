// snn_prepare_current against numeric::prepare(): every input at small widths, random ones at large
// widths; one cycle of latency. Modulo 2^CurrentBits.
#include <optional>

#include "compiler/numeric/neuron.h"
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

struct Input {
  std::int64_t current = 0;
  std::int64_t bias = 0;
  std::int64_t multiplier = 0;
  bool start = false;
};

template <class P>
class Test {
 public:
  explicit Test(rtl::Random& random) : m_(random) { switches_.current = true; }

  void look_at(const Input& in) {
    rtl::put(m_->current_i, 0, P::CurrentBits, static_cast<std::uint64_t>(in.current));
    rtl::put(m_->bias_i, 0, P::CurrentBits, static_cast<std::uint64_t>(in.bias));
    m_->decay_i = in.multiplier;
    m_->start_i = in.start;
    m_.settle();
    if (before_) compare(*before_);
    before_ = in;
    m_.rise();
  }

 private:
  void compare(const Input& in) {
    hillock::numeric::NeuronConstants c;
    c.current_decay = {in.multiplier, static_cast<int>(P::DecayShift)};
    c.current_bits = static_cast<int>(P::CurrentBits);
    const auto current = [&](std::int64_t bias) {
      c.current_bias = bias;
      return prepare(0, in.current, 0, in.start, switches_, c).current;
    };
    const std::uint64_t mask = rtl::mask(P::CurrentBits);
    const std::uint64_t sum = rtl::get(m_->sum_o, 0, P::CurrentBits);
    const std::uint64_t decayed = rtl::get(m_->decayed_o, 0, P::CurrentBits);
    rtl::require(sum == (static_cast<std::uint64_t>(current(in.bias)) & mask) &&
                     decayed == (static_cast<std::uint64_t>(current(0)) & mask),
                 "current", in.current, "start", in.start, "bias", in.bias, "decay", in.multiplier,
                 "gave", decayed, sum, "not", current(0), current(in.bias));
  }

  rtl::Clocked<typename P::Top> m_;
  hillock::numeric::NeuronSwitches switches_;
  std::optional<Input> before_;
};

template <class P>
void test(rtl::Random& random) {
  Test<P> test(random);
  const std::int64_t one = std::int64_t{1} << P::DecayShift;
  const std::int64_t low = hillock::numeric::min_of(P::CurrentBits);
  const std::int64_t high = hillock::numeric::max_of(P::CurrentBits);
  Input in;
  if (2 * P::CurrentBits + P::DecayShift <= 15) {
    for (in.current = low; in.current <= high; ++in.current) {
      for (in.bias = low; in.bias <= high; ++in.bias) {
        for (in.multiplier = 0; in.multiplier <= one; ++in.multiplier) {
          in.start = random.chance(2);
          test.look_at(in);
        }
      }
    }
  } else {
    for (int i = 0; i < 20000; ++i) {
      in.current = rtl::random_signed(random, random.whole(1, P::CurrentBits));
      in.bias = rtl::random_signed(random, random.whole(1, P::CurrentBits));
      in.multiplier = random.chance(1) ? one : random.whole(0, one);
      in.start = random.chance(1);
      test.look_at(in);
    }
  }
  test.look_at(in);
}

}  // namespace

RTL_MAIN(1)
