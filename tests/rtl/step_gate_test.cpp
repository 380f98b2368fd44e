// snn_step_gate: all four inputs.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Model<typename P::Top> m(random);
  for (int v = 0; v < 4; ++v) {
    m->stall_i = v & 1;
    m->ready_i = v >> 1;
    m.eval();
    rtl::require(m->ready_o == (v == 2), "stall", v & 1, "ready", v >> 1);
  }
}

}  // namespace

RTL_MAIN(1)
