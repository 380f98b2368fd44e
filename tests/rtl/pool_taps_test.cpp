// snn_pool_taps: steps of random rows with gaps, taps under back-pressure: every row visits the
// windows that it is in, by loops over all outputs and all of the window; both banks are used.
#include <deque>
#include <optional>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

struct Tap {
  bool event = false;
  bool step_last = false;
  bool sample_last = false;
  std::int64_t group = 0;
  Bits values;
};

constexpr int kSteps = 12;

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), m_(random) {
    gaps_ = random.chance(4) ? 0 : random.whole(0, 7);
    starts_ = random.chance(3) ? 8 : random.whole(1, 8);
    takes_ = random.chance(3) ? 8 : random.whole(1, 8);
  }

  void run() {
    m_->row_valid_i = 0;
    m_->tap_ready_i = 0;
    m_.reset();
    while (written_ < kSteps || !expected_.empty()) {
      require_(m_.cycle() < 400000, "taps are missing");
      produce();
      m_->tap_ready_i = random_.chance(takes_);
      m_.settle();
      observe();
      m_.rise();
    }
    m_->row_valid_i = 0;
    for (int i = 0; i < 10; ++i) {
      m_.settle();
      require_(!m_->tap_valid_o, "a tap too many");
      m_.rise();
    }
  }

 private:
  static constexpr std::int64_t kRows = P::Height * P::Width * P::PositionGroups;

  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  // Sends the rows of a step that has its credit.
  void produce() {
    m_->row_valid_i = 0;
    m_->row_group_i = random_.whole(0, kRows - 1);
    m_->row_step_last_i = random_.chance(4);
    m_->row_sample_last_i = random_.chance(4);
    const Bits row = rtl::random_bits(random_, P::Lanes * P::ValueBits);
    rtl::put_bits(m_->row_membranes_i, row);
    if (rows_left_ == 0 || random_.chance(gaps_)) return;
    const std::int64_t group = kRows - rows_left_;
    --rows_left_;
    m_->row_valid_i = 1;
    m_->row_group_i = group;
    m_->row_step_last_i = rows_left_ == 0;
    m_->row_sample_last_i = rows_left_ == 0 && sample_last_;
    visit(group, row);
  }

  static bool sees(std::int64_t o, std::int64_t k, std::int64_t at, std::int64_t stride,
                   std::int64_t dilation, std::int64_t pad) {
    return o * stride + k * dilation - pad == at;
  }

  void visit(std::int64_t row, const Bits& values) {
    const std::int64_t part = row % P::PositionGroups;
    const std::int64_t x = row / P::PositionGroups % P::Width;
    const std::int64_t y = row / P::PositionGroups / P::Width;
    const std::size_t before = step_.size();
    for (std::int64_t ky = 0; ky < P::KernelHeight; ++ky) {
      for (std::int64_t kx = 0; kx < P::KernelWidth; ++kx) {
        for (std::int64_t oy = 0; oy < P::OutHeight; ++oy) {
          for (std::int64_t ox = 0; ox < P::OutWidth; ++ox) {
            if (!sees(oy, ky, y, P::StrideHeight, P::DilationHeight, P::PadTop)) continue;
            if (!sees(ox, kx, x, P::StrideWidth, P::DilationWidth, P::PadLeft)) continue;
            const std::int64_t group = (oy * P::OutWidth + ox) * P::PositionGroups + part;
            step_.push_back({true, false, false, group, values});
          }
        }
      }
    }
    if (step_.size() == before) step_.push_back({});
  }

  void observe() {
    require_(m_->step_ready_o == (in_banks_ < 2), "step_ready_o with", in_banks_, "steps in banks");
    tap();
    if (m_->row_valid_i && rows_left_ == 0) {
      step_.back().step_last = true;
      step_.back().sample_last = sample_last_;
      if (expected_.empty()) due_ = m_.cycle() + 3;
      expected_.insert(expected_.end(), step_.begin(), step_.end());
      step_.clear();
      ++in_banks_;
      ++written_;
    } else if (rows_left_ == 0 && written_ < kSteps && m_->step_ready_o &&
               random_.chance(starts_)) {
      rows_left_ = kRows;
      sample_last_ = random_.chance(3);
    }
  }

  void tap() {
    if (taken_) {
      require_(rtl::get_bits(m_->values_o, P::Lanes * P::ValueBits) == *taken_, "values");
      taken_.reset();
    }
    watch_.observe(m_->tap_valid_o, m_->tap_ready_i,
                   {m_->tap_event_o, m_->tap_step_last_o, m_->tap_sample_last_o, m_->tap_group_o});
    const bool due = !expected_.empty() && m_.cycle() >= due_;
    if (takes_ == 8 || expected_.empty()) {
      require_(m_->tap_valid_o == due, due ? "a tap is missing" : "a tap too early");
    }
    if (!m_->tap_valid_o || !m_->tap_ready_i) return;
    require_(due, "a tap too many");
    const Tap t = expected_.front();
    expected_.pop_front();
    require_(m_->tap_event_o == t.event, "tap_event_o");
    require_(m_->tap_step_last_o == t.step_last, "tap_step_last_o");
    if (t.step_last) {
      require_(m_->tap_sample_last_o == t.sample_last, "tap_sample_last_o");
      --in_banks_;
      due_ = m_.cycle() + 3;
    }
    if (!t.event) return;
    require_(m_->tap_group_o == t.group, "group", std::int64_t{m_->tap_group_o}, "not", t.group);
    taken_ = t.values;
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  rtl::StreamWatch watch_{"the taps"};
  std::int64_t gaps_ = 0;
  std::int64_t starts_ = 0;
  std::int64_t takes_ = 0;
  // The source
  std::int64_t rows_left_ = 0;
  bool sample_last_ = false;
  std::vector<Tap> step_;
  int written_ = 0;
  // What must come out
  int in_banks_ = 0;
  std::int64_t due_ = 0;
  std::deque<Tap> expected_;
  std::optional<Bits> taken_;  // a cycle ago
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(20)
