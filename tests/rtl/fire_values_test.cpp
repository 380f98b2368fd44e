// snn_fire where events carry values, counts of spikes or membranes, against numeric::fire(): every
// input at small widths, random ones and the corners at large widths.
#include "compiler/numeric/neuron.h"
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
void look_at(rtl::Model<typename P::Top>& m, std::int64_t sum, std::int64_t threshold) {
  rtl::put(m->sum_i, 0, P::SumBits, static_cast<std::uint64_t>(sum));
  rtl::put(m->threshold_i, 0, P::MembraneBits, static_cast<std::uint64_t>(threshold));
  m.eval();
  hillock::numeric::NeuronSwitches s;
  s.spiking = P::Spiking != 0;
  s.reset_subtract = P::ResetSubtract != 0;
  s.reset_zero = P::ResetZero != 0;
  s.same_step = P::SameStep != 0;
  s.reset_offset = static_cast<int>(P::ResetOffset);
  s.max_spikes = static_cast<int>(P::MaxSpikes);
  s.value_bits = P::Spiking != 0 ? 0 : static_cast<int>(P::EventBits);
  s.value_shift = static_cast<int>(P::ValueShift);
  hillock::numeric::NeuronConstants c;
  c.threshold = threshold;
  c.membrane_bits = static_cast<int>(P::MembraneBits);
  const auto e = hillock::numeric::fire(sum, false, s, c);
  const std::uint64_t membrane = rtl::get(m->membrane_o, 0, P::MembraneBits);
  const std::uint64_t value = rtl::get(m->value_o, 0, P::EventBits);
  rtl::require(
      (m->spike_o != 0) == e.spike && (m->saturated_o != 0) == e.saturated &&
          value == (static_cast<std::uint64_t>(e.value) & rtl::mask(P::EventBits)) &&
          membrane == (static_cast<std::uint64_t>(e.membrane) & rtl::mask(P::MembraneBits)),
      "sum", sum, "threshold", threshold, "gave", int{m->spike_o}, value,
      rtl::sign_extend(membrane, P::MembraneBits), int{m->saturated_o}, "not", e.spike, e.value,
      e.membrane, e.saturated);
}

template <class P>
void test(Random& random) {
  using hillock::numeric::max_of;
  using hillock::numeric::min_of;
  rtl::Model<typename P::Top> m(random);
  m->held_i = 0;
  m->reset_value_i = 0;
  const std::int64_t lowest = 1 - P::ResetOffset;
  if (P::SumBits <= 8) {
    for (std::int64_t sum = min_of(P::SumBits); sum <= max_of(P::SumBits); ++sum) {
      for (std::int64_t t = lowest; t <= max_of(P::MembraneBits); ++t) look_at<P>(m, sum, t);
    }
    return;
  }
  for (int i = 0; i < 30000; ++i) {
    const std::int64_t threshold = std::max(
        lowest, std::int64_t{random.whole(0, 1)} +
                    (rtl::random_signed(random, random.whole(2, P::MembraneBits)) & max_of(40)) %
                        max_of(P::MembraneBits));
    std::int64_t sum = rtl::random_signed(random, random.whole(1, P::SumBits));
    // Near a multiple of what a spike takes away.
    if (random.chance(4)) {
      sum = random.whole(0, 300) * (threshold + P::ResetOffset) + random.whole(-2, 2);
    }
    if (sum < min_of(P::SumBits) || sum > max_of(P::SumBits)) continue;
    look_at<P>(m, sum, threshold);
  }
}

}  // namespace

RTL_MAIN(1)
