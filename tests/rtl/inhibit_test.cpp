// snn_inhibit: steps of random rows, many ties: only the neuron furthest above its threshold
// spikes, the lowest of a tie; membranes, saturations and marks pass through, in time; the credit.
#include <optional>

#include "compiler/numeric/fixed_point.h"
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using hillock::numeric::max_of;
using hillock::numeric::min_of;
using rtl::Bits;
using rtl::Random;

struct Row {
  bool is_short = false;
  Bits membranes;
  Bits saturated;
};

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), m_(random) {
    gaps_ = random.chance(4) ? 0 : random.whole(0, 7);
    kind_ = random.whole(0, 3);
  }

  void run() {
    m_->row_valid_i = 0;
    m_.reset();
    for (int step = 0; step < 40; ++step) {
      rows_.clear();
      best_.reset();
      const bool sample_last = random_.chance(3);
      idle(3);
      while (random_.chance(gaps_)) idle(1);
      for (std::int64_t g = 0; g < P::Groups; ++g) {
        while (random_.chance(gaps_)) idle(1);
        row(g, sample_last);
      }
      send(sample_last);
    }
  }

 private:
  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  // What is not valid is rubbish.
  void rubbish() {
    m_->row_valid_i = 0;
    m_->row_group_i = random_.whole(0, P::Groups - 1);
    m_->row_short_i = random_.chance(4);
    m_->row_step_last_i = random_.chance(4);
    m_->row_sample_last_i = random_.chance(4);
    rtl::put_bits(m_->row_spikes_i, rtl::random_bits(random_, P::Lanes));
    rtl::put_bits(m_->row_saturated_i, rtl::random_bits(random_, P::Lanes));
    rtl::put_bits(m_->row_membranes_i, rtl::random_bits(random_, P::Lanes * P::MembraneBits));
    rtl::put_bits(m_->row_thresholds_i, rtl::random_bits(random_, P::Lanes * P::MembraneBits));
  }

  void cycle() {
    m_->step_ready_i = random_.chance(4);
    m_.settle();
    require_(!m_->row_valid_o, "a row too early");
    require_(m_->step_ready_o == m_->step_ready_i, "step_ready_o while it collects");
    m_.rise();
  }

  void idle(int cycles) {
    for (int i = 0; i < cycles; ++i) {
      rubbish();
      cycle();
    }
  }

  std::int64_t level() {
    switch (kind_) {
      case 0:
        return random_.whole(-1, 1);
      case 1:
        return random_.chance(4) ? min_of(P::MembraneBits) : max_of(P::MembraneBits);
      default:
        return rtl::random_signed(random_, P::MembraneBits);
    }
  }

  void row(std::int64_t group, bool sample_last) {
    rubbish();
    Row r{random_.chance(4), Bits(), rtl::random_bits(random_, P::Lanes)};
    m_->row_valid_i = 1;
    m_->row_group_i = group;
    m_->row_short_i = r.is_short;
    m_->row_step_last_i = group == P::Groups - 1;
    m_->row_sample_last_i = group == P::Groups - 1 && sample_last;
    rtl::put_bits(m_->row_saturated_i, r.saturated);
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      const std::int64_t threshold = level();
      const std::int64_t membrane = level();
      const bool used = random_.chance(7);  // a lane without a neuron does not spike
      const bool spike = used && membrane > threshold && kind_ != 3;
      rtl::put(m_->row_spikes_i, l, 1, spike);
      rtl::put(m_->row_membranes_i, l * P::MembraneBits, P::MembraneBits, membrane);
      rtl::put(m_->row_thresholds_i, l * P::MembraneBits, P::MembraneBits, threshold);
      rtl::append(r.membranes, static_cast<std::uint64_t>(membrane), P::MembraneBits);
      if (spike && (!best_ || membrane - threshold > margin_)) {
        best_ = group * P::Lanes + l;
        margin_ = membrane - threshold;
      }
    }
    rows_.push_back(r);
    cycle();
  }

  // One cycle after the last row nothing, then a row a cycle.
  void send(bool sample_last) {
    for (std::int64_t g = -1; g < P::Groups; ++g) {
      rubbish();
      m_->step_ready_i = random_.chance(4);
      m_.settle();
      require_(!m_->step_ready_o, "credit while rows are sent on");
      require_(m_->row_valid_o == (g >= 0), g >= 0 ? "a row is missing" : "a row too early");
      if (g >= 0) compare(g, sample_last);
      m_.rise();
    }
  }

  void compare(std::int64_t g, bool sample_last) {
    const bool last = g == P::Groups - 1;
    require_(m_->row_group_o == g, "row", int{m_->row_group_o}, "not", g);
    require_(m_->row_short_o == rows_[g].is_short, "row_short_o of row", g);
    require_(m_->row_step_last_o == last, "row_step_last_o of row", g);
    require_(m_->row_sample_last_o == (last && sample_last), "row_sample_last_o of row", g);
    require_(rtl::get_bits(m_->row_membranes_o, P::Lanes * P::MembraneBits) == rows_[g].membranes,
             "membranes of row", g);
    require_(rtl::get_bits(m_->row_saturated_o, P::Lanes) == rows_[g].saturated,
             "saturations of row", g);
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      const bool wins = best_ && *best_ == g * P::Lanes + l;
      require_((rtl::get(m_->row_spikes_o, l, 1) != 0) == wins, "spike of row", g, "lane", l);
    }
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  std::int64_t gaps_ = 0;
  std::int64_t kind_ = 0;
  std::vector<Row> rows_;
  std::optional<std::int64_t> best_;
  std::int64_t margin_ = 0;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(30)
