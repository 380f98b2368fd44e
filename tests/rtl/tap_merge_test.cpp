// snn_tap_merge: steps of several streams, each with gaps of its own, under back-pressure: whose
// turn it is, the order of the taps, the marks, and weights a cycle after their tap.
#include <deque>
#include <optional>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

struct Tap {
  bool event = false;
  bool first = false;
  bool step_last = false;
  bool sample_last = false;
  std::uint64_t group = 0;
  std::uint64_t value = 0;
  Bits weights;
};

constexpr int kSteps = 60;

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), m_(random), streams_(P::Streams) {
    takes_ = random.chance(3) ? 8 : random.whole(1, 8);
    for (Stream& s : streams_) {
      s.idle = random.chance(3) ? 0 : random.whole(0, 7);
      const std::int64_t most = random.chance(3) ? 1 : random.whole(1, 9);
      for (int step = 0; step < kSteps; ++step) {
        const std::int64_t taps = random.whole(1, most);
        for (std::int64_t i = 1; i <= taps; ++i) s.taps.push_back(tap(i == taps));
      }
    }
  }

  void run() {
    m_->tap_valid_i = 0;
    m_->tap_ready_i = 0;
    m_.reset();
    std::int64_t turn = 0;
    bool sample_last = false;  // of the step of stream 0
    std::optional<Tap> taken;
    int steps = 0;
    while (steps < kSteps) {
      require_(m_.cycle() < 200000, "taps are missing");
      drive();
      for (std::int64_t s = 0; s < P::Streams; ++s) put_weights(s);
      m_->tap_ready_i = random_.chance(takes_);
      m_.settle();
      if (taken && taken->event) {
        require_(rtl::get_bits(m_->weights_o, P::WeightsWidth) == taken->weights, "weights");
      }
      taken.reset();
      Stream& s = streams_[turn];
      require_(m_->turn_o == 1 << turn, "turn_o", int{m_->turn_o}, "in the turn of", turn);
      require_(m_->tap_valid_o == s.offering, "tap_valid_o");
      require_(m_->tap_ready_o == (m_->tap_ready_i ? 1 << turn : 0), "tap_ready_o");
      if (s.offering) {
        const Tap& t = s.taps.front();
        const bool end = turn == P::Streams - 1 && t.step_last;
        require_(m_->tap_event_o == t.event, "tap_event_o");
        require_(m_->tap_new_o == t.first, "tap_new_o");
        require_(m_->tap_step_last_o == end, "tap_step_last_o");
        if (end) require_(m_->tap_sample_last_o == sample_last, "tap_sample_last_o");
        require_(m_->tap_static_o == (turn < P::StaticStreams), "tap_static_o");
        require_(m_->tap_group_o == t.group, "tap_group_o");
        require_(rtl::get(m_->tap_value_o, 0, P::ValueBits) == t.value, "tap_value_o");
        if (m_->tap_ready_i) {
          if (turn == 0 && t.step_last) sample_last = t.sample_last;
          if (end) ++steps;
          s.taken = t.weights;
          taken = t;
          if (t.step_last) turn = (turn + 1) % P::Streams;
          s.taps.pop_front();
          s.offering = false;
        }
      }
      m_.rise();
    }
  }

 private:
  struct Stream {
    std::int64_t idle = 0;
    std::deque<Tap> taps;
    bool offering = false;
    std::optional<Bits> taken;  // weights of the tap that was taken a cycle ago
  };

  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  Tap tap(bool last) {
    return {random_.chance(6),
            random_.chance(4),
            last,
            random_.chance(3),
            random_.next() & rtl::mask(P::GroupBits),
            random_.next() & rtl::mask(P::ValueBits),
            rtl::random_bits(random_, P::WeightsWidth)};
  }

  void drive() {
    for (std::int64_t i = 0; i < P::Streams; ++i) {
      Stream& s = streams_[i];
      s.offering = s.offering || (!s.taps.empty() && !random_.chance(s.idle));
      const Tap t = s.offering ? s.taps.front() : tap(random_.chance(4));
      rtl::put(m_->tap_valid_i, i, 1, s.offering);
      rtl::put(m_->tap_event_i, i, 1, t.event);
      rtl::put(m_->tap_new_i, i, 1, t.first);
      rtl::put(m_->tap_step_last_i, i, 1, t.step_last);
      if (i == 0) m_->tap_sample_last_i = t.sample_last;
      rtl::put(m_->tap_group_i, i * P::GroupBits, P::GroupBits, t.group);
      rtl::put(m_->tap_value_i, i * P::ValueBits, P::ValueBits, t.value);
    }
  }

  // Rubbish where no tap was taken.
  void put_weights(std::int64_t i) {
    Stream& s = streams_[i];
    const Bits bits = s.taken ? *s.taken : rtl::random_bits(random_, P::WeightsWidth);
    for (std::int64_t b = 0; b < P::WeightsWidth; ++b) {
      rtl::put(m_->weights_i, i * P::WeightsWidth + b, 1, bits[b]);
    }
    s.taken.reset();
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  std::vector<Stream> streams_;
  std::int64_t takes_ = 0;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(40)
