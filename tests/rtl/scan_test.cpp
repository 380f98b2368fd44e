// snn_scan: what is shifted in is applied in the cycle that is not scanned, and only then are gated
// inputs high; the outputs of that cycle are shifted out.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  constexpr int kIn = P::InBits;
  constexpr int kOut = P::OutBits;
  for (int round = 0; round < 20; ++round) {
    const rtl::Bits inputs = rtl::random_bits(random, kIn);
    const rtl::Bits outputs = rtl::random_bits(random, kOut);
    const auto cycle = [&] {
      m.settle();
      m.rise();
    };
    const auto gated_are_low = [&] {
      for (int i = 0; i < kIn; ++i) {
        if ((P::Gated >> i) & 1) rtl::require(rtl::get(m->inputs_o, i, 1) == 0, "gated", i);
      }
    };
    m->scan_en_i = 1;
    for (int i = kIn - 1; i >= 0; --i) {
      m->scan_i = inputs[i];
      cycle();
      if (i < kIn - 1) gated_are_low();
    }
    // One cycle of the design: asked for now, applied a cycle later.
    m->scan_en_i = 0;
    cycle();
    m->scan_en_i = 1;
    rtl::put_bits(m->outputs_i, outputs);
    m.settle();
    for (int i = 0; i < kIn; ++i) {
      rtl::require((rtl::get(m->inputs_o, i, 1) != 0) == inputs[i], "round", round, ": input", i);
    }
    m.rise();
    rtl::put_bits(m->outputs_i, rtl::random_bits(random, kOut));
    for (int i = kOut - 1; i >= 0; --i) {
      m.settle();
      rtl::require((m->scan_o != 0) == outputs[i], "round", round, ": output", i);
      gated_are_low();
      m.rise();
    }
  }
}

}  // namespace

RTL_MAIN(2)
