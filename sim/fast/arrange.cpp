#include "sim/fast/arrange.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "sim/fast/conv_plan.h"

namespace hillock::sim::fast {
namespace {

using ir::QuantizedConv;
using ir::QuantizedDense;
using ir::QuantizedPopulation;
using ir::QuantizedProjection;
using ir::QuantizedSparse;

template <typename W>
DensePlan<W> plan(const QuantizedDense& dense, const Slots& slots) {
  const auto& weight = dense.weight;
  DensePlan<W> out;
  out.stride = round_up(slots.count(), kRunUnit);
  out.weight.assign(weight.cols * out.stride + kSpare, 0);
  std::int32_t largest = 1;
  for (const std::int32_t w : weight.data) largest = std::max(largest, std::abs(w));
  out.batch = {static_cast<std::size_t>(INT8_MAX / largest),
               static_cast<std::size_t>(INT16_MAX / largest)};
  for (std::size_t j = 0; j < weight.rows; ++j) {
    for (std::size_t i = 0; i < weight.cols; ++i) {
      out.weight[i * out.stride + slots.at(j)] = static_cast<W>(weight(j, i));
    }
  }
  return out;
}

SparsePlan plan(const QuantizedSparse& sparse, const Slots& slots) {
  SparsePlan out;
  out.synapses.reserve(sparse.synapses.size());
  out.first.assign(sparse.sources + 1, 0);
  for (const auto& s : sparse.synapses) ++out.first[s.source + 1];
  for (std::size_t i = 0; i < sparse.sources; ++i) out.first[i + 1] += out.first[i];
  for (const auto& s : sparse.synapses) {  // sorted by source
    out.synapses.push_back({static_cast<std::uint32_t>(slots.at(s.target)), s.weight});
  }
  return out;
}

PoolPlan plan(const ir::MaxPool& pool, const Slots& source) {
  std::vector<std::vector<std::uint32_t>> windows(pool.targets());
  for (std::size_t i = 0; i < pool.sources(); ++i) {
    ir::for_each_window(pool, i, [&](std::size_t j) {
      windows[j].push_back(static_cast<std::uint32_t>(source.at(i)));
    });
  }
  PoolPlan out{{0}, {}};
  for (const auto& window : windows) {
    out.source_slot.insert(out.source_slot.end(), window.begin(), window.end());
    out.first.push_back(out.source_slot.size());
  }
  return out;
}

// The largest sum, of either sign, that the events of one step can bring a neuron.
std::int64_t largest_sum(const ir::QuantizedNetwork& network, std::size_t population) {
  std::vector<std::int64_t> high(network.populations[population].neurons(), 0);
  std::vector<std::int64_t> low(high);
  for (const QuantizedProjection* p : network.projections_into(population)) {
    std::int64_t least = 0;
    std::int64_t most = 1;
    if (p->source.kind == ir::Source::Kind::Input) {
      least = std::min<std::int64_t>(0, network.inputs[p->source.index].min_value);
      most = std::max<std::int64_t>(0, network.inputs[p->source.index].max_value);
    } else {
      const QuantizedPopulation& from = network.populations[p->source.index];
      if (from.sends_counts()) most = from.max_spikes;
      if (from.sends_membranes()) {
        least = numeric::min_of(from.value_bits);
        most = numeric::max_of(from.value_bits);
      }
    }
    const auto add = [&](std::size_t j, std::int64_t w) {
      high[j] += std::max(w * most, w * least);
      low[j] += std::min(w * most, w * least);
    };
    if (const auto* conv = std::get_if<QuantizedConv>(&p->connectivity)) {
      // Every weight of a channel, as many times as a pooled tile has elements: a bound for all of
      // its neurons.
      const ir::ConvGeometry& g = conv->geometry;
      const std::size_t plane = g.out_height * g.out_width;
      const std::size_t per_channel = conv->weight.size() / g.out_channels;
      const auto tile = static_cast<std::int64_t>(g.pool_height * g.pool_width);
      for (std::size_t o = 0; o < g.out_channels; ++o) {
        for (std::size_t k = 0; k < per_channel; ++k) {
          add(o * plane, tile * conv->weight[o * per_channel + k]);
        }
        for (std::size_t j = 1; j < plane; ++j) {
          high[o * plane + j] += high[o * plane];
          low[o * plane + j] += low[o * plane];
        }
      }
    } else {
      const std::size_t sources = ir::source_count(p->connectivity);
      for (std::size_t i = 0; i < sources; ++i) {
        ir::for_each_synapse(p->connectivity, i, add);
      }
    }
  }
  std::int64_t largest = 0;
  for (std::size_t j = 0; j < high.size(); ++j) largest = std::max({largest, high[j], -low[j]});
  return largest;
}

// Which values slots without a neuron may have as well, and be at rest (ParameterArrays::add).
constexpr auto kAny = [](auto) { return true; };
constexpr auto kZero = [](auto v) { return v == 0; };
constexpr auto kNotNegative = [](auto v) { return v >= 0; };

template <typename F>
bool all_neurons(const QuantizedPopulation& p, F holds) {
  for (std::size_t j = 0; j < p.neurons(); ++j) {
    if (!holds(j)) return false;
  }
  return true;
}

bool all_zero(const QuantizedPopulation& p, const ir::PerNeuron<std::int64_t>& values) {
  return all_neurons(p, [&](std::size_t j) { return values[j] == 0; });
}

// Whether `bits` of a value and a decay's multiplier make a product of 31 bits and a sign.
bool product_fits(int bits, int shift) { return bits - 1 + shift <= 30; }

std::string misfit(const QuantizedPopulation& p, std::int64_t largest) {
  if (largest > INT32_MAX) return "the sum of a step";
  if (std::max(p.accumulator_bits, p.current_bits) > 32) return "the running sum";
  if (p.membrane_bits > 32) return "the membrane";
  if (p.sends_membranes() && p.membrane_bits > 31) return "a membrane that is sent";
  return "";
}

bool fits_word(std::int64_t v) { return v >= INT16_MIN && v <= INT16_MAX; }

// Neurons that can spike while 16 bits hold their membranes.
bool may_spike(const QuantizedPopulation& p, std::size_t j) {
  return p.spiking && p.threshold[j] < INT16_MAX;
}

template <typename F>
std::int64_t largest_of(const QuantizedPopulation& p, F value) {
  std::int64_t largest = 0;
  for (std::size_t j = 0; j < p.neurons(); ++j) largest = std::max(largest, std::abs(value(j)));
  return largest;
}

// nullopt where 16 bits would not do, or the rule is none of NarrowRule.
//
// Without a proof: V[t] is D(V[t-1]), which is no larger than V[t-1], plus A[t] << f, the bias and
// a reset. So it does not overflow where |V[t-1]|, |A[t]| << f and the largest of the others add up
// to no more than 16 bits hold; and where V[t] then is within its limit, the next step can be asked
// the same. A needs no more room than it can take. With a current, I[t] stands between A and V and
// has a limit of its own.
std::optional<NarrowLimits> narrow_limits(const QuantizedPopulation& p, std::int64_t largest_sum) {
  const bool current = p.synapse == ir::Synapse::Current;
  const bool subtract = p.reset.mechanism == ir::ResetMechanism::Subtract;
  const bool quirk = subtract && p.reset.timing == ir::ResetTiming::SameStepQuirk;
  if (p.sends_counts() || p.sends_membranes() || p.synapse == ir::Synapse::Alpha || quirk ||
      p.overflow == numeric::OverflowMode::Saturating || p.decay_shift > 15 ||
      p.current_decay_shift > 15) {
    return std::nullopt;
  }
  const auto fits = [&](std::size_t j) {
    return !p.spiking || (p.threshold[j] >= INT16_MIN && fits_word(p.reset_value[j]) &&
                          (!may_spike(p, j) || fits_word(p.reset_amount(j))));
  };
  if (!all_neurons(p, fits)) return std::nullopt;
  const std::int64_t bias = largest_of(p, [&](std::size_t j) { return p.bias[j]; });
  const std::int64_t current_bias =
      current ? largest_of(p, [&](std::size_t j) { return p.current_bias[j]; }) : 0;
  if (bias > INT16_MAX || current_bias > INT16_MAX) return std::nullopt;
  // -2^15 times a decay of 0 is the one product that narrow_decay() does not give.
  const auto decays = [&](std::size_t j) {
    return p.decay[j] > 0 && (!current || p.current_decay[j] > 0);
  };
  const int bits = std::max({p.accumulator_bits, p.membrane_bits, p.current_bits});
  if (bits < 16 || (bits == 16 && all_neurons(p, decays))) return NarrowLimits{};

  const std::int64_t amount =
      largest_of(p, [&](std::size_t j) { return may_spike(p, j) ? p.reset_amount(j) : 0; });
  const std::int64_t room = INT16_MAX - bias - (subtract ? amount : 0);
  const std::int64_t half = room / 2;  // for the current, or for the sum without one
  const std::int64_t sum =
      std::min((current ? INT16_MAX - current_bias - half : half) >> p.fraction_bits, largest_sum);
  if (room <= 0 || sum < std::min<std::int64_t>(1, largest_sum)) return std::nullopt;
  const std::int64_t taken = current ? half : sum << p.fraction_bits;
  return NarrowLimits{static_cast<std::int16_t>(sum), static_cast<std::int16_t>(half),
                      static_cast<std::int16_t>(room - taken), false};
}

NarrowRule narrow_rule(const QuantizedPopulation& p) {
  const bool delayed = p.reset.timing == ir::ResetTiming::Delayed;
  if (!p.spiking || p.reset.mechanism == ir::ResetMechanism::None) return NarrowRule::None;
  if (p.reset.mechanism == ir::ResetMechanism::Subtract) {
    return delayed ? NarrowRule::DelayedSubtract : NarrowRule::Subtract;
  }
  if (!delayed) return NarrowRule::Zero;
  return p.reset.zero_input == ir::ZeroInput::Lost ? NarrowRule::DelayedZeroLosesInput
                                                   : NarrowRule::DelayedZero;
}

void set_narrow_rule(Population& out, const QuantizedPopulation& p, const NarrowLimits& limits) {
  NarrowUpdate& u = out.narrow_update;
  u.slots = out.slots.count();
  u.spiking = p.spiking;
  u.rule = narrow_rule(p);
  u.limits = limits;
  u.current = p.synapse == ir::Synapse::Current;
  u.leaks = !all_neurons(
      p, [&](std::size_t j) { return p.decay[j] == std::int64_t{1} << p.decay_shift; });
  u.fraction_bits = p.fraction_bits;
  const auto make = [&](auto value) {
    return out.narrow_parameters.add(out.slots, p.neurons(), 0, value, kAny);
  };
  const auto make_bias = [&](const ir::PerNeuron<std::int64_t>& bias) {
    return out.narrow_parameters.add(
        out.slots, p.neurons(), 0, [&](std::size_t j) { return bias[j]; }, kZero);
  };
  u.threshold = out.narrow_parameters.add(
      out.slots, p.neurons(), INT16_MAX,
      [&](std::size_t j) { return may_spike(p, j) ? p.threshold[j] : std::int64_t{INT16_MAX}; },
      kNotNegative);
  if (u.leaks) {
    u.decay = make([&](std::size_t j) { return narrow_decay(p.decay[j], p.decay_shift); });
  }
  if (!all_zero(p, p.bias)) u.bias = make_bias(p.bias);
  if (u.rule == NarrowRule::DelayedSubtract || u.rule == NarrowRule::Subtract) {
    u.reset_amount =
        make([&](std::size_t j) { return may_spike(p, j) ? p.reset_amount(j) : std::int64_t{0}; });
  }
  if (u.rule == NarrowRule::Zero) {
    u.reset_value = make([&](std::size_t j) { return p.reset_value[j]; });
  }
  if (u.current) {
    u.current_decay = make(
        [&](std::size_t j) { return narrow_decay(p.current_decay[j], p.current_decay_shift); });
    u.current_bias = make_bias(p.current_bias);
  }
}

// Whether a step without events leaves every membrane as it is, no reset being due.
bool rests(const QuantizedPopulation& p) {
  return p.spiking && p.synapse == ir::Synapse::None && !p.sends_counts() &&
         p.overflow == numeric::OverflowMode::Proved && all_zero(p, p.bias) &&
         all_neurons(p,
                     [&](std::size_t j) { return p.decay[j] == std::int64_t{1} << p.decay_shift; });
}

Incoming incoming(const Arrangement& out, const QuantizedProjection& projection,
                  const Slots& slots) {
  Incoming in;
  in.source = projection.source;
  in.delay = static_cast<std::size_t>(projection.delay);
  const bool byte = projection.weight_bits <= 8;
  if (const auto* dense = std::get_if<QuantizedDense>(&projection.connectivity)) {
    if (byte) {
      in.form = plan<std::int8_t>(*dense, slots);
    } else {
      in.form = plan<std::int16_t>(*dense, slots);
    }
  } else if (const auto* conv = std::get_if<QuantizedConv>(&projection.connectivity)) {
    if (byte) {
      in.form = plan_conv<std::int8_t>(*conv, slots);
    } else {
      in.form = plan_conv<std::int16_t>(*conv, slots);
    }
  } else if (const auto* sparse = std::get_if<QuantizedSparse>(&projection.connectivity)) {
    in.form = plan(*sparse, slots);
  } else {
    in.form = plan(std::get<ir::MaxPool>(projection.connectivity),
                   out.populations[projection.source.index].slots);
  }
  return in;
}

bool is_pooled(const ir::QuantizedNetwork& network, std::size_t population) {
  for (const QuantizedProjection* p : network.projections_into(population)) {
    if (std::holds_alternative<ir::MaxPool>(p->connectivity)) return true;
  }
  return false;
}

bool feeds_pool(const ir::QuantizedNetwork& network, std::size_t population) {
  return std::any_of(network.projections.begin(), network.projections.end(), [&](const auto& p) {
    return std::holds_alternative<ir::MaxPool>(p.connectivity) &&
           p.source == ir::Source{ir::Source::Kind::Population, population};
  });
}

}  // namespace

void widen(Population& out, const QuantizedPopulation& p) {
  out.wide = std::make_unique<WideUpdate>();
  WideUpdate& u = *out.wide;
  u.slots = out.slots.count();
  u.fraction_bits = out.pooled ? 0 : p.fraction_bits;
  u.decay_shift = p.decay_shift;
  u.current_decay_shift = p.current_decay_shift;
  const bool alpha = p.synapse == ir::Synapse::Alpha;
  const int doubled = p.alpha_subtracts() ? 1 : 0;  // its decay may be up to 2
  u.wide = !product_fits(alpha ? std::max(p.accumulator_bits, p.current_bits) : p.membrane_bits,
                         p.decay_shift + doubled);
  u.wide_current = !product_fits(p.current_bits, p.current_decay_shift);
  u.current = p.synapse == ir::Synapse::Current;
  u.alpha = alpha;
  u.spiking = p.spiking;
  u.subtract = p.reset.mechanism == ir::ResetMechanism::Subtract;
  u.zero = p.reset.mechanism == ir::ResetMechanism::Zero;
  u.delayed = p.reset.timing == ir::ResetTiming::Delayed;
  u.quirk = u.subtract && p.reset.timing == ir::ResetTiming::SameStepQuirk;
  u.loses_input = p.reset.zero_input == ir::ZeroInput::Lost;
  u.saturates = p.overflow == numeric::OverflowMode::Saturating;
  u.lowest = static_cast<std::int32_t>(numeric::min_of(p.membrane_bits));
  u.highest = static_cast<std::int32_t>(numeric::max_of(p.membrane_bits));
  u.max_spikes = p.max_spikes;
  u.value_bits = p.value_bits;
  u.value_shift = p.value_shift;
  const auto add = [&](std::int32_t none, auto value, auto rests) {
    return u.parameters.add(out.slots, p.neurons(), none, value, rests);
  };
  const auto plain = [&](const ir::PerNeuron<std::int64_t>& values) {
    return add(
        0, [&](std::size_t j) { return values[j]; }, kAny);
  };
  const auto bias = [&](const ir::PerNeuron<std::int64_t>& values) {
    return add(
        0, [&](std::size_t j) { return values[j]; }, kZero);
  };
  u.threshold = add(
      INT32_MAX, [&](std::size_t j) { return p.threshold[j]; }, kNotNegative);
  u.reset_amount = add(
      0, [&](std::size_t j) { return p.reset_amount(j); }, kAny);
  u.decay = plain(p.decay);
  u.bias = bias(p.bias);
  u.reset_value = plain(p.reset_value);
  if (p.synapse != ir::Synapse::None) {
    u.current_decay = plain(p.current_decay);
    u.current_bias = bias(p.current_bias);
  }
  if (p.alpha_subtracts()) {
    u.reset_decay = plain(p.reset_decay);
    u.reset_current = plain(p.reset_current);
  }
}

std::optional<Arrangement> arrange(const ir::QuantizedNetwork& network, std::string* why) {
  Arrangement out;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const QuantizedPopulation& population = network.populations[p];
    const std::int64_t largest = largest_sum(network, p);
    if (const std::string what = misfit(population, largest); !what.empty()) {
      if (why != nullptr)
        *why = fmt::format("{} of {} needs more than 32 bits", what, population.name);
      return std::nullopt;
    }
    Population& to = out.populations.emplace_back();
    to.slots = slots_of(network, p);
    to.pooled = is_pooled(network, p);
    to.narrow_sum = largest <= INT16_MAX && !to.pooled;
    const std::optional<NarrowLimits> limits = narrow_limits(population, largest);
    to.narrow = to.narrow_sum && limits && !feeds_pool(network, p);
    to.inhibition = population.inhibition;
    to.sends_values = population.sends_counts() || population.sends_membranes();
    to.rests = rests(population) && !to.pooled;
    if (to.pooled) out.layered = false;  // it reads the membranes of the same step
    for (const QuantizedProjection* projection : network.projections_into(p)) {
      const ir::Source source = projection->source;
      to.incoming.push_back(incoming(out, *projection, to.slots));
      if (source.kind == ir::Source::Kind::Population && source.index >= p) out.layered = false;
      if (source.kind == ir::Source::Kind::Input && network.inputs[source.index].is_static) {
        to.static_input = true;
        to.rests = false;
      }
    }
    if (to.narrow) {
      set_narrow_rule(to, population, *limits);
    } else {
      widen(to, population);
    }
  }
  return out;
}

}  // namespace hillock::sim::fast
