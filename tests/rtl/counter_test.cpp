// snn_counter: adds where enabled, holds otherwise, wraps, and is cleared by reset.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->en_i = 1;
  m->step_i = rtl::mask(P::StepBits);
  m.reset(1);
  std::uint64_t count = 0;
  const std::int64_t enables = random.eighths();
  for (int i = 0; i < 500; ++i) {
    m->rst_i = random.whole(0, 99) == 0;
    m->en_i = random.chance(enables);
    m->step_i = random.next() & rtl::mask(P::StepBits);
    m.settle();
    rtl::require(m->count_o == count, "cycle", i, ": count", std::uint64_t{m->count_o}, "not",
                 count);
    if (m->rst_i)
      count = 0;
    else if (m->en_i)
      count = (count + m->step_i) & rtl::mask(P::Width);
    m.rise();
  }
}

}  // namespace

RTL_MAIN(20)
