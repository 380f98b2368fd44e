// snn_uart_tx to snn_uart_rx over a line: all bytes arrive, also where the sender's bits are a
// little shorter or longer than the receiver's; and a line that is pulled low for a moment is no
// byte.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->valid_i = 0;
  m->glitch_i = 0;
  m.reset();
  std::vector<unsigned> sent;
  std::size_t got = 0;
  const std::int64_t offers = random.whole(0, 3);
  bool quiet = false;
  for (std::int64_t i = 0; i < 400 * P::ReceiveClocks; ++i) {
    const bool last = i > 360 * P::ReceiveClocks;
    if (!m->valid_i && !last && (offers == 0 || random.whole(0, 20 << offers) == 0)) {
      m->valid_i = 1;
      m->data_i = random.whole(0, 255);
    }
    // A glitch of less than half a bit, while nothing is sent.
    quiet = m->ready_o && !m->valid_i && got == sent.size();
    m->glitch_i = quiet && last && i % (4 * P::ReceiveClocks) == 0;
    m.settle();
    if (m->valid_o) {
      rtl::require(got < sent.size() && m->data_o == sent[got], "byte", got);
      ++got;
    }
    const bool taken = m->valid_i && m->ready_o;
    if (taken) sent.push_back(m->data_i);
    m.rise();
    if (taken) m->valid_i = 0;
  }
  rtl::require(got == sent.size() && got > 2, "bytes:", got, "of", sent.size());
}

}  // namespace

RTL_MAIN(10)
