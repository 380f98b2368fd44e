// snn_neuron_index under random stalls: every event leaves with the index of its slot, in order, a
// cycle after it came, one a cycle.
#include <deque>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

std::uint64_t number(const Bits& bits) {
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) v |= std::uint64_t{bits[i]} << i;
  return v;
}

template <class P>
void test(Random& random) {
  std::vector<Bits> image;
  for (int i = 0; i < P::Slots; ++i) image.push_back(rtl::random_bits(random, P::IndexBits));
  rtl::write_memory(P::IndexFile, image);
  rtl::Clocked<typename P::Top> m(random);
  m->beat_valid_i = 1;
  m->beat_ready_i = 1;
  m.reset();
  m->beat_valid_i = 0;
  rtl::StreamWatch watch("events");
  std::deque<std::vector<std::uint64_t>> inside;
  const std::int64_t offers = random.whole(1, 8);
  const std::int64_t takes = random.whole(1, 8);
  for (int i = 0; i < 600; ++i) {
    if (!m->beat_valid_i && random.chance(offers)) {
      m->beat_valid_i = 1;
      m->beat_event_i = random.whole(0, 1);
      m->beat_step_last_i = random.whole(0, 1);
      m->beat_sample_last_i = random.whole(0, 1);
      m->beat_addr_i = random.whole(0, P::Slots - 1);
      m->beat_value_i = random.next() & rtl::mask(P::ValueBits);
    }
    m->beat_ready_i = random.chance(takes);
    m.settle();
    // It holds one event, and takes the next as that one leaves.
    rtl::require(m->beat_valid_o == !inside.empty(), "cycle", i, ": valid");
    rtl::require(m->beat_ready_o == (inside.empty() || m->beat_ready_i), "cycle", i, ": ready");
    const std::vector<std::uint64_t> out = {m->beat_event_o, m->beat_step_last_o,
                                            m->beat_sample_last_o, m->beat_addr_o, m->beat_value_o};
    watch.observe(m->beat_valid_o, m->beat_ready_i, out);
    if (!inside.empty()) rtl::require(out == inside.front(), "cycle", i, ": event");
    if (m->beat_valid_o && m->beat_ready_i) inside.pop_front();
    const bool taken = m->beat_valid_i && m->beat_ready_o;
    if (taken) {
      inside.push_back({m->beat_event_i, m->beat_step_last_i, m->beat_sample_last_i,
                        number(image[m->beat_addr_i]), m->beat_value_i});
    }
    m.rise();
    if (taken) m->beat_valid_i = 0;
  }
}

}  // namespace

RTL_MAIN(20)
