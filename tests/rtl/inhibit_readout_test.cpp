// snn_inhibit and snn_readout together, fed as an engine does: it samples the credit in any cycle
// from the second after its last row on, and its rows follow two cycles later. Samples without a
// pause between them: no row may be lost, whatever the readout is busy with.
#include <algorithm>
#include <deque>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

constexpr int kSamples = 30;

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), m_(random) {
    credits_ = random.chance(4) ? 8 : random.whole(1, 8);
    takes_ = random.chance(4) ? 8 : random.whole(1, 8);
    longest_ = random.whole(1, 6);
  }

  void run() {
    m_->row_valid_i = 0;
    m_->result_ready_i = 0;
    m_.reset();
    while (results_ < kSamples) {
      require_(m_.cycle() < 100000, "results are missing");
      const bool due = rows_from_ >= 0 && m_.cycle() >= rows_from_;
      row(due);
      m_->result_ready_i = random_.chance(takes_);
      m_.settle();
      result();
      if (due && ++group_ == kGroups) {
        group_ = 0;
        asks_from_ = m_.cycle() + 2;
        rows_from_ = -1;
        end_step();
      } else if (rows_from_ < 0 && samples_ < kSamples && m_.cycle() >= asks_from_ &&
                 m_->step_ready_o && random_.chance(credits_)) {
        rows_from_ = m_.cycle() + 2;
      }
      m_.rise();
    }
  }

 private:
  static constexpr std::int64_t kGroups = (P::Neurons + P::Lanes - 1) / P::Lanes;

  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  void row(bool valid) {
    m_->row_valid_i = valid;
    m_->row_group_i = valid ? group_ : random_.whole(0, kGroups - 1);
    const bool last = group_ == kGroups - 1;
    m_->row_step_last_i = valid ? last : random_.chance(4);
    m_->row_sample_last_i = valid ? last && left_ == 0 : random_.chance(4);
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      const std::int64_t n = group_ * P::Lanes + l;
      const std::int64_t membrane = random_.whole(-20, 20);
      const std::int64_t threshold = random_.whole(0, 5);
      const bool spike = n < P::Neurons && membrane > threshold;
      rtl::put(m_->row_spikes_i, l, 1, spike);
      rtl::put(m_->row_membranes_i, l * P::MembraneBits, P::MembraneBits, membrane);
      rtl::put(m_->row_thresholds_i, l * P::MembraneBits, P::MembraneBits, threshold);
      if (valid && spike && (best_ < 0 || membrane - threshold > margin_)) {
        best_ = n;
        margin_ = membrane - threshold;
      }
    }
  }

  void end_step() {
    if (best_ >= 0) ++scores_[best_];
    best_ = -1;
    if (left_-- > 0) return;
    left_ = random_.whole(0, longest_ - 1);
    expected_.push_back(scores_);
    scores_.assign(P::Neurons, 0);
    ++samples_;
  }

  void result() {
    watch_.observe(m_->result_valid_o, m_->result_ready_i,
                   {m_->result_class_o, std::uint64_t{m_->result_score_o}});
    if (!m_->result_valid_o || !m_->result_ready_i) return;
    require_(!expected_.empty(), "a result too many");
    const std::vector<std::int64_t>& scores = expected_.front();
    const auto best = std::max_element(scores.begin(), scores.end());
    require_(m_->result_class_o == best - scores.begin() &&
                 rtl::sign_extend(m_->result_score_o, P::ScoreBits) == *best,
             "sample", results_, ": class", int{m_->result_class_o}, "score",
             int{m_->result_score_o}, "not", best - scores.begin(), *best);
    expected_.pop_front();
    ++results_;
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  rtl::StreamWatch watch_{"the result"};
  std::int64_t credits_ = 0;
  std::int64_t takes_ = 0;
  std::int64_t longest_ = 0;
  // The engine
  std::int64_t group_ = 0;
  std::int64_t asks_from_ = 0;
  std::int64_t rows_from_ = -1;  // -1: no credit
  std::int64_t left_ = 0;        // steps of the sample after this one
  std::int64_t best_ = -1;       // of the step
  std::int64_t margin_ = 0;
  std::vector<std::int64_t> scores_ = std::vector<std::int64_t>(P::Neurons, 0);
  int samples_ = 0;
  // What must come out
  std::deque<std::vector<std::int64_t>> expected_;
  int results_ = 0;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(40)
