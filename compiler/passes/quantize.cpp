#include "compiler/passes/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ir/layout.h"
#include "compiler/passes/scale_search.h"
#include "compiler/passes/scales.h"
#include "compiler/passes/signed_digits.h"

namespace hillock::passes {
namespace {

using ir::Network;
using ir::Population;
using ir::QuantizedNetwork;
using ir::QuantizedPopulation;
using support::DiagnosticKind;

constexpr int kMaxDecayBits = 12;
constexpr int kMaxFractionBits = 16;
// A threshold of fewer units than this is too coarse: fraction bits are added.
constexpr double kMinThreshold = 16;

// Steps over which a rounding error adds up before the leak has forgotten it.
double memory_in_steps(double decay, int timesteps) {
  return decay >= 1 ? timesteps : std::min<double>(timesteps, 1 / (1 - decay));
}

// The fewest bits whose error leaves the steady state of a constant input within 0.5 %. `other` is
// the second decay of an alpha synapse, whose steady state is a difference of two.
int choose_decay_bits(const ir::PerNeuron<double>& decay,
                      const ir::PerNeuron<double>* other = nullptr) {
  constexpr double kTolerance = 0.005;
  const std::size_t n = std::max(decay.stored().size(), other ? other->stored().size() : 1);
  for (int k = 0; k < kMaxDecayBits; ++k) {
    const double unit = std::ldexp(1.0, k);
    const auto good = [&](std::size_t j) {
      const double beta = decay[j];
      const double error = std::abs(beta - std::floor(beta * unit + 0.5) / unit);
      if (error == 0) return true;
      if (beta >= 1) return false;
      double share = 1;  // of the steady state in this decay's own
      if (other != nullptr && (*other)[j] < 1) {
        share = std::min(1.0, std::abs(1 - (1 - beta) / (1 - (*other)[j])));
      }
      return error <= kTolerance * share * (1 - beta);
    };
    bool all = true;
    for (std::size_t j = 0; j < n && all; ++j) all = good(j);
    if (all) return k;
  }
  return kMaxDecayBits;
}

// Fraction bits so that the rounding of decays and biases, added up over the longer of the
// membrane's and the current's memory, stays within about one weight unit, and the smallest
// threshold is not coarse.
int choose_fraction_bits(const Population& p, const std::vector<double>& scale, int timesteps,
                         int at_least) {
  bool rounds = p.decay.min() < 1 || p.bias.min() != 0 || p.bias.max() != 0;
  double memory = memory_in_steps(p.decay.max(), timesteps);
  if (p.synapse != ir::Synapse::None) {
    rounds = rounds || p.current_decay.min() < 1 || p.current_bias.min() != 0 ||
             p.current_bias.max() != 0;
    memory = std::max(memory, memory_in_steps(p.current_decay.max(), timesteps));
  }
  double units = rounds ? memory : 1;
  if (p.spiking) {
    for (std::size_t j = 0; j < p.neurons(); ++j) {
      units = std::max(units, kMinThreshold / (scale[j] * p.threshold[j]));
    }
  }
  const int bits = std::max(at_least, static_cast<int>(std::ceil(std::log2(units))));
  return std::clamp(bits, 0, kMaxFractionBits);
}

// Fraction bits of every population. Those that are max-pooled from each other count alike: as the
// option of the last says that has one, else as the largest of their choices.
std::vector<int> choose_fraction_bits(const Network& network, const QuantizeOptions& options,
                                      const std::vector<std::vector<double>>& scales,
                                      const std::vector<int>& event_exponents) {
  std::vector<int> bits;
  std::vector<std::optional<int>> given = options.fraction_bits;
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    bits.push_back(choose_fraction_bits(network.populations[i], scales[i], options.timesteps,
                                        -event_exponents[i]));
  }
  std::vector<const ir::Projection*> pools;  // their targets rising
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    for (const ir::Projection& p : network.projections) {
      if (p.target == i && std::holds_alternative<ir::MaxPool>(p.connectivity)) pools.push_back(&p);
    }
  }
  for (auto p = pools.rbegin(); p != pools.rend(); ++p) {
    const std::size_t source = (*p)->source.index;
    const std::size_t target = (*p)->target;
    if (given[target]) given[source] = given[target];
    bits[source] = std::max(bits[source], bits[target]);
  }
  for (const ir::Projection* p : pools) {
    given[p->target] = given[p->source.index];
    bits[p->target] = bits[p->source.index];
  }
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = given[i].value_or(bits[i]);
  return bits;
}

// round(value * factor), refused where it would not fit any width of ours.
std::int64_t to_integer(double value, double factor, const Population& p, const char* what,
                        std::size_t j) {
  const double x = value * factor;
  if (!(std::abs(x) < std::ldexp(1.0, 50))) {
    support::fail(
        DiagnosticKind::WidthTooLarge, p.where.at(j),
        fmt::format("{} of {} is too large beside its weights: {} units", what, p.name, x));
  }
  return numeric::round_half_up(x);
}

// Bits that hold the decay of an alpha synapse's H after a spike, 1/gain more than its own, to 0.2
// % of H; at least `least`.
int reset_decay_bits(const Population& p, int least) {
  for (int k = least; k < kMaxDecayBits; ++k) {
    bool all = true;
    for (std::size_t j = 0; j < p.neurons() && all; ++j) {
      const double exact = std::ldexp(p.decay[j] + 1 / p.alpha_gain[j], k);
      all = std::abs(exact - std::floor(exact + 0.5)) <= std::ldexp(0.002, k);
    }
    if (all) return k;
  }
  return std::max(least, kMaxDecayBits);
}

// Spikes in a step that the integers hold. Where the network sets no limit, twice as many as were
// seen, as 2^n - 1; what is beyond stays in the membrane.
int choose_max_spikes(const Population& p, std::size_t index, const Calibration& calibration) {
  constexpr int kUnseen = 15;
  if (p.max_spikes != ir::kMaxSpikes) return p.max_spikes;
  if (calibration.count_max.empty()) return kUnseen;
  const int bits =
      numeric::unsigned_bits_for(2 * static_cast<std::uint64_t>(calibration.count_max[index]));
  return std::clamp((1 << bits) - 1, 3, ir::kMaxSpikes);
}

ir::ResetRule canonical(ir::ResetRule r) {
  // Without subtraction snnTorch's same-step rule leaves no residual, and its quirk nothing to see.
  if (r.timing == ir::ResetTiming::SameStepQuirk && r.mechanism != ir::ResetMechanism::Subtract) {
    r.timing = ir::ResetTiming::SameStep;
  }
  return r;
}

std::optional<int> digits_of(const QuantizeOptions& options, std::size_t population) {
  return options.decay_digits.empty() ? std::nullopt : options.decay_digits[population];
}

// m of the decay m / 2^shift, to nearest, of at most `digits` signed powers of two.
std::int64_t decay_integer(double decay, int shift, std::optional<int> digits) {
  const std::int64_t m = numeric::round_half_up(std::ldexp(decay, shift));
  return digits ? with_signed_digits(m, *digits, std::int64_t{1} << shift) : m;
}

void quantize_current_decay(const Population& p, const QuantizeOptions& options, std::size_t index,
                            QuantizedPopulation& q) {
  const bool alpha = p.synapse == ir::Synapse::Alpha;
  const int chosen = choose_decay_bits(p.current_decay, alpha ? &p.decay : nullptr);
  q.current_decay_shift = options.current_decay_bits.empty()
                              ? chosen
                              : options.current_decay_bits[index].value_or(chosen);
  q.current_decay = ir::per_neuron(p.current_decay.uniform() ? 1 : p.neurons(), [&](std::size_t j) {
    return decay_integer(p.current_decay[j], q.current_decay_shift, digits_of(options, index));
  });
}

// What counts in units of a neuron's scale: bias, threshold, reset value.
void apply_scales(const Population& p, const std::vector<double>& scales, QuantizedPopulation& q) {
  const std::size_t n = p.neurons();
  const double unit = std::ldexp(1.0, q.fraction_bits);
  q.scale = ir::PerNeuron<double>(scales);
  q.bias = ir::per_neuron(
      n, [&](std::size_t j) { return to_integer(p.bias[j], scales[j] * unit, p, "bias", j); });
  if (p.synapse != ir::Synapse::None) {
    q.current_bias = ir::per_neuron(n, [&](std::size_t j) {
      return to_integer(p.current_bias[j], scales[j] * unit, p, "current bias", j);
    });
  }
  if (!p.spiking) return;

  q.threshold = ir::per_neuron(n, [&](std::size_t j) {
    const std::int64_t threshold = to_integer(p.threshold[j], scales[j] * unit, p, "threshold", j);
    if (threshold < 1) {
      support::fail(
          DiagnosticKind::BadParameter, p.where.at(j),
          fmt::format("threshold {} of {} vanishes beside its weights", p.threshold[j], p.name),
          "use more --weight-bits or --fraction-bits");
    }
    return threshold - q.reset_offset;
  });
  if (q.alpha_subtracts()) {
    q.reset_decay = ir::per_neuron(n, [&](std::size_t j) {
      return numeric::round_half_up(std::ldexp(p.decay[j] + 1 / p.alpha_gain[j], q.decay_shift));
    });
    q.reset_current = ir::per_neuron(n, [&](std::size_t j) {
      return to_integer(p.alpha_gain[j] * p.threshold[j], scales[j] * unit, p, "threshold", j);
    });
  }
  if (q.reset.mechanism == ir::ResetMechanism::Zero &&
      q.reset.timing == ir::ResetTiming::SameStep) {
    q.reset_value = ir::per_neuron(n, [&](std::size_t j) {
      return to_integer(p.reset_value[j], scales[j] * unit, p, "reset value", j);
    });
  }
}

QuantizedPopulation quantize_population(const Network& network, std::size_t index,
                                        const QuantizeOptions& options,
                                        const std::vector<double>& scales, int fraction_bits) {
  const Population& p = network.populations[index];
  const std::size_t n = p.neurons();
  QuantizedPopulation q;
  q.name = p.name;
  q.shape = p.shape;
  q.spiking = p.spiking;
  q.reset = canonical(p.reset);
  q.where = p.where;
  q.fraction_bits = fraction_bits;
  const bool alpha = p.synapse == ir::Synapse::Alpha;
  const bool alpha_subtracts =
      alpha && p.spiking && p.reset.mechanism == ir::ResetMechanism::Subtract;
  const int least = choose_decay_bits(p.decay, alpha ? &p.current_decay : nullptr);
  q.decay_shift =
      options.decay_bits[index].value_or(alpha_subtracts ? reset_decay_bits(p, least) : least);
  q.decay = ir::per_neuron(p.decay.uniform() ? 1 : n, [&](std::size_t j) {
    return decay_integer(p.decay[j], q.decay_shift, digits_of(options, index));
  });
  q.inhibition = p.inhibition;
  q.max_spikes = p.max_spikes;
  q.synapse = p.synapse;
  if (p.synapse != ir::Synapse::None) quantize_current_decay(p, options, index, q);
  if (p.spiking) q.reset_offset = p.comparison == ir::Comparison::GreaterEqual ? 1 : 0;
  apply_scales(p, scales, q);
  return q;
}

// The integers of the weights, each at its neuron's scale.
ir::QuantizedConnectivity quantize_weights(const ir::Connectivity& connectivity,
                                           const std::vector<double>& scales, double factor,
                                           int bits) {
  if (const auto* dense = std::get_if<ir::Dense>(&connectivity)) {
    const auto& weight = dense->weight;
    ir::QuantizedDense out{support::Matrix<std::int32_t>(weight.rows, weight.cols)};
    for (std::size_t j = 0; j < weight.rows; ++j) {
      const std::vector<std::int32_t> row = round_weights(
          {weight.data.data() + j * weight.cols, weight.cols}, scales[j] * factor, bits);
      std::copy(row.begin(), row.end(),
                out.weight.data.begin() + static_cast<long>(j * weight.cols));
    }
    return out;
  }
  if (const auto* conv = std::get_if<ir::Conv>(&connectivity)) {
    const ir::ConvGeometry& g = conv->geometry;
    const std::size_t size = g.weights() / g.out_channels;
    ir::QuantizedConv out{g, {}};
    for (std::size_t c = 0; c < g.out_channels; ++c) {
      const double scale = scales[c * g.out_height * g.out_width] * factor;
      const std::vector<std::int32_t> row =
          round_weights({conv->weight.data() + c * size, size}, scale, bits);
      out.weight.insert(out.weight.end(), row.begin(), row.end());
    }
    return out;
  }
  if (const auto* sparse = std::get_if<ir::Sparse>(&connectivity)) {
    ir::QuantizedSparse out{sparse->sources, sparse->targets, {}};
    for (const ir::Sparse::Synapse& s : sparse->synapses) {
      const std::int32_t w = round_weights({&s.weight, 1}, scales[s.target] * factor, bits)[0];
      out.synapses.push_back({s.source, s.target, w});
    }
    return out;
  }
  return std::get<ir::MaxPool>(connectivity);
}

}  // namespace

double weight_factor(const ir::Projection& projection, const Calibration& calibration) {
  const bool scaled =
      projection.source.kind == ir::Source::Kind::Input && !calibration.input_scale.empty();
  return scaled ? 1 / calibration.input_scale[projection.source.index] : 1.0;
}

QuantizedNetwork quantize(const Network& network, const QuantizeOptions& options,
                          const Calibration& calibration) {
  QuantizedNetwork q;
  q.name = network.name;
  q.output = network.output;
  q.readout = network.readout;
  q.more_outputs = network.more_outputs;
  q.timesteps = options.timesteps;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const ir::Input& input = network.inputs[i];
    const bool known = !calibration.input_max.empty();
    const bool scaled = !calibration.input_scale.empty();
    q.inputs.push_back({input.name, input.shape, known ? calibration.input_min[i] : 0,
                        known ? calibration.input_max[i] : 1,
                        scaled ? calibration.input_scale[i] : 1.0, input.is_static});
  }
  const auto [scales, event_exponents, whole] = choose_scales(network, options, calibration);
  const std::vector<int> fraction_bits =
      choose_fraction_bits(network, options, scales, event_exponents);
  std::vector<double> event_units(network.populations.size(), 1);
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    QuantizedPopulation p = quantize_population(network, i, options, scales[i], fraction_bits[i]);
    p.max_spikes = choose_max_spikes(network.populations[i], i, calibration);
    if (ir::sends_membranes(network, i)) {
      const auto given = options.value_bits.empty() ? std::nullopt : options.value_bits[i];
      p.value_bits = given.value_or(kDefaultValueBits);
      p.value_shift = std::max(0, event_exponents[i] + fraction_bits[i]);
      event_units[i] = std::ldexp(1, p.value_shift - p.fraction_bits) / scales[i].front();
    }
    q.populations.push_back(std::move(p));
  }
  for (const ir::Projection& p : network.projections) {
    const bool pools = std::holds_alternative<ir::MaxPool>(p.connectivity);
    const int bits = options.weight_bits[p.target];
    const bool from_input = p.source.kind == ir::Source::Kind::Input;
    const double factor =
        weight_factor(p, calibration) * (from_input ? 1.0 : event_units[p.source.index]);
    // The lowest integer of a width is no multiple of others' making, but may be one of training's.
    const int held = whole[p.target] && bits > 1 ? bits + 1 : bits;
    q.projections.push_back({p.name, p.source, p.target,
                             quantize_weights(p.connectivity, scales[p.target], factor, held),
                             pools ? 0 : bits, p.delay, p.where});
  }
  return q;
}

void rescale(const Network& network, QuantizedNetwork& quantized, std::size_t population,
             const std::vector<double>& channel_scales) {
  const std::size_t positions = ir::positions_of(network, population);
  std::vector<double> scales;
  for (const double s : channel_scales) scales.insert(scales.end(), positions, s);
  apply_scales(network.populations[population], scales, quantized.populations[population]);
}

void check_membrane_bits(const QuantizedNetwork& network,
                         const std::vector<std::vector<bool>>& silent,
                         const std::vector<std::optional<int>>& membrane_bits) {
  support::DiagnosticList errors;
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const QuantizedPopulation& p = network.populations[i];
    if (!p.spiking || !membrane_bits[i]) continue;
    const std::int64_t top = numeric::max_of(*membrane_bits[i]);
    std::int64_t highest = 0;
    std::size_t stuck = 0;
    for (std::size_t j = 0; j < p.neurons(); ++j) {
      if (silent[i][j] || p.threshold[j] < top) continue;
      highest = std::max(highest, p.threshold[j]);
      ++stuck;
    }
    if (stuck == 0) continue;
    errors.error(DiagnosticKind::BadOption, {"--membrane-bits"},
                 fmt::format("{} of {} neurons of {} could never spike: {} bits hold no membrane "
                             "above {}, and a neuron spikes above its threshold of {}",
                             stuck, p.neurons(), p.name, *membrane_bits[i], top, highest),
                 fmt::format("give {} at least {} bits, or fewer --fraction-bits", p.name,
                             numeric::bits_for_range(0, highest + 1)));
  }
  errors.stop_if_any();
}

namespace {

// Counts and values that the proof rules out need no bits.
void narrow_events(QuantizedPopulation& p, const WidthBounds& b) {
  if (p.sends_counts()) {
    const std::int64_t most = std::max<std::int64_t>(0, b.sum_hi - 1 + p.reset_offset) /
                              (p.threshold.min() + p.reset_offset);
    const int bits = numeric::unsigned_bits_for(static_cast<std::uint64_t>(most));
    if (bits < 8) p.max_spikes = std::min(p.max_spikes, (1 << bits) - 1);
  }
  if (p.sends_membranes()) {
    const int bits =
        numeric::bits_for_range(numeric::graded(b.membrane_lo, p.value_shift, p.value_bits),
                                numeric::graded(b.membrane_hi, p.value_shift, p.value_bits));
    p.value_bits = std::max(2, bits);
  }
}

}  // namespace

void assign_widths(QuantizedNetwork& network, const std::vector<WidthBounds>& bounds,
                   const std::vector<std::optional<int>>& membrane_bits) {
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    QuantizedPopulation& p = network.populations[i];
    const WidthBounds& b = bounds[i];
    const int sum_bits = std::max({2, numeric::bits_for_range(b.sum_lo, b.sum_hi),
                                   numeric::bits_for_range(b.membrane_lo, b.membrane_hi)});
    p.accumulator_bits = sum_bits;
    p.membrane_bits = membrane_bits[i] ? std::min(*membrane_bits[i], sum_bits) : sum_bits;
    p.overflow = p.membrane_bits < sum_bits ? numeric::OverflowMode::Saturating
                                            : numeric::OverflowMode::Proved;
    p.current_bits = 0;
    if (p.synapse != ir::Synapse::None) {
      p.current_bits = std::max(2, numeric::bits_for_range(b.current_lo, b.current_hi));
    } else if (const auto source = ir::pooled_source(network, i)) {
      p.current_bits = network.populations[*source].membrane_bits;
    }
    narrow_events(p, b);
    const std::int64_t top = numeric::max_of(p.membrane_bits);
    p.threshold = ir::per_neuron(p.threshold.uniform() ? 1 : p.neurons(),
                                 [&](std::size_t j) { return std::min(p.threshold[j], top); });
    // Only a membrane that saturates can be too narrow for its reset value.
    p.reset_value = ir::per_neuron(p.reset_value.uniform() ? 1 : p.neurons(), [&](std::size_t j) {
      return numeric::saturate(p.reset_value[j], p.membrane_bits);
    });
  }
}

}  // namespace hillock::passes
