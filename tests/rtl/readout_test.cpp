// snn_readout: scores by all four modes, the lowest class of a tie, negative scores, random gaps
// between rows and a result that waits; the result's cycle; neurons laid out by position and block.
#include <algorithm>
#include <optional>

#include "compiler/numeric/fixed_point.h"
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), m_(random) {
    gaps_ = random.chance(4) ? 0 : random.whole(0, 7);
    takes_ = random.chance(3) ? 8 : random.whole(1, 8);
    // Few different membranes make ties.
    kind_ = random.whole(0, 3);
  }

  void run() {
    m_->row_valid_i = 0;
    m_->result_ready_i = 0;
    m_.reset();
    for (int sample = 0; sample < 12; ++sample) {
      const std::int64_t steps = random_.chance(2) ? 1 : random_.whole(1, P::Steps);
      for (std::int64_t t = 0; t < steps; ++t) step(t == 0, t + 1 == steps);
      result();
    }
  }

 private:
  static constexpr std::int64_t kBlockGroups = (P::BlockChannels + P::Lanes - 1) / P::Lanes;
  static constexpr std::int64_t kGroups = P::Positions * P::Blocks * kBlockGroups;
  static constexpr bool kInOrder = P::Positions == 1 && P::Blocks == 1;
  static_assert(P::Neurons == P::Positions * P::Blocks * P::BlockChannels);

  // The neuron in a lane of a row, numbered channel by channel over all positions; -1: none.
  static std::int64_t neuron(std::int64_t group, std::int64_t lane) {
    const std::int64_t position = group / (P::Blocks * kBlockGroups);
    const std::int64_t block = group / kBlockGroups % P::Blocks;
    const std::int64_t channel = group % kBlockGroups * P::Lanes + lane;
    if (channel >= P::BlockChannels) return -1;
    return (block * P::BlockChannels + channel) * P::Positions + position;
  }

  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  void idle() {
    m_->row_valid_i = 0;
    m_->row_group_i = random_.whole(0, kGroups - 1);
    m_->row_step_last_i = random_.chance(4);
    m_->row_sample_last_i = random_.chance(4);
    m_->result_ready_i = random_.chance(takes_);
    m_.settle();
    require_(!m_->result_valid_o, "a result too early");
    require_(m_->step_ready_o, "no credit while it collects");
    m_.rise();
  }

  std::int64_t membrane() {
    using hillock::numeric::max_of;
    using hillock::numeric::min_of;
    switch (kind_) {
      case 0:
        return random_.whole(-1, 1);
      case 1:
        return random_.whole(min_of(P::MembraneBits), -1);
      case 2:
        return random_.chance(4) ? min_of(P::MembraneBits) : max_of(P::MembraneBits);
      default:
        return rtl::random_signed(random_, P::MembraneBits);
    }
  }

  void step(bool first, bool last) {
    if (first) scores_.assign(P::Neurons, 0);
    for (std::int64_t group = 0; group < kGroups; ++group) {
      while (random_.chance(gaps_)) idle();
      m_->row_valid_i = 1;
      m_->row_group_i = group;
      m_->row_step_last_i = group == kGroups - 1;
      m_->row_sample_last_i = last && group == kGroups - 1;
      for (std::int64_t l = 0; l < P::Lanes; ++l) {
        const std::int64_t n = neuron(group, l);
        // Lanes without a neuron do not spike, but their membranes are anything.
        const bool spike = n >= 0 && random_.chance(kind_ == 0 ? 1 : 4);
        const std::int64_t v = membrane();
        rtl::put(m_->row_spikes_i, l, 1, spike);
        rtl::put(m_->row_membranes_i, l * P::MembraneBits, P::MembraneBits,
                 static_cast<std::uint64_t>(v));
        if (n < 0) continue;
        std::int64_t& score = scores_[n];
        if (P::Mode == 0) score += spike;
        if (P::Mode == 1) score += v;
        if (P::Mode == 2) score = first ? v : std::max(score, v);
        if (P::Mode == 3) score = v;
      }
      m_->result_ready_i = random_.chance(takes_);
      m_.settle();
      require_(!m_->result_valid_o, "a result too early");
      require_(m_->step_ready_o, "no credit while it collects");
      last_row_ = m_.cycle();
      m_.rise();
    }
    // As after a step of the engine: the next row comes three cycles later at the earliest.
    if (!last) {
      for (int i = 0; i < 3; ++i) idle();
    }
  }

  void result() {
    const auto best = std::max_element(scores_.begin(), scores_.end());  // the first of a tie
    rtl::StreamWatch watch("the result");
    const std::int64_t due = last_row_ + (kInOrder ? kGroups : P::Neurons) + P::Neurons + 2;
    for (bool done = false; !done;) {
      m_->row_valid_i = 0;
      m_->result_ready_i = random_.chance(takes_);
      m_.settle();
      const std::int64_t now = m_.cycle();
      require_(m_->result_valid_o == (now >= due), "the result is due at", due);
      // snn_inhibit asks in the cycle after its last row, the engine a cycle later.
      require_(!m_->step_ready_o, "credit while it compares");
      watch.observe(m_->result_valid_o, m_->result_ready_i,
                    {m_->result_class_o, std::uint64_t{m_->result_score_o}});
      if (m_->result_valid_o) {
        require_(m_->result_class_o == best - scores_.begin(), "class", int{m_->result_class_o},
                 "not", best - scores_.begin());
        const std::int64_t score = rtl::sign_extend(m_->result_score_o, P::ScoreBits);
        require_(score == *best, "score", score, "not", *best);
      }
      done = m_->result_valid_o && m_->result_ready_i;
      m_.rise();
    }
    while (random_.chance(gaps_)) idle();
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  std::int64_t gaps_ = 0;
  std::int64_t takes_ = 0;
  std::int64_t kind_ = 0;
  std::int64_t last_row_ = 0;
  std::vector<std::int64_t> scores_;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(60)
