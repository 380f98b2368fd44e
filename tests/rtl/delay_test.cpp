// snn_spike_bitmap with a delay, snn_scanner and snn_delay_gate together: samples of random length,
// shorter than the delay too. The reader's step t gets the source's step t - Delay, none before
// that; a sample's last steps are dropped, and none leaks into the next sample. The source runs
// ahead as far as the banks allow, or as in a recurrence makes its step when the reader has taken
// its own.
#include <deque>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

constexpr int kSamples = 25;

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), m_(random) {
    gaps_ = random.chance(4) ? 0 : random.whole(0, 7);
    starts_ = random.chance(3) ? 8 : random.whole(1, 8);
    takes_ = random.chance(3) ? 8 : random.whole(1, 8);
    turns_ = random.chance(3) ? 8 : random.whole(1, 8);
    density_ = random.whole(0, 4);
    recurrent_ = random.chance(4);
    const std::int64_t longest = P::Delay + (random.chance(4) ? 1 : 6);
    for (int s = 0; s < kSamples; ++s) {
      std::vector<std::vector<std::int64_t>> steps(random.whole(1, longest));
      for (std::vector<std::int64_t>& step : steps) {
        if (random.chance(2)) continue;
        for (std::int64_t n = 0; n < P::Lanes * P::Groups; ++n) {
          if (random.chance(density_)) step.push_back(n);
        }
      }
      samples_.push_back(steps);
    }
  }

  void run() {
    m_->row_valid_i = 0;
    m_->turn_i = 0;
    m_->sample_done_i = 0;
    m_->beat_ready_i = 0;
    m_.reset();
    while (read_sample_ < kSamples || written_sample_ < kSamples) {
      require_(m_.cycle() < 200000, "stuck: samples written", written_sample_, "read",
               read_sample_);
      produce();
      drive_reader();
      m_.settle();
      observe_source();
      observe_reader();
      m_.rise();
    }
    // Nothing is left over for a further step.
    m_->row_valid_i = 0;
    m_->turn_i = 0;
    m_->sample_done_i = 0;
    for (int i = 0; i < 10; ++i) {
      m_.settle();
      require_(!m_->step_valid_o && !m_->beat_valid_o, "a step too many");
      m_.rise();
    }
  }

 private:
  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  void produce() {
    m_->row_valid_i = 0;
    m_->row_group_i = random_.whole(0, P::Groups - 1);
    m_->row_step_last_i = random_.chance(4);
    m_->row_sample_last_i = random_.chance(4);
    rtl::put_bits(m_->row_spikes_i, rtl::random_bits(random_, P::Lanes));
    if (rows_left_ == 0 || random_.chance(gaps_)) return;
    const std::int64_t group = P::Groups - rows_left_;
    --rows_left_;
    const auto& steps = samples_[written_sample_];
    Bits spikes(P::Lanes, false);
    for (const std::int64_t n : steps[written_step_]) {
      if (n / P::Lanes == group) spikes[n % P::Lanes] = true;
    }
    m_->row_valid_i = 1;
    m_->row_group_i = group;
    m_->row_step_last_i = rows_left_ == 0;
    m_->row_sample_last_i =
        rows_left_ == 0 && written_step_ + 1 == static_cast<std::int64_t>(steps.size());
    rtl::put_bits(m_->row_spikes_i, spikes);
  }

  // Which banks are full, and which of them the reader may see: those of which it is sure that they
  // are more than Delay steps before the end of their sample.
  void observe_source() {
    const std::int64_t unsure = std::min(written_step_, P::Delay - 1);
    require_(m_->step_ready_o == (full_ < P::Delay + 1), "step_ready_o with", full_, "banks full");
    require_(m_->step_valid_o == (full_ > unsure), "step_valid_o with", full_, "banks full,",
             unsure, "of them unsure");
    if (m_->step_release_o) --full_;
    if (m_->row_valid_i && rows_left_ == 0) {
      ++full_;
      ++written_step_;
      if (m_->row_sample_last_i) {
        full_ -= std::min(written_step_, P::Delay);
        written_step_ = 0;
        ++written_sample_;
      }
    } else if (rows_left_ == 0 && written_sample_ < kSamples && m_->step_ready_o &&
               random_.chance(starts_) && (!recurrent_ || reader_is_past())) {
      rows_left_ = P::Groups;
    }
  }

  // The reader has taken the step that the source is about to make.
  [[nodiscard]] bool reader_is_past() const {
    return read_sample_ > written_sample_ ||
           (read_sample_ == written_sample_ && read_step_ > written_step_);
  }

  // A turn begins any time after the one before, and lasts for some cycles after the step's last
  // event; the sample's end is reported in or after its last turn.
  void drive_reader() {
    m_->sample_done_i = 0;
    m_->beat_ready_i = random_.chance(takes_);
    if (turn_ && passed_) {
      m_->turn_i = 1;
      if (random_.chance(turns_)) end_turn();
      return;
    }
    if (closing_) {  // other projections have theirs
      closing_ = false;
    } else if (!turn_ && read_sample_ < kSamples) {
      if (sample_ends_) {  // ... and may take longer
        if (random_.chance(turns_)) finish_sample();
        m_->turn_i = 0;
        return;
      }
      turn_ = random_.chance(turns_);
      passed_ = false;
      if (turn_) expect();
    }
    m_->turn_i = turn_;
  }

  void end_turn() {
    turn_ = false;
    closing_ = true;
    const auto steps = static_cast<std::int64_t>(samples_[read_sample_].size());
    if (read_step_ == steps) sample_ends_ = true;
    if (sample_ends_ && random_.chance(4)) finish_sample();
  }

  void finish_sample() {
    m_->sample_done_i = 1;
    sample_ends_ = false;
    read_step_ = 0;
    ++read_sample_;
  }

  void expect() {
    expected_.clear();
    const std::int64_t from = read_step_ - P::Delay;
    if (from < 0) return;
    const auto& events = samples_[read_sample_][from];
    expected_.assign(events.begin(), events.end());
  }

  void observe_reader() {
    watch_.observe(m_->beat_valid_o, m_->beat_ready_i,
                   {m_->beat_event_o, m_->beat_step_last_o,
                    m_->beat_event_o ? std::uint64_t{m_->beat_addr_o} : 0});
    if (m_->beat_valid_o) require_(m_->turn_i && !passed_, "a beat out of turn");
    if (!m_->beat_valid_o || !m_->beat_ready_i) return;
    const std::string where = rtl::text("sample", read_sample_, "step", read_step_);
    require_(m_->beat_event_o == !expected_.empty(), where, ": beat_event_o");
    if (m_->beat_event_o) {
      require_(m_->beat_addr_o == expected_.front(), where, ": address", int{m_->beat_addr_o},
               "not", expected_.front());
      expected_.pop_front();
    }
    require_(m_->beat_step_last_o == expected_.empty(), where, ": beat_step_last_o");
    if (expected_.empty()) {
      passed_ = true;
      ++read_step_;
    }
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  rtl::StreamWatch watch_{"the gate"};
  std::int64_t gaps_ = 0;
  std::int64_t starts_ = 0;
  std::int64_t takes_ = 0;
  std::int64_t turns_ = 0;
  std::int64_t density_ = 0;
  bool recurrent_ = false;
  std::vector<std::vector<std::vector<std::int64_t>>> samples_;  // sample, step: neurons that spike
  // The source
  std::int64_t rows_left_ = 0;
  std::int64_t written_sample_ = 0;
  std::int64_t written_step_ = 0;
  std::int64_t full_ = 0;  // banks
  // The reader
  bool turn_ = false;
  bool closing_ = false;
  bool passed_ = false;  // the step's last beat, in this turn
  bool sample_ends_ = false;
  std::int64_t read_sample_ = 0;
  std::int64_t read_step_ = 0;
  std::deque<std::int64_t> expected_;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(60)
