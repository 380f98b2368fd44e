#include "compiler/analysis/overflow.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/numeric/neuron.h"

namespace hillock::analysis {
namespace {

using ir::QuantizedNetwork;
using ir::QuantizedPopulation;
using ir::ResetMechanism;
using ir::ResetTiming;

constexpr std::int64_t kLimit = std::int64_t{1} << 59;

// [lo, hi], or nothing where lo > hi.
std::optional<Range> range(std::int64_t lo, std::int64_t hi) {
  if (lo > hi) return std::nullopt;
  return Range{lo, hi};
}

void include(std::optional<Range>& into, std::optional<Range> r) {
  if (!r) return;
  if (into)
    into->include(*r);
  else
    into = r;
}

// The range of values that an element of the source can contribute per unit of weight.
Range source_values(const QuantizedNetwork& network, const ir::Source& source) {
  Range values{0, 1};
  if (source.kind == ir::Source::Kind::Input) {
    values.include(
        {network.inputs[source.index].min_value, network.inputs[source.index].max_value});
  }
  return values;
}

// Range of A[t] of every neuron of a population, in membrane units. Each element of a source sends
// at most one event a step, so the extremes are the sums of the extreme contributions.
std::vector<Range> input_ranges(const QuantizedNetwork& network, std::size_t population) {
  const QuantizedPopulation& p = network.populations[population];
  std::vector<Range> ranges(p.neurons());
  for (const ir::QuantizedProjection* projection : network.projections_into(population)) {
    const Range values = source_values(network, projection->source);
    const auto& weight = std::get<ir::QuantizedDense>(projection->connectivity).weight;
    for (std::size_t j = 0; j < weight.rows; ++j) {
      for (std::size_t i = 0; i < weight.cols; ++i) {
        const std::int64_t a = weight(j, i) * values.lo;
        const std::int64_t b = weight(j, i) * values.hi;
        ranges[j].lo += std::min({a, b, std::int64_t{0}});
        ranges[j].hi += std::max({a, b, std::int64_t{0}});
      }
    }
  }
  for (Range& r : ranges) {
    r.lo <<= p.fraction_bits;
    r.hi <<= p.fraction_bits;
  }
  return ranges;
}

// One neuron's worst case, step by step. D is monotonic because its multiplier is not negative, so
// the image of an interval is spanned by the images of its ends, on each side of the threshold.
class NeuronBound {
 public:
  NeuronBound(const QuantizedPopulation& p, std::size_t j, Range input, std::optional<int> bits)
      : rule_(p.reset),
        spiking_(p.spiking),
        decay_(p.decay_of(j)),
        bias_(p.bias[j]),
        threshold_(p.threshold[j]),
        amount_(p.reset_amount(j)),
        reset_value_(p.reset_value[j]),
        input_(input),
        bits_(bits) {}

  // Advances one step from the membrane range `v` (the first step from V = 0) and widens `bounds`.
  Range step(Range v, PopulationBounds& bounds) const {
    Range sum = prepared(v);
    bounds.sum.include(sum);
    sum.lo += input_.lo;
    sum.hi += input_.hi;
    bounds.sum.include(sum);
    if (bits_) {
      sum.lo = numeric::saturate(sum.lo, *bits_);
      sum.hi = numeric::saturate(sum.hi, *bits_);
    }
    const Range membrane = fired(sum, v);
    bounds.membrane.include(membrane);
    return membrane;
  }

 private:
  [[nodiscard]] Range decayed(Range v) const {
    return {numeric::decay(v.lo, decay_) + bias_, numeric::decay(v.hi, decay_) + bias_};
  }

  [[nodiscard]] Range prepared(Range v) const {
    if (!spiking_ || rule_.timing != ResetTiming::Delayed ||
        rule_.mechanism == ResetMechanism::None || lost_input()) {
      return decayed(v);
    }
    std::optional<Range> out;
    if (const auto below = range(v.lo, std::min(v.hi, threshold_))) out = decayed(*below);
    if (const auto above = range(std::max(v.lo, threshold_ + 1), v.hi)) {
      Range r = rule_.mechanism == ResetMechanism::Zero ? decayed({0, 0}) : decayed(*above);
      if (rule_.mechanism == ResetMechanism::Subtract) {
        r.lo -= amount_;
        r.hi -= amount_;
      }
      include(out, r);
    }
    return *out;
  }

  // The membrane after the step, from the sum and the membrane before it.
  [[nodiscard]] Range fired(Range sum, Range before) const {
    if (!spiking_ || rule_.mechanism == ResetMechanism::None) return sum;
    const bool was_above = before.hi > threshold_;
    if (rule_.timing == ResetTiming::Delayed) {
      if (lost_input() && was_above) sum.include(0);
      return sum;
    }
    // Reset in the same step. With the quirk a neuron above its threshold may still not spike.
    const bool quirk = rule_.timing == ResetTiming::SameStepQuirk && was_above;
    const std::int64_t silent_up_to = quirk ? threshold_ + amount_ : threshold_;
    std::optional<Range> out;
    include(out, range(sum.lo, std::min(sum.hi, silent_up_to)));
    if (const auto spiking = range(std::max(sum.lo, threshold_ + 1), sum.hi)) {
      if (rule_.mechanism == ResetMechanism::Zero) {
        include(out, Range{reset_value_, reset_value_});
      } else {
        include(out, Range{spiking->lo - amount_, spiking->hi - amount_});
      }
    }
    return *out;
  }

  [[nodiscard]] bool lost_input() const {
    return rule_.mechanism == ResetMechanism::Zero && rule_.timing == ResetTiming::Delayed &&
           rule_.zero_input == ir::ZeroInput::Lost;
  }

  ir::ResetRule rule_;
  bool spiking_;
  numeric::Decay decay_;
  std::int64_t bias_;
  std::int64_t threshold_;
  std::int64_t amount_;
  std::int64_t reset_value_;
  Range input_;
  std::optional<int> bits_;
};

// Sums fit 60 bits, and membranes times their decay the 64 bits that the models compute in.
void check_limit(const QuantizedPopulation& p, const PopulationBounds& b) {
  const std::int64_t limit = std::min(kLimit, (std::int64_t{1} << 62) >> p.decay_shift);
  const auto within = [](Range r, std::int64_t l) { return r.lo > -l && r.hi < l; };
  if (within(b.sum, kLimit) && within(b.membrane, limit)) return;
  support::fail(
      support::DiagnosticKind::WidthTooLarge, p.where,
      fmt::format("population {} could need more than 60 bits, or 63 with its {} decay bits",
                  p.name, p.decay_shift),
      "use fewer weight bits, fraction bits, decay bits or timesteps");
}

}  // namespace

std::vector<PopulationBounds> bound_populations(
    const QuantizedNetwork& network, const std::vector<std::optional<int>>& membrane_bits) {
  std::vector<PopulationBounds> all;
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const QuantizedPopulation& p = network.populations[i];
    const std::vector<Range> inputs = input_ranges(network, i);
    PopulationBounds bounds;
    for (std::size_t j = 0; j < p.neurons(); ++j) {
      bounds.input.include(inputs[j]);
      const NeuronBound neuron(p, j, inputs[j], membrane_bits[i]);
      Range v;  // V = 0 before the first step
      for (int t = 0; t < network.timesteps; ++t) {
        const Range next = neuron.step(v, bounds);
        check_limit(p, bounds);
        Range reached = v;  // growing: what holds for any step up to this one
        reached.include(next);
        if (reached == v) break;
        v = reached;
      }
    }
    all.push_back(bounds);
  }
  return all;
}

std::vector<std::vector<bool>> silent_neurons(const QuantizedNetwork& network) {
  std::vector<std::vector<bool>> all;
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const QuantizedPopulation& p = network.populations[i];
    std::vector<bool>& silent = all.emplace_back(p.neurons(), false);
    if (!p.spiking) continue;
    const std::vector<Range> inputs = input_ranges(network, i);
    for (std::size_t j = 0; j < p.neurons(); ++j) {
      // Clamped just above the threshold: what passes it is enough to know.
      const NeuronBound neuron(p, j, inputs[j], numeric::bits_for_range(0, p.threshold[j] + 1));
      PopulationBounds bounds;
      Range v;
      for (int t = 0; t < network.timesteps && bounds.sum.hi <= p.threshold[j]; ++t) {
        Range reached = v;
        reached.include(neuron.step(v, bounds));
        check_limit(p, bounds);
        if (reached == v) break;
        v = reached;
      }
      silent[j] = bounds.sum.hi <= p.threshold[j];
    }
  }
  return all;
}

}  // namespace hillock::analysis
