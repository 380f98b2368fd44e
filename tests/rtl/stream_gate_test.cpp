// snn_stream_gate: under any stalls, a transfer happens on both sides at once, an offer is never
// withdrawn, and without stalls it is wires.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->stall_i = m->valid_i = m->ready_i = 0;
  m.reset();
  rtl::StreamWatch out("the gated stream");
  const std::int64_t offers = random.eighths();
  const std::int64_t takes = random.eighths();
  const std::int64_t stalls = random.eighths();
  bool valid = false;
  bool offered = false;  // in the cycle before, and not taken
  for (int i = 0; i < 2000; ++i) {
    if (random.whole(0, 199) == 0) {
      // In the middle of an offer, which a reset forgets.
      m->valid_i = 1;
      m->ready_i = m->stall_i = 0;
      m.reset();
      out = rtl::StreamWatch("the gated stream");
      valid = true;
      offered = false;
    }
    if (!valid) valid = random.chance(offers);
    m->valid_i = valid;
    m->ready_i = random.chance(takes);
    m->stall_i = random.chance(stalls);
    m.settle();
    const bool transfer = m->valid_o && m->ready_i;
    rtl::require((m->valid_i && m->ready_o) == transfer, "cycle", i, ": one side transfers alone");
    if (!m->stall_i) {
      rtl::require(m->valid_o == valid, "cycle", i, ": an offer is lost without a stall");
      rtl::require(m->ready_o == m->ready_i, "cycle", i, ": ready is lost without a stall");
    } else {
      rtl::require(m->valid_o == offered, "cycle", i, ": a stall does not hold the stream back");
    }
    out.observe(m->valid_o, m->ready_i, {});
    offered = m->valid_o && !m->ready_i;
    m.rise();
    if (transfer) valid = false;
  }
}

}  // namespace

RTL_MAIN(40)
