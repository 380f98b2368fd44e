#include "compiler/passes/spike_descent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace hillock::passes {
namespace {

// A neuron's spikes on an episode and their loss, in which an amount beyond `limit` need not be
// exact.
struct Replay {
  const DescentCase& c;
  const std::uint8_t* target;
  const std::int32_t* sum;
  double limit;

  // Where the switches are known here, fire() and prepare() shrink to what is left of them.
  template <typename Switches>
  [[gnu::flatten]] double with(const numeric::NeuronConstants& k, Switches switches) const {
    const double memory = c.loss.memory;
    const double weight = 1 - memory * memory;
    numeric::Fired f;
    double trace = 0;
    double loss = 0;
    int count = 0;
    for (std::size_t t = 0; t < c.steps; ++t) {
      const numeric::NeuronSwitches s = switches();
      numeric::Prepared p = numeric::prepare(f.membrane, f.current, f.hidden, t == 0, s, k);
      const std::int64_t a = std::int64_t{sum[t]} << c.fraction_bits;
      (s.has_current() ? p.current : p.sum) += a;
      f = numeric::fire(p.sum, p.current, p.held, s, k);
      const int difference = static_cast<int>(f.value) - static_cast<int>(target[t]);
      if (difference != 0 || trace != 0) {
        count += difference;
        trace = memory * trace + difference;
        loss += trace * trace;
        if (loss * weight >= limit) break;  // it only grows
      }
    }
    return loss * weight + c.loss.count * count * count;
  }
};

using Run = double (*)(const Replay&, const numeric::NeuronConstants&);

template <numeric::NeuronSwitches kSwitches>
double run_usual(const Replay& replay, const numeric::NeuronConstants& k) {
  return replay.with(k, [] { return kSwitches; });
}

double run_any(const Replay& replay, const numeric::NeuronConstants& k) {
  return replay.with(k, [&] { return replay.c.switches; });
}

template <bool kSubtract, bool kZero, bool kSameStep, bool kLosesInput, int kOffset>
constexpr numeric::NeuronSwitches usual() {
  numeric::NeuronSwitches s;
  s.reset_subtract = kSubtract;
  s.reset_zero = kZero;
  s.same_step = kSameStep;
  s.lose_input = kLosesInput;
  s.reset_offset = kOffset;
  return s;
}

Run run_for(const numeric::NeuronSwitches& s) {
  static constexpr numeric::NeuronSwitches kDelayed = usual<true, false, false, false, 0>();
  static constexpr numeric::NeuronSwitches kSame = usual<true, false, true, false, 0>();
  static constexpr numeric::NeuronSwitches kSameAtLeast = usual<true, false, true, false, 1>();
  static constexpr numeric::NeuronSwitches kZeroKept = usual<false, true, false, false, 0>();
  static constexpr numeric::NeuronSwitches kZeroLost = usual<false, true, false, true, 0>();
  static constexpr numeric::NeuronSwitches kZeroSame = usual<false, true, true, false, 0>();
  if (s == kDelayed) return run_usual<kDelayed>;
  if (s == kSame) return run_usual<kSame>;
  if (s == kSameAtLeast) return run_usual<kSameAtLeast>;
  if (s == kZeroKept) return run_usual<kZeroKept>;
  if (s == kZeroLost) return run_usual<kZeroLost>;
  if (s == kZeroSame) return run_usual<kZeroSame>;
  return run_any;
}

class Descent {
 public:
  Descent(const DescentCase& c, std::vector<std::int32_t> weight)
      : c_(c),
        run_(run_for(c.switches)),
        weight_(std::move(weight)),
        sums_(c.constants.size() * c.steps, 0),
        losses_(c.constants.size()) {
    for (std::size_t i = 0; i < weight_.size(); ++i) add(i, weight_[i]);
    for (std::size_t e = 0; e < losses_.size(); ++e) losses_[e] = replay(e, row(e), 0);
  }

  [[nodiscard]] double loss() const { return std::accumulate(losses_.begin(), losses_.end(), 0.0); }
  [[nodiscard]] const std::vector<std::int32_t>& weight() const { return weight_; }
  [[nodiscard]] std::int64_t threshold() const { return threshold_; }

  // Thresholds a little higher or lower, as long as that helps.
  void shift_threshold() {
    const std::int64_t theta = c_.constants.front().threshold + threshold_;
    for (std::int64_t step = std::max<std::int64_t>(1, theta / 16); step > 0; step /= 2) {
      for (const std::int64_t delta : {step, -step}) {
        while (try_threshold(delta)) {
        }
      }
    }
  }

  // One pass over the weights. Returns whether any changed.
  bool pass() {
    // First those whose rounding was the most arbitrary.
    std::vector<std::size_t> order(weight_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto doubt = [&](std::size_t i) { return std::abs(c_.wanted[i] - weight_[i]); };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return doubt(a) > doubt(b); });
    bool any = false;
    for (const std::size_t i : order) {
      const int toward = c_.wanted[i] > weight_[i] ? 1 : -1;
      any = try_weight(i, toward) || try_weight(i, -toward) || any;
    }
    return any;
  }

 private:
  [[nodiscard]] const std::int32_t* row(std::size_t e) const { return &sums_[e * c_.steps]; }

  void add(std::size_t i, std::int32_t by) {
    const Column& column = *c_.columns[i];
    for (std::size_t k = 0; k < column.at.size(); ++k) {
      sums_[column.at[k]] += by * static_cast<std::int32_t>(column.value[k]);
    }
  }

  // The loss of an episode whose thresholds are `shift` higher than now; exact below `limit`.
  [[nodiscard]] double replay(std::size_t e, const std::int32_t* sum, std::int64_t shift,
                              double limit = std::numeric_limits<double>::infinity()) const {
    numeric::NeuronConstants k = c_.constants[e];
    k.threshold += threshold_ + shift;
    return run_({c_, c_.target[e].data(), sum, limit}, k);
  }

  bool try_threshold(std::int64_t delta) {
    for (const auto& k : c_.constants) {
      if (k.threshold + threshold_ + delta < 1) return false;
    }
    std::vector<double> losses(losses_.size());
    double change = 0;
    for (std::size_t e = 0; e < losses.size(); ++e) {
      losses[e] = replay(e, row(e), delta);
      change += losses[e] - losses_[e];
    }
    if (!(change < -1e-9)) return false;
    losses_ = std::move(losses);
    threshold_ += delta;
    return true;
  }

  bool try_weight(std::size_t i, int by) {
    const int value = weight_[i] + (c_.weight_bits == 1 ? 2 * by : by);
    const int top = c_.weight_bits == 1 ? 1 : static_cast<int>(numeric::max_of(c_.weight_bits));
    if (std::abs(value) > top) return false;
    const std::int32_t delta = value - weight_[i];
    const Column& column = *c_.columns[i];
    changed_.clear();
    double change = 0;
    double left = loss();  // what the episodes that follow could gain at most
    for (std::size_t k = 0; k < column.at.size();) {
      const std::size_t e = column.at[k] / c_.steps;
      scratch_.assign(row(e), row(e) + c_.steps);
      for (; k < column.at.size() && column.at[k] / c_.steps == e; ++k) {
        scratch_[column.at[k] - e * c_.steps] += delta * static_cast<std::int32_t>(column.value[k]);
      }
      // Beyond this the change is given up below, with room for what rounding makes of it.
      const double limit = (left - change) * (1 + 1e-9) + 1e-9;
      const double loss = replay(e, scratch_.data(), 0, limit);
      change += loss - losses_[e];
      left -= losses_[e];
      if (change >= left) return false;
      changed_.emplace_back(e, loss);
    }
    if (!(change < -1e-9)) return false;
    for (const auto& [e, loss] : changed_) losses_[e] = loss;
    add(i, delta);
    weight_[i] = value;
    return true;
  }

  const DescentCase& c_;
  Run run_;
  std::vector<std::int32_t> weight_;
  std::int64_t threshold_ = 0;
  std::vector<std::int32_t> sums_;
  std::vector<double> losses_;
  std::vector<std::int32_t> scratch_;
  std::vector<std::pair<std::size_t, double>> changed_;
};

}  // namespace

Descended descend(const DescentCase& c, std::vector<std::int32_t> weight) {
  Descent descent(c, std::move(weight));
  Descended out;
  out.before = descent.loss();
  descent.shift_threshold();
  for (int k = 0; k < c.passes; ++k) {
    if (!descent.pass()) break;
    descent.shift_threshold();
  }
  out.after = descent.loss();
  out.weight = descent.weight();
  out.threshold = descent.threshold();
  return out;
}

}  // namespace hillock::passes
