// What a source sends in a sample, step by step, in no more room than it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hillock::sim {
namespace fast {

struct Events {
  const std::uint32_t* element = nullptr;
  const std::int32_t* value = nullptr;  // null: all are 1
  std::size_t count = 0;
};

}  // namespace fast

class EventHistory {
 public:
  void clear(bool with_values);

  // Events of the steps so far, those that are gone too, and the number of these steps.
  [[nodiscard]] std::size_t count() const { return first_.back(); }
  [[nodiscard]] std::size_t steps() const { return steps_gone_ + first_.size() - 1; }
  // Those of step t, in the order of slots; t has not been forgotten.
  [[nodiscard]] fast::Events at(std::size_t t) const {
    const std::size_t k = t - steps_gone_;
    const std::size_t from = first_[k] - gone_;
    return {element_.data() + from, valued_ ? value_.data() + from : nullptr,
            first_[k + 1] - first_[k]};
  }
  [[nodiscard]] bool valued() const { return valued_; }

  // Where the next step's events are to be written: room for n of them, and for kSpare behind, so
  // that they may be written several at a time. What has been written of the step stays.
  static constexpr std::size_t kSpare = 16;
  std::uint32_t* room(std::size_t n) {
    if (!has_room(n)) grow(n);
    return element_.data() + (first_.back() - gone_);
  }
  // Whether room for n is there already, or is no more than the events kept take anyway.
  [[nodiscard]] bool spares(std::size_t n) const {
    return has_room(n) || n <= first_.back() - gone_;
  }
  // The values of this step's events, which have as much room. If there were none yet, all that has
  // been written and all room is filled with 1.
  std::int32_t* values() {
    if (!valued_) begin_values();
    return value_.data() + (first_.back() - gone_);
  }
  // Ends the step, of so many events.
  void end_step(std::size_t events) { first_.push_back(first_.back() + events); }
  // Events before step t, of no more steps than there are, may go.
  void forget(std::size_t t) {
    if (t != steps()) return forget_some(t);
    steps_gone_ = t;
    gone_ = first_.back();
    first_[0] = gone_;
    first_.resize(1);
  }

 private:
  [[nodiscard]] bool has_room(std::size_t n) const {
    return element_.size() >= first_.back() - gone_ + n + kSpare;
  }
  void grow(std::size_t n);
  void begin_values();
  void forget_some(std::size_t t);

  // Step t's events are first_[t - steps_gone_]..first_[t - steps_gone_ + 1], less gone_.
  std::vector<std::uint32_t> element_;
  std::vector<std::int32_t> value_;  // beside it, where `valued_`; else all are 1
  std::vector<std::size_t> first_;
  std::size_t gone_ = 0;
  std::size_t steps_gone_ = 0;
  bool valued_ = false;
};

}  // namespace hillock::sim
