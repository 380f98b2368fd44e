// snn_spike_bitmap and snn_scanner together: random steps, gaps between rows and back-pressure.
// Every set bit comes out exactly once and in order, the marks are right, no bank is overwritten,
// both banks are used, and without back-pressure there is no bubble.
#include <deque>
#include <optional>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

struct Beat {
  bool event = false;
  bool step_last = false;
  bool sample_last = false;
  std::uint64_t addr = 0;
  std::uint64_t value = 0;
};

constexpr int kSteps = 40;

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), m_(random) {
    density_ = random.eighths();
    gaps_ = random.chance(4) ? 0 : random.whole(0, 7);
    starts_ = random.whole(1, 8);
    takes_ = random.chance(3) ? 8 : random.whole(1, 8);
  }

  void run() {
    m_->row_valid_i = 0;
    m_->beat_ready_i = 0;
    m_.reset();
    while (written_ < kSteps || !expected_.empty()) {
      require_(m_.cycle() < 400000, "beats are missing");
      produce();
      m_->beat_ready_i = random_.chance(takes_);
      m_.settle();
      observe();
      m_.rise();
    }
    // Nothing may follow.
    m_->row_valid_i = 0;
    m_->beat_ready_i = 1;
    for (int i = 0; i < 10; ++i) {
      m_.settle();
      require_(!m_->beat_valid_o, "a beat too many");
      m_.rise();
    }
  }

 private:
  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  // Sends the rows of a step that has its credit, else asks for one.
  void produce() {
    m_->row_valid_i = 0;
    // Rows that are not valid carry rubbish.
    m_->row_group_i = random_.whole(0, P::Groups - 1);
    m_->row_step_last_i = random_.chance(4);
    m_->row_sample_last_i = random_.chance(4);
    rtl::put_bits(m_->row_spikes_i, rtl::random_bits(random_, P::Lanes));
    const Bits values = rtl::random_bits(random_, P::Lanes * P::ValueBits);
    rtl::put_bits(m_->row_values_i, values);
    if (rows_left_ == 0 || random_.chance(gaps_)) return;
    const std::int64_t group = P::Groups - rows_left_;
    const Bits spikes = empty_ ? Bits(P::Lanes, false) : random_row();
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      if (!spikes[l]) continue;
      step_.push_back(
          {true, false, false, std::uint64_t(group * P::Lanes + l), value_at(values, l)});
    }
    --rows_left_;
    m_->row_valid_i = 1;
    m_->row_group_i = group;
    m_->row_step_last_i = rows_left_ == 0;
    m_->row_sample_last_i = rows_left_ == 0 && sample_last_;
    rtl::put_bits(m_->row_spikes_i, spikes);
  }

  // As a beat carries it: signed where its bits are odd in number, one bit more; 1 without values.
  static std::uint64_t value_at(const Bits& values, std::int64_t lane) {
    if (P::ValueBits == 1) return 1;
    std::uint64_t value = 0;
    for (std::int64_t b = 0; b < P::ValueBits; ++b) {
      value |= std::uint64_t{values[lane * P::ValueBits + b]} << b;
    }
    const bool negative = P::ValueBits % 2 == 1 && values[(lane + 1) * P::ValueBits - 1];
    return value | std::uint64_t{negative} << P::ValueBits;
  }

  // Sparse rows matter most: words between spikes must be skipped.
  Bits random_row() {
    const std::int64_t kind = random_.whole(0, 3);
    if (kind == 0) return Bits(P::Lanes, false);
    if (kind == 1) {
      Bits one(P::Lanes, false);
      one[random_.whole(0, P::Lanes - 1)] = true;
      return one;
    }
    return rtl::random_bits(random_, P::Lanes, density_);
  }

  void observe() {
    require_(m_->step_ready_o == (in_banks_ < 2), "step_ready_o with", in_banks_, "steps in banks");
    require_(m_->step_valid_o == (in_banks_ > 0), "step_valid_o with", in_banks_, "steps in banks");
    beat();
    if (m_->step_release_o) {
      require_(in_banks_ > 0, "released what was not there");
      --in_banks_;
    }
    if (m_->row_valid_i && rows_left_ == 0) finish_step();
    if (rows_left_ == 0 && !m_->row_valid_i && written_ < kSteps && m_->step_ready_o &&
        random_.chance(starts_)) {
      rows_left_ = P::Groups;
      empty_ = random_.chance(2);
      sample_last_ = random_.chance(2);
    }
  }

  void beat() {
    watch_.observe(m_->beat_valid_o, m_->beat_ready_i,
                   {m_->beat_event_o, m_->beat_step_last_o, m_->beat_sample_last_o,
                    m_->beat_event_o ? std::uint64_t{m_->beat_addr_o} : 0,
                    m_->beat_event_o ? std::uint64_t{m_->beat_value_o} : 0});
    // No bubble: two cycles after a step is valid its first event is offered, the beat of an empty
    // step after one, and then one a cycle.
    if (takes_ == 8 && due_ && m_.cycle() >= *due_) require_(m_->beat_valid_o, "a bubble");
    if (!m_->beat_valid_o || !m_->beat_ready_i) return;
    require_(!expected_.empty(), "a beat too many");
    const Beat e = expected_.front();
    expected_.pop_front();
    require_(m_->beat_event_o == e.event, "beat_event_o");
    if (e.event)
      require_(m_->beat_addr_o == e.addr, "address", int{m_->beat_addr_o}, "not", e.addr);
    if (e.event)
      require_(m_->beat_value_o == e.value, "value", int{m_->beat_value_o}, "not", e.value);
    require_(m_->beat_step_last_o == e.step_last, "beat_step_last_o at", e.addr);
    require_(m_->beat_sample_last_o == e.sample_last, "beat_sample_last_o at", e.addr);
    if (expected_.empty())
      due_.reset();
    else
      due_ = m_.cycle() + (e.step_last && expected_.front().event ? 2 : 1);
  }

  // The row at the ports ends its step.
  void finish_step() {
    if (step_.empty()) step_.push_back({});
    step_.back().step_last = true;
    step_.back().sample_last = sample_last_;
    if (expected_.empty()) due_ = m_.cycle() + (step_.front().event ? 3 : 2);
    expected_.insert(expected_.end(), step_.begin(), step_.end());
    step_.clear();
    ++in_banks_;
    ++written_;
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  rtl::StreamWatch watch_{"the scanner"};
  std::int64_t density_ = 0;
  std::int64_t gaps_ = 0;
  std::int64_t starts_ = 0;
  std::int64_t takes_ = 0;
  // The producer
  std::int64_t rows_left_ = 0;
  bool empty_ = false;
  bool sample_last_ = false;
  std::vector<Beat> step_;
  int written_ = 0;
  // What must come out
  int in_banks_ = 0;
  std::deque<Beat> expected_;
  std::optional<std::int64_t> due_;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(40)
