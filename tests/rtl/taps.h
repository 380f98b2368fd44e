// The bench of the modules that turn beats into taps: beats with random gaps in, taps under random
// back-pressure out. It knows the protocol; which taps a beat becomes, the test says.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "tests/rtl/bench.h"

namespace rtl {

struct Beat {
  bool event = false;
  bool step_last = false;
  bool sample_last = false;
  std::int64_t addr = 0;
  std::int64_t value = 0;
};

// What an event adds, tap by tap: a group and the weights of its lanes.
struct Visit {
  std::int64_t group = 0;
  Bits weights;
};

// Beats for every address in random order, beats without event between them.
inline std::vector<Beat> beats_of(Random& random, const std::vector<std::int64_t>& addresses,
                                  std::int64_t value_bits, std::size_t least) {
  std::vector<std::int64_t> order;
  while (order.size() < least || order.empty()) {
    order.insert(order.end(), addresses.begin(), addresses.end());
  }
  for (std::size_t i = order.size(); i-- > 1;) {
    std::swap(order[i], order[random.whole(0, static_cast<std::int64_t>(i))]);
  }
  const std::int64_t empty = random.whole(0, 3);
  const std::int64_t lasts = random.whole(0, 8);
  std::vector<Beat> out;
  const auto add = [&](bool event, std::int64_t addr) {
    Beat b;
    b.event = event;
    b.step_last = random.chance(lasts);
    b.sample_last = b.step_last && random.chance(3);
    b.addr = addr;
    b.value = random_signed(random, value_bits);
    out.push_back(b);
  };
  for (const std::int64_t addr : order) {
    while (random.chance(empty)) add(false, random.whole(0, 1));
    add(true, addr);
  }
  return out;
}

// `latency`: cycles from a beat's transfer to its first tap. `whole`: what a beat without event
// visits, as Fused = 1 has it; otherwise that is one tap.
template <class P>
class TapBench {
 public:
  using Visits = std::function<std::vector<Visit>(std::int64_t addr)>;

  TapBench(Random& random, std::int64_t latency, Visits visits, std::int64_t whole = 0)
      : random_(random), m_(random), latency_(latency), visits_(std::move(visits)), whole_(whole) {
    idle_ = random.chance(3) ? 0 : random.whole(0, 7);
    takes_ = random.chance(3) ? 8 : random.whole(1, 8);
  }

  void run(const std::vector<Beat>& beats) {
    m_->beat_valid_i = 0;
    m_->tap_ready_i = 0;
    m_.reset();
    std::size_t next = 0;
    bool offering = false;
    while (next < beats.size() || !expected_.empty()) {
      require_(m_.cycle() < 2000000, "taps are missing");
      offering = offering || (next < beats.size() && !random_.chance(idle_));
      drive(offering ? &beats[next] : nullptr);
      m_->tap_ready_i = random_.chance(takes_);
      m_.settle();
      tap();
      if (offering && m_->beat_ready_o) {
        expand(beats[next++]);
        offering = false;
      }
      m_.rise();
    }
    m_->beat_valid_i = 0;
    m_->tap_ready_i = 1;
    for (int i = 0; i < 10; ++i) {
      m_.settle();
      tap();
      m_.rise();
    }
  }

 private:
  struct Tap {
    bool event = false;
    bool first = false;
    bool step_last = false;
    bool sample_last = false;
    std::int64_t value = 0;
    Visit visit;
    std::int64_t due = 0;
  };

  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  void drive(const Beat* b) {
    m_->beat_valid_i = b != nullptr;
    // What is not valid, or an address without event, is rubbish.
    m_->beat_event_i = b != nullptr ? b->event : random_.chance(4);
    m_->beat_step_last_i = b != nullptr ? b->step_last : random_.chance(4);
    m_->beat_sample_last_i = b != nullptr ? b->sample_last : random_.chance(4);
    const bool addressed = b != nullptr && b->event;
    m_->beat_addr_i = addressed ? b->addr : random_.whole(0, mask(P::AddrBits));
    put(m_->beat_value_i, 0, P::ValueBits,
        addressed ? static_cast<std::uint64_t>(b->value) : random_.next());
  }

  void expand(const Beat& b) {
    std::vector<Visit> visits;
    if (b.event) visits = visits_(b.addr);
    const std::size_t visited = visits.size();
    if (!b.event) visits.resize(whole_);
    if (visits.empty()) visits.resize(1);
    for (std::size_t i = 0; i < visits.size(); ++i) {
      Tap t;
      t.event = i < visited;
      t.first = b.event && i == 0;
      t.step_last = b.step_last && i + 1 == visits.size();
      t.sample_last = b.sample_last;
      t.value = b.value;
      t.visit = visits[i];
      t.due = m_.cycle() + latency_;
      expected_.push_back(t);
    }
  }

  void tap() {
    if (taken_) {
      require_(get_bits(m_->weights_o, P::Lanes * P::WeightBits) == taken_->visit.weights,
               "weights of group", taken_->visit.group);
      taken_.reset();
    }
    watch_.observe(m_->tap_valid_o, m_->tap_ready_i,
                   {m_->tap_event_o, m_->tap_new_o, m_->tap_step_last_o, m_->tap_sample_last_o,
                    m_->tap_group_o, get(m_->tap_value_o, 0, P::ValueBits)});
    // A tap a cycle, the first one after the latency: nothing is lost where nobody waits.
    const bool due = !expected_.empty() && m_.cycle() >= expected_.front().due;
    if (takes_ == 8 || expected_.empty()) {
      require_(m_->tap_valid_o == due, due ? "a tap is missing" : "a tap too early");
    }
    if (!m_->tap_valid_o || !m_->tap_ready_i) return;
    require_(due, "a tap too many");
    const Tap t = expected_.front();
    expected_.pop_front();
    require_(m_->tap_event_o == t.event, "tap_event_o");
    require_(m_->tap_new_o == t.first, "tap_new_o");
    require_(m_->tap_step_last_o == t.step_last, "tap_step_last_o");
    if (t.step_last) require_(m_->tap_sample_last_o == t.sample_last, "tap_sample_last_o");
    if (!t.event) return;
    require_(m_->tap_group_o == t.visit.group, "group", std::int64_t{m_->tap_group_o}, "not",
             t.visit.group);
    const std::int64_t value = sign_extend(get(m_->tap_value_o, 0, P::ValueBits), P::ValueBits);
    require_(value == t.value, "value", value, "not", t.value);
    taken_ = t;
  }

  Random& random_;
  Clocked<typename P::Top> m_;
  StreamWatch watch_{"the taps"};
  std::int64_t latency_;
  Visits visits_;
  std::int64_t whole_;
  std::int64_t idle_ = 0;
  std::int64_t takes_ = 0;
  std::deque<Tap> expected_;
  std::optional<Tap> taken_;  // a cycle ago
};

}  // namespace rtl
