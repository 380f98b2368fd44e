#include "sim/fast/event_history.h"

#include <algorithm>

namespace hillock::sim {

void EventHistory::clear(bool with_values) {
  first_.assign(1, 0);
  gone_ = steps_gone_ = 0;
  valued_ = with_values;
  if (valued_) value_.resize(element_.size());
}

void EventHistory::grow(std::size_t n) {
  const std::size_t needed = first_.back() - gone_ + n;
  // A quarter more, so that it does not grow again with every step that has some more events.
  element_.reserve(needed + needed / 4 + kSpare);
  element_.resize(element_.capacity());
  if (!valued_) return;
  value_.reserve(element_.size());
  value_.resize(element_.size());
}

void EventHistory::begin_values() {
  valued_ = true;
  value_.assign(element_.size(), 1);
}

void EventHistory::forget_some(std::size_t t) {
  const std::size_t steps = t - steps_gone_;
  // Moving what stays costs no more than writing what goes did.
  if (2 * steps < first_.size()) return;
  const auto from = static_cast<std::ptrdiff_t>(first_[steps] - gone_);
  const auto end = static_cast<std::ptrdiff_t>(first_.back() - gone_);
  if (end > 2 * from) return;
  std::copy(element_.begin() + from, element_.begin() + end, element_.begin());
  if (valued_) std::copy(value_.begin() + from, value_.begin() + end, value_.begin());
  gone_ = first_[steps];
  steps_gone_ = t;
  first_.erase(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(steps));
}

}  // namespace hillock::sim
