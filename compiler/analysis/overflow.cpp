#include "compiler/analysis/overflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "compiler/numeric/fixed_point.h"

namespace hillock::analysis {
namespace {

using ir::QuantizedNetwork;
using ir::QuantizedPopulation;
using ir::ResetMechanism;
using ir::ResetTiming;
using ir::Synapse;

Range operator+(Range a, Range b) { return {a.lo + b.lo, a.hi + b.hi}; }
Range operator-(Range a, Range b) { return {a.lo - b.hi, a.hi - b.lo}; }

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

Range hull(Range a, Range b) {
  a.include(b);
  return a;
}

// D is monotonic because its multiplier is not negative, so the image of an interval is spanned by
// the images of its ends.
Range decayed(Range v, numeric::Decay d) {
  return {numeric::decay(v.lo, d), numeric::decay(v.hi, d)};
}

// The range of values that an element of the source can contribute per unit of weight.
Range source_values(const QuantizedNetwork& network, const ir::Source& source) {
  Range values{0, 1};
  if (source.kind == ir::Source::Kind::Input) {
    values.include(
        {network.inputs[source.index].min_value, network.inputs[source.index].max_value});
    return values;
  }
  const QuantizedPopulation& p = network.populations[source.index];
  if (!p.sends_membranes()) return {0, p.max_spikes};
  return {numeric::min_of(p.value_bits), numeric::max_of(p.value_bits)};
}

// Range of A[t] of every neuron of a population, in membrane units. Each element of a source sends
// at most one event a step, so the extremes are the sums of the extreme contributions.
std::vector<Range> event_ranges(const QuantizedNetwork& network, std::size_t population) {
  const QuantizedPopulation& p = network.populations[population];
  std::vector<Range> ranges(p.neurons());
  for (const ir::QuantizedProjection* projection : network.projections_into(population)) {
    const Range values = source_values(network, projection->source);
    const auto add = [&](std::size_t j, std::int32_t weight) {
      const std::int64_t a = weight * values.lo;
      const std::int64_t b = weight * values.hi;
      ranges[j].lo += std::min({a, b, std::int64_t{0}});
      ranges[j].hi += std::max({a, b, std::int64_t{0}});
    };
    if (const auto* dense = std::get_if<ir::QuantizedDense>(&projection->connectivity)) {
      for (std::size_t j = 0; j < dense->weight.rows; ++j) {
        for (std::size_t i = 0; i < dense->weight.cols; ++i) add(j, dense->weight(j, i));
      }
      continue;
    }
    const std::size_t sources = ir::source_count(projection->connectivity);
    for (std::size_t i = 0; i < sources; ++i) {
      ir::for_each_synapse(projection->connectivity, i, add);
    }
  }
  for (Range& r : ranges) {
    r.lo <<= p.fraction_bits;
    r.hi <<= p.fraction_bits;
  }
  return ranges;
}

// Range of the largest membrane in the window of every neuron: no less than the largest of the
// least.
std::vector<Range> maximum_ranges(const ir::MaxPool& pool,
                                  const std::vector<NeuronBounds>& sources) {
  std::vector<std::optional<Range>> ranges(pool.targets());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Range membrane = sources[i].reached;
    ir::for_each_window(pool, i, [&](std::size_t j) {
      if (!ranges[j]) ranges[j] = membrane;
      ranges[j]->lo = std::max(ranges[j]->lo, membrane.lo);
      ranges[j]->hi = std::max(ranges[j]->hi, membrane.hi);
    });
  }
  std::vector<Range> out;
  for (const auto& r : ranges) out.push_back(r.value());
  return out;
}

// All that the bounds of a neuron depend on, within its population.
struct Constants {
  Range input;
  std::int64_t decay, bias, threshold, reset_value, current_decay, current_bias, reset_decay,
      reset_current;

  friend auto operator<=>(const Constants& a, const Constants& b) { return a.key() <=> b.key(); }

 private:
  [[nodiscard]] std::array<std::int64_t, 10> key() const {
    return {input.lo,    input.hi,      decay,        bias,        threshold,
            reset_value, current_decay, current_bias, reset_decay, reset_current};
  }
};

Constants constants_of(const QuantizedPopulation& p, std::size_t j, Range input) {
  return {input,
          p.decay[j],
          p.bias[j],
          p.threshold[j],
          p.reset_value[j],
          p.current_decay[j],
          p.current_bias[j],
          p.reset_decay[j],
          p.reset_current[j]};
}

// What one neuron can have reached up to a step: its state, as intervals.
struct Reach {
  Range v;
  Range current;  // I, or E
  Range hidden;   // H
  Range eh;       // alpha: E + H, which is V before it is clamped, but for a reset by subtraction

  friend bool operator==(const Reach&, const Reach&) = default;
};

Reach hull(const Reach& a, const Reach& b) {
  return {hull(a.v, b.v), hull(a.current, b.current), hull(a.hidden, b.hidden), hull(a.eh, b.eh)};
}

// One neuron's worst case, step by step.
class NeuronBound {
 public:
  NeuronBound(const QuantizedPopulation& p, const Constants& c, bool pooled,
              std::optional<int> bits)
      : rule_(p.reset),
        spiking_(p.spiking),
        synapse_(p.synapse),
        alpha_subtracts_(p.alpha_subtracts()),
        pooled_(pooled),
        decay_{c.decay, p.decay_shift},
        current_decay_{c.current_decay, p.current_decay_shift},
        reset_decay_{c.reset_decay, p.decay_shift},
        c_(c),
        amount_(c.threshold + p.reset_offset),
        max_spikes_(p.max_spikes),
        bits_(bits) {}

  // What can be reached one step after `before` (the first step from 0); widens `bounds`.
  Reach step(const Reach& before, PopulationBounds& bounds) const {
    if (synapse_ == Synapse::Alpha) return alpha_step(before, bounds);
    Reach after = before;
    Range added = c_.input;
    if (synapse_ == Synapse::Current) {
      after.current = current_step(before.current, bounds);
      added = after.current;
    }
    if (pooled_) bounds.current.include(added);
    const Range prepared = this->prepared(before.v);
    const Range sum = prepared + added;
    bounds.sum.include(prepared);
    bounds.sum.include(sum);
    after.v = fired(clamped(sum), before.v);
    bounds.membrane.include(after.v);
    return after;
  }

 private:
  [[nodiscard]] Range clamped(Range v) const {
    if (!bits_) return v;
    return {numeric::saturate(v.lo, *bits_), numeric::saturate(v.hi, *bits_)};
  }

  // I, or E.
  [[nodiscard]] Range current_step(Range before, PopulationBounds& bounds) const {
    const Range prepared =
        decayed(before, current_decay_) + Range{c_.current_bias, c_.current_bias};
    bounds.current.include(prepared);
    bounds.current.include(prepared + c_.input);
    return prepared + c_.input;
  }

  [[nodiscard]] Reach alpha_step(const Reach& before, PopulationBounds& bounds) const {
    Reach after;
    const Range x = c_.input + Range{c_.current_bias, c_.current_bias};
    after.current = current_step(before.current, bounds);
    after.hidden = decayed(before.hidden, decay_) - x;
    after.eh = decayed_sum(before, decay_);
    Range v = after.eh;
    if (alpha_subtracts_ && before.v.hi > c_.threshold) {
      // H was let go faster, E is less, and H is 0.
      v.include(decayed_sum(before, reset_decay_));
      const Range amount{c_.reset_current, c_.reset_current};
      const Range bias{c_.current_bias, c_.current_bias};
      bounds.current.include(decayed(before.current, current_decay_) + bias - amount);
      const Range less = after.current - amount;
      after.current.include(less);
      after.eh.include(less);
      bounds.current.include(after.current);
    }
    after.v = clamped(v);
    // A reset to zero reaches 0.
    for (Range* r : {&after.current, &after.hidden, &after.eh, &after.v}) r->include(0);
    bounds.current.include(after.hidden);
    bounds.sum.include(v);
    bounds.sum.include(0);
    bounds.membrane.include(after.v);
    return after;
  }

  // D_c(E) + D(H). E and H do not vary freely: in real numbers this is (a - b) E + b (E + H), and
  // the two roundings make it at most 1 more, and less than 1 less than that.
  [[nodiscard]] Range decayed_sum(const Reach& r, numeric::Decay decay) const {
    const Range free = decayed(r.current, current_decay_) + decayed(r.hidden, decay);
    const int shift = std::max(decay.shift, current_decay_.shift);
    const std::int64_t b = decay.multiplier << (shift - decay.shift);
    const std::int64_t a = (current_decay_.multiplier << (shift - current_decay_.shift)) - b;
    const std::int64_t lo = a * (a < 0 ? r.current.hi : r.current.lo) + b * r.eh.lo;
    const std::int64_t hi = a * (a < 0 ? r.current.lo : r.current.hi) + b * r.eh.hi;
    return {std::max(free.lo, lo >> shift), std::min(free.hi, (hi >> shift) + 1)};
  }

  [[nodiscard]] Range leaked(Range v) const { return decayed(v, decay_) + Range{c_.bias, c_.bias}; }

  [[nodiscard]] Range prepared(Range v) const {
    if (!spiking_ || rule_.timing != ResetTiming::Delayed ||
        rule_.mechanism == ResetMechanism::None || lost_input()) {
      return leaked(v);
    }
    std::optional<Range> out;
    if (const auto below = range(v.lo, std::min(v.hi, c_.threshold))) out = leaked(*below);
    if (const auto above = range(std::max(v.lo, c_.threshold + 1), v.hi)) {
      Range r = rule_.mechanism == ResetMechanism::Zero ? leaked({0, 0}) : leaked(*above);
      if (rule_.mechanism == ResetMechanism::Subtract) r = r - Range{amount_, amount_};
      include(out, r);
    }
    return *out;
  }

  // The membrane after the step, from the sum and the membrane before it.
  [[nodiscard]] Range fired(Range sum, Range before) const {
    if (!spiking_ || rule_.mechanism == ResetMechanism::None) return sum;
    const bool was_above = before.hi > c_.threshold;
    if (rule_.timing == ResetTiming::Delayed) {
      if (lost_input() && was_above) sum.include(0);
      return sum;
    }
    // Reset in the same step. With the quirk a neuron above its threshold may still not spike.
    const bool quirk = rule_.timing == ResetTiming::SameStepQuirk && was_above;
    const std::int64_t silent_up_to = quirk ? c_.threshold + amount_ : c_.threshold;
    std::optional<Range> out;
    include(out, range(sum.lo, std::min(sum.hi, silent_up_to)));
    if (const auto spiking = range(std::max(sum.lo, c_.threshold + 1), sum.hi)) {
      if (rule_.mechanism == ResetMechanism::Zero) {
        include(out, Range{c_.reset_value, c_.reset_value});
      } else if (max_spikes_ > 1) {
        // What is left is at most the threshold, unless the spikes of a step did not suffice.
        include(out, Range{c_.threshold + 1 - amount_,
                           std::max(std::min(c_.threshold, spiking->hi - amount_),
                                    spiking->hi - max_spikes_ * amount_)});
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
  Synapse synapse_;
  bool alpha_subtracts_;
  bool pooled_;
  numeric::Decay decay_;
  numeric::Decay current_decay_;
  numeric::Decay reset_decay_;
  Constants c_;
  std::int64_t amount_;
  int max_spikes_;
  std::optional<int> bits_;
};

// The models compute in 64 bits, products with a decay included.
void check_limit(const QuantizedPopulation& p, const PopulationBounds& bounds) {
  // A decay after a spike of an alpha synapse goes up to 2.
  const int more = p.alpha_subtracts() ? 2 : 0;
  const int bits = std::min(60, 63 - more - std::max(p.decay_shift, p.current_decay_shift));
  const std::int64_t limit = std::int64_t{1} << (bits - 1);
  for (const Range r : {bounds.sum, bounds.membrane, bounds.current}) {
    if (r.lo > -limit && r.hi < limit) continue;
    support::fail(support::DiagnosticKind::WidthTooLarge, p.where,
                  fmt::format("population {} could need more than 60 bits, or 63 with its {} decay "
                              "bits",
                              p.name, std::max(p.decay_shift, p.current_decay_shift)),
                  "use fewer weight bits, fraction bits, decay bits or timesteps");
  }
}

// The bounds of every neuron of a population.
struct Result {
  std::vector<NeuronBounds> neurons;
  std::vector<Range> inputs;
  bool pooled = false;
};

NeuronBounds bound_neuron(const QuantizedPopulation& p, const Constants& c, bool pooled,
                          std::optional<int> bits, int timesteps) {
  NeuronBounds out;
  out.input = c.input;
  const NeuronBound neuron(p, c, pooled, bits);
  Reach reached;  // growing: what holds for any step up to this one
  for (int t = 0; t < timesteps; ++t) {
    const Reach next = neuron.step(reached, out);
    check_limit(p, out);
    out.reached = t == 0 ? next.v : hull(out.reached, next.v);
    const Reach before = reached;
    reached = hull(before, next);
    if (reached == before) {
      out.closed = true;
      break;
    }
    out.steps = t + 1;
  }
  return out;
}

Result bound_population(const QuantizedNetwork& network, std::size_t population,
                        std::vector<Range> inputs, bool pooled, std::optional<int> bits) {
  const QuantizedPopulation& p = network.populations[population];
  Result result;
  // Most neurons of a convolution are alike: each sort is bounded once.
  std::map<Constants, NeuronBounds> seen;
  for (std::size_t j = 0; j < p.neurons(); ++j) {
    const Constants c = constants_of(p, j, inputs[j]);
    const auto [place, fresh] = seen.try_emplace(c);
    if (fresh) place->second = bound_neuron(p, c, pooled, bits, network.timesteps);
    result.neurons.push_back(place->second);
  }
  result.inputs = std::move(inputs);
  result.pooled = pooled;
  return result;
}

std::vector<Result> bound_all(const QuantizedNetwork& network,
                              const std::vector<std::optional<int>>& membrane_bits) {
  std::vector<Result> all;
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const auto into = network.projections_into(i);
    const auto* pool =
        into.empty() ? nullptr : std::get_if<ir::MaxPool>(&into.front()->connectivity);
    std::vector<Range> inputs = pool != nullptr
                                    ? maximum_ranges(*pool, all[into.front()->source.index].neurons)
                                    : event_ranges(network, i);
    all.push_back(
        bound_population(network, i, std::move(inputs), pool != nullptr, membrane_bits[i]));
  }
  return all;
}

}  // namespace

std::vector<std::vector<NeuronBounds>> bound_neurons(
    const QuantizedNetwork& network, const std::vector<std::optional<int>>& membrane_bits) {
  std::vector<std::vector<NeuronBounds>> bounds;
  for (Result& r : bound_all(network, membrane_bits)) bounds.push_back(std::move(r.neurons));
  return bounds;
}

std::vector<PopulationBounds> bound_populations(
    const QuantizedNetwork& network, const std::vector<std::optional<int>>& membrane_bits) {
  std::vector<PopulationBounds> bounds;
  for (const std::vector<NeuronBounds>& neurons : bound_neurons(network, membrane_bits)) {
    PopulationBounds& all = bounds.emplace_back();
    for (const NeuronBounds& n : neurons) {
      all.input.include(n.input);
      all.sum.include(n.sum);
      all.membrane.include(n.membrane);
      all.current.include(n.current);
    }
  }
  return bounds;
}

std::vector<std::vector<bool>> silent_neurons(const QuantizedNetwork& network) {
  const std::vector<Result> bounds =
      bound_all(network, std::vector<std::optional<int>>(network.populations.size()));
  std::vector<std::vector<bool>> all;
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const QuantizedPopulation& p = network.populations[i];
    std::vector<bool>& silent = all.emplace_back(p.neurons(), false);
    if (!p.spiking) continue;
    std::map<Constants, bool> seen;
    for (std::size_t j = 0; j < p.neurons(); ++j) {
      const Constants c = constants_of(p, j, bounds[i].inputs[j]);
      const auto [place, fresh] = seen.try_emplace(c, true);
      if (fresh) {
        // Clamped just above the threshold: what passes it is enough to know.
        const NeuronBound neuron(p, c, bounds[i].pooled,
                                 numeric::bits_for_range(0, p.threshold[j] + 1));
        PopulationBounds widest;
        Reach reached;
        for (int t = 0; t < network.timesteps && widest.sum.hi <= p.threshold[j]; ++t) {
          const Reach next = neuron.step(reached, widest);
          const Reach before = reached;
          reached = hull(before, next);
          if (reached == before) break;
        }
        place->second = widest.sum.hi <= p.threshold[j];
      }
      silent[j] = place->second;
    }
  }
  return all;
}

}  // namespace hillock::analysis
