// snn_axis_result under random stalls: the results of every sample become a packet of their classes
// and scores.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->result_valid_i = 0;
  m->tready_i = 0;
  m.reset();
  rtl::StreamWatch watch("results");
  std::vector<std::pair<std::uint64_t, bool>> expected;  // word, last
  const std::int64_t offers = random.whole(1, 8);
  const std::int64_t takes = random.whole(1, 8);
  int sent = 0;
  std::size_t got = 0;
  while (sent < 60 || got < expected.size()) {
    rtl::require(m.cycle() < 100000, "no end");
    if (!m->result_valid_i && sent < 60 && random.chance(offers)) {
      m->result_valid_i = 1;
      for (std::int64_t r = 0; r < P::Readouts; ++r) {
        rtl::put(m->result_class_i, r * P::ClassBits, P::ClassBits, random.next());
        rtl::put(m->result_score_i, r * P::ScoreBits, P::ScoreBits, random.next());
      }
    }
    m->tready_i = random.chance(takes);
    m.settle();
    const bool taken = m->result_valid_i && m->result_ready_o;
    watch.observe(m->tvalid_o, m->tready_i, {m->tdata_o, m->tlast_o});
    if (m->tvalid_o && m->tready_i) {
      rtl::require(got < expected.size(), "a word from nowhere");
      rtl::require(m->tdata_o == expected[got].first && m->tlast_o == expected[got].second, "word",
                   got);
      ++got;
    }
    if (taken) {
      for (std::int64_t r = 0; r < P::Readouts; ++r) {
        const std::int64_t score = rtl::sign_extend(
            rtl::get(m->result_score_i, r * P::ScoreBits, P::ScoreBits), P::ScoreBits);
        expected.emplace_back(rtl::get(m->result_class_i, r * P::ClassBits, P::ClassBits), false);
        expected.emplace_back(score & 0xffffffff, false);
        if (P::ScoreBits > 32) expected.emplace_back((score >> 32) & 0xffffffff, false);
      }
      expected.back().second = true;
      ++sent;
    }
    m.rise();
    if (taken) m->result_valid_i = 0;
  }
}

}  // namespace

RTL_MAIN(20)
