// snn_fifo: against a queue: order, when it is full and empty, one write and one read a cycle, and
// a reset in between.
#include <deque>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;

template <class P>
void test(rtl::Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->valid_i = m->ready_i = 1;
  m.reset();
  std::deque<Bits> queue;
  std::int64_t writes = 4;
  std::int64_t reads = 4;
  for (int i = 0; i < 1500; ++i) {
    if (i % 50 == 0) {
      writes = random.eighths();
      reads = random.eighths();
    }
    const Bits data = rtl::random_bits(random, P::Width);
    m->valid_i = random.chance(writes);
    m->ready_i = random.chance(reads);
    m->rst_i = random.whole(0, 199) == 0;
    rtl::put_bits(m->data_i, data);
    m.settle();
    const auto held = static_cast<std::int64_t>(queue.size());
    rtl::require(m->ready_o == (held < P::Depth), "cycle", i, ": ready_o with", held, "entries");
    rtl::require(m->valid_o == (held > 0), "cycle", i, ": valid_o with", held, "entries");
    if (held > 0) {
      rtl::require(rtl::get_bits(m->data_o, P::Width) == queue.front(), "cycle", i, ": data");
    }
    if (m->valid_o && m->ready_i) queue.pop_front();
    if (m->valid_i && held < P::Depth) queue.push_back(data);
    if (m->rst_i) queue.clear();
    m.rise();
  }
}

}  // namespace

RTL_MAIN(20)
