// snn_cycles: counts every cycle from a sample's first beat to its result, both included, once,
// however samples overlap.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->beat_valid_i = m->result_valid_i = m->beat_ready_i = m->result_ready_i = 1;
  m->beat_sample_last_i = 0;
  m.reset(1);
  const std::int64_t beats = random.eighths();
  const std::int64_t results = random.eighths();
  const std::int64_t ends = random.eighths();
  const std::int64_t most = random.whole(1, 8);  // samples at once
  std::uint32_t expected = 0;
  std::int64_t begun = 0;     // samples whose first beat was taken
  std::int64_t ended = 0;     // ... whose last beat was
  std::int64_t answered = 0;  // ... whose result was
  for (int i = 0; i < 1000; ++i) {
    const bool fresh = begun == ended;
    m->beat_valid_i = random.chance(beats) && (!fresh || begun - answered < most);
    m->beat_ready_i = random.chance(4);
    m->beat_sample_last_i = random.chance(ends);
    m->result_valid_i = answered < ended && random.chance(results);
    m->result_ready_i = random.chance(4);
    m.settle();
    rtl::require(m->cycles_o == expected, "cycle", i, ": counted", m->cycles_o, "not", expected);
    const bool beat = m->beat_valid_i && m->beat_ready_i;
    if (beat && fresh) ++begun;
    if (begun > answered) ++expected;
    if (beat && m->beat_sample_last_i) ++ended;
    if (m->result_valid_i && m->result_ready_i) ++answered;
    m.rise();
  }
}

}  // namespace

RTL_MAIN(100)
