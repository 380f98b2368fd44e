// snn_step_sums: steps of random events as snn_dense_taps sends them, with gaps, under
// back-pressure of the rows: every sum of every step modulo 2^SumBits, the order and marks of the
// rows, the counters' pulses. Its cycles are checked by co-simulation, against the latency model.
#include <deque>
#include <optional>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

constexpr int kSteps = 40;

struct Tap {
  bool event = false;
  bool first = false;
  bool step_last = false;
  bool sample_last = false;
  std::int64_t group = 0;
  std::int64_t value = 0;
  std::vector<std::int64_t> weights;  // lane by lane
};

struct Row {
  bool sample_last = false;
  std::int64_t row = 0;
  std::vector<std::int64_t> sums;  // of its neurons
};

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), m_(random) {
    const bool full_speed = random.chance(3);
    offers_ = full_speed ? 8 : random.whole(1, 8);
    takes_ = full_speed ? 8 : random.whole(1, 8);
    const std::int64_t most = random.chance(3) ? 0 : random.whole(1, 12);
    for (int step = 0; step < kSteps; ++step) make_step(random.whole(0, most), random.chance(2));
  }

  void run() {
    m_->tap_valid_i = 0;
    m_->row_ready_i = 0;
    m_.reset();
    bool offering = false;
    std::optional<Tap> taken;  // a cycle ago
    std::optional<Row> sent;
    bool open = false;  // the rows have been ready once since reset
    while (!rows_.empty() || sent) {
      require_(m_.cycle() < 200000, "rows are missing");
      offering = offering || (!taps_.empty() && random_.chance(offers_));
      drive(offering ? taps_.front() : random_tap(), offering);
      put_weights(taken ? taken->weights : random_tap().weights);
      m_->row_ready_i = random_.chance(takes_);
      m_.settle();
      if (sent) check_sums(*sent);
      sent.reset();
      taken.reset();
      require_(open || !m_->tap_ready_o, "a tap is taken before the rows were ready");
      if (m_->row_ready_i) open = true;
      const bool take = offering && m_->tap_ready_o;
      require_(m_->event_taken_o == (take && taps_.front().first), "event_taken_o");
      require_(m_->weight_read_o == (take && taps_.front().event), "weight_read_o");
      require_(m_->sample_done_o == (take && taps_.front().step_last && taps_.front().sample_last),
               "sample_done_o");
      if (take) {
        taken = taps_.front();
        taps_.pop_front();
        offering = false;
      }
      if (m_->row_valid_o) {
        require_(!rows_.empty(), "a row too many");
        const Row& row = rows_.front();
        require_(m_->row_group_o == row.row, "row_group_o");
        require_(m_->row_new_o == (row.row == 0), "row_new_o");
        require_(m_->row_step_last_o == (row.row == kRows - 1), "row_step_last_o");
        require_(m_->row_sample_last_o == row.sample_last, "row_sample_last_o");
        if (m_->row_ready_i) {
          sent = row;
          rows_.pop_front();
        }
      }
      m_.rise();
    }
    require_(taps_.empty(), "taps are left");
  }

 private:
  static constexpr std::int64_t kRows = (P::Neurons + P::OutLanes - 1) / P::OutLanes;

  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  std::int64_t weight() { return rtl::random_signed(random_, P::WeightBits); }

  // What a weight's bits mean: one bit is a sign.
  static std::int64_t meaning(std::int64_t w) { return P::WeightBits == 1 ? (w != 0 ? -1 : 1) : w; }

  Tap random_tap() {
    Tap t;
    t.event = random_.chance(4);
    t.first = random_.chance(4);
    t.step_last = random_.chance(4);
    t.sample_last = random_.chance(4);
    t.group = static_cast<std::int64_t>(random_.next() & rtl::mask(rtl::clog2(P::Groups)));
    t.value = rtl::random_signed(random_, P::ValueBits);
    for (std::int64_t l = 0; l < P::Lanes; ++l) t.weights.push_back(weight());
    return t;
  }

  void make_step(std::int64_t events, bool sample_last) {
    std::vector<std::int64_t> sums(P::Groups * P::Lanes, 0);
    const std::int64_t beats = std::max<std::int64_t>(events, 1);
    for (std::int64_t b = 0; b < beats; ++b) {
      const std::int64_t value = rtl::random_signed(random_, P::ValueBits);
      for (std::int64_t g = 0; g < P::Groups; ++g) {
        Tap t = random_tap();
        t.event = events > 0;
        t.first = t.event && g == 0;
        t.step_last = b == beats - 1 && g == P::Groups - 1;
        t.sample_last = sample_last;
        t.group = g;
        t.value = value;
        for (std::int64_t l = 0; l < P::Lanes; ++l) {
          if (!t.event) continue;
          sums[g * P::Lanes + l] += meaning(t.weights[l]) * (P::ValueBits == 1 ? 1 : value);
        }
        taps_.push_back(std::move(t));
      }
    }
    for (std::int64_t r = 0; r < kRows; ++r) {
      Row row{sample_last, r, {}};
      for (std::int64_t n = r * P::OutLanes; n < std::min((r + 1) * P::OutLanes, P::Neurons + 0);
           ++n) {
        row.sums.push_back(rtl::sign_extend(static_cast<std::uint64_t>(sums[n]), P::SumBits));
      }
      rows_.push_back(std::move(row));
    }
  }

  void drive(const Tap& t, bool valid) {
    m_->tap_valid_i = valid;
    m_->tap_event_i = t.event;
    m_->tap_new_i = t.first;
    m_->tap_step_last_i = t.step_last;
    m_->tap_sample_last_i = t.sample_last;
    m_->tap_group_i = t.group;
    rtl::put(m_->tap_value_i, 0, P::ValueBits, static_cast<std::uint64_t>(t.value));
  }

  void put_weights(const std::vector<std::int64_t>& weights) {
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      rtl::put(m_->weights_i, l * P::WeightBits, P::WeightBits,
               static_cast<std::uint64_t>(weights[l]));
    }
  }

  void check_sums(const Row& row) {
    for (std::size_t l = 0; l < row.sums.size(); ++l) {
      const std::int64_t have = rtl::sign_extend(
          rtl::get(m_->sums_o, static_cast<std::int64_t>(l) * P::SumBits, P::SumBits), P::SumBits);
      require_(have == row.sums[l], "sum of row", row.row, "lane", l, "is", have, "not",
               row.sums[l]);
    }
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  std::deque<Tap> taps_;
  std::deque<Row> rows_;
  std::int64_t offers_ = 8;
  std::int64_t takes_ = 8;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(20)
