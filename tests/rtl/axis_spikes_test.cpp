// snn_axis_spikes under random stalls and resets of the core: every event becomes a word, in order;
// what waits in front of the stream outlives a reset of the core, which takes nothing in.
#include <deque>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

struct Word {
  std::uint64_t data;
  bool last;
};

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->core_rst_i = 0;
  m->beat_valid_i = 1;
  m->tready_i = 1;
  m.reset();
  m->beat_valid_i = 0;
  rtl::StreamWatch watch("words");
  std::deque<Word> inside;
  const std::int64_t offers = random.whole(1, 8);
  const std::int64_t takes = random.whole(1, 8);
  for (int i = 0; i < 800; ++i) {
    m->core_rst_i = random.whole(0, 30) == 0;
    if (!m->beat_valid_i && random.chance(offers)) {
      m->beat_valid_i = 1;
      m->beat_event_i = random.whole(0, 1);
      m->beat_step_last_i = random.whole(0, 1);
      m->beat_sample_last_i = random.whole(0, 1);
      m->beat_addr_i = random.next() & rtl::mask(P::AddrBits);
      m->beat_value_i = random.next() & rtl::mask(P::ValueBits);
    }
    m->tready_i = random.chance(takes);
    m.settle();
    rtl::require(m->tvalid_o == !inside.empty(), "cycle", i, ": tvalid");
    watch.observe(m->tvalid_o, m->tready_i, {m->tdata_o, m->tlast_o});
    if (!inside.empty()) {
      rtl::require(m->tdata_o == inside.front().data && m->tlast_o == inside.front().last, "cycle",
                   i, ": word");
    }
    // Room for two.
    if (!m->core_rst_i) rtl::require(m->beat_ready_o == (inside.size() < 2), "cycle", i, ": ready");
    const bool taken = m->beat_valid_i && m->beat_ready_o && !m->core_rst_i;
    if (m->tvalid_o && m->tready_i) inside.pop_front();
    if (taken) {
      const std::uint64_t event = m->beat_event_i;
      const std::uint64_t value = m->beat_value_i;
      const std::uint64_t addr = m->beat_addr_i;
      std::uint64_t data =
          std::uint64_t{m->beat_step_last_i} << (P::StreamBits - 1) | event << (P::StreamBits - 2);
      if (event != 0) data |= value << (P::StreamBits / 2) | addr;
      inside.push_back({data, m->beat_sample_last_i != 0});
    }
    m.rise();
    if (taken || m->core_rst_i) m->beat_valid_i = 0;  // a reset withdraws what is offered
  }
}

}  // namespace

RTL_MAIN(20)
