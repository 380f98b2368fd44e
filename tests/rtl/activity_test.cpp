// snn_activity: random rows and pulses against counts; a row is counted one cycle later.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

std::int64_t ones(const Bits& bits) {
  std::int64_t n = 0;
  for (const bool bit : bits) n += bit;
  return n;
}

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->event_taken_i = m->weight_read_i = m->row_valid_i = 1;
  m.reset(3);
  std::int64_t expected[5] = {};
  std::int64_t late[3] = {};  // updates, spikes, saturations of the row one cycle ago
  const std::int64_t rows = random.eighths();
  for (int i = 0; i < 500; ++i) {
    const bool is_short = random.chance(3);
    const std::int64_t used = is_short ? P::ShortLanes : P::Lanes;
    Bits spikes = rtl::random_bits(random, P::Lanes);
    Bits saturated = rtl::random_bits(random, P::Lanes, 1);
    for (std::int64_t l = used; l < P::Lanes; ++l) spikes[l] = saturated[l] = false;
    m->event_taken_i = random.chance(4);
    m->weight_read_i = random.chance(4);
    m->row_valid_i = random.chance(rows);
    m->row_short_i = is_short;
    rtl::put_bits(m->row_spikes_i, spikes);
    rtl::put_bits(m->row_saturated_i, saturated);
    m.settle();
    for (int w = 0; w < 5; ++w) {
      const auto got = static_cast<std::int64_t>(rtl::get(m->counts_o, 32 * w, 32));
      rtl::require(got == expected[w], "cycle", i, ": counter", w, "is", got, "not", expected[w]);
    }
    expected[0] += m->event_taken_i;
    expected[1] += m->weight_read_i;
    for (int w = 0; w < 3; ++w) expected[2 + w] += late[w];
    late[0] = m->row_valid_i ? used : 0;
    late[1] = m->row_valid_i ? ones(spikes) : 0;
    late[2] = m->row_valid_i ? ones(saturated) : 0;
    m.rise();
  }
}

}  // namespace

RTL_MAIN(20)
