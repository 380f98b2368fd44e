#include "compiler/passes/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/passes/scale_search.h"

namespace hillock::passes {
namespace {

using ir::Network;
using ir::Population;
using ir::QuantizedNetwork;
using ir::QuantizedPopulation;
using support::DiagnosticKind;

constexpr int kMaxDecayBits = 12;
constexpr int kMaxFractionBits = 16;
// A neuron's threshold never counts more than 2^14 of its largest weight: beyond that the weights
// do not matter and only the widths would grow.
constexpr double kMaxThresholdOverWeight = 16384;
// A threshold of fewer units than this is too coarse: fraction bits are added.
constexpr double kMinThreshold = 16;

// Steps over which a rounding error adds up before the leak has forgotten it.
double memory_in_steps(double decay, int timesteps) {
  return decay >= 1 ? timesteps : std::min<double>(timesteps, 1 / (1 - decay));
}

// The fewest bits whose error leaves the steady state of a constant input within 0.5 %.
int choose_decay_bits(const ir::PerNeuron<double>& decay) {
  constexpr double kTolerance = 0.005;
  for (int k = 0; k < kMaxDecayBits; ++k) {
    const double unit = std::ldexp(1.0, k);
    const auto good = [&](double beta) {
      const double error = std::abs(beta - std::floor(beta * unit + 0.5) / unit);
      return error == 0 || (beta < 1 && error <= kTolerance * (1 - beta));
    };
    if (std::all_of(decay.stored().begin(), decay.stored().end(), good)) return k;
  }
  return kMaxDecayBits;
}

// Fraction bits so that the rounding of decay and bias, added up over the membrane's memory, stays
// within about one weight unit, and the smallest threshold is not coarse.
int choose_fraction_bits(const Population& p, const std::vector<double>& scale, int timesteps) {
  const bool rounds = p.decay.min() < 1 || p.bias.min() != 0 || p.bias.max() != 0;
  double units = rounds ? memory_in_steps(p.decay.max(), timesteps) : 1;
  if (p.spiking) {
    for (std::size_t j = 0; j < p.neurons(); ++j) {
      units = std::max(units, kMinThreshold / (scale[j] * p.threshold[j]));
    }
  }
  return std::clamp(static_cast<int>(std::ceil(std::log2(units))), 0, kMaxFractionBits);
}

// One scale per neuron, or the same for all where membranes are compared.
std::vector<double> choose_scales(const Network& network, std::size_t population,
                                  const QuantizeOptions& options, const Calibration& calibration) {
  const Population& p = network.populations[population];
  const std::size_t n = p.neurons();
  const int bits = options.weight_bits[population];
  const double top = bits == 1 ? 1 : static_cast<double>(numeric::max_of(bits));
  std::vector<double> scales(n, 1.0);
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    const ir::Projection& projection = network.projections[k];
    if (projection.target != population) continue;
    const auto& weight = std::get<ir::Dense>(projection.connectivity).weight;
    ScaleSearch search{bits, 0, calibration.traces.empty() ? nullptr : &calibration.traces[k]};
    if (p.spiking) {
      for (std::size_t j = 0; j < n; ++j) {
        search.max_scale = top * kMaxThresholdOverWeight / p.threshold[j];
        scales[j] = search_scale(weight, j, j + 1, search);
      }
    } else {
      search.max_scale = std::ldexp(1.0, 24);
      std::fill(scales.begin(), scales.end(), search_scale(weight, 0, n, search));
    }
  }
  return scales;
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

ir::ResetRule canonical(ir::ResetRule r) {
  // Without subtraction snnTorch's same-step rule leaves no residual, and its quirk nothing to see.
  if (r.timing == ir::ResetTiming::SameStepQuirk && r.mechanism != ir::ResetMechanism::Subtract) {
    r.timing = ir::ResetTiming::SameStep;
  }
  return r;
}

QuantizedPopulation quantize_population(const Network& network, std::size_t index,
                                        const QuantizeOptions& options,
                                        const std::vector<double>& scales) {
  const Population& p = network.populations[index];
  const std::size_t n = p.neurons();
  QuantizedPopulation q;
  q.name = p.name;
  q.shape = p.shape;
  q.spiking = p.spiking;
  q.reset = canonical(p.reset);
  q.where = p.where;
  q.scale = ir::PerNeuron<double>(scales);
  q.fraction_bits =
      options.fraction_bits[index].value_or(choose_fraction_bits(p, scales, options.timesteps));
  q.decay_shift = options.decay_bits[index].value_or(choose_decay_bits(p.decay));
  const double unit = std::ldexp(1.0, q.fraction_bits);
  q.decay = ir::per_neuron(p.decay.uniform() ? 1 : n, [&](std::size_t j) {
    return numeric::round_half_up(std::ldexp(p.decay[j], q.decay_shift));
  });
  q.bias = ir::per_neuron(
      n, [&](std::size_t j) { return to_integer(p.bias[j], scales[j] * unit, p, "bias", j); });
  if (!p.spiking) return q;

  q.reset_offset = p.comparison == ir::Comparison::GreaterEqual ? 1 : 0;
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
  if (q.reset.mechanism == ir::ResetMechanism::Zero &&
      q.reset.timing == ir::ResetTiming::SameStep) {
    q.reset_value = ir::per_neuron(n, [&](std::size_t j) {
      return to_integer(p.reset_value[j], scales[j] * unit, p, "reset value", j);
    });
  }
  return q;
}

ir::QuantizedProjection quantize_projection(const ir::Projection& p,
                                            const std::vector<double>& scales, int bits) {
  const auto& weight = std::get<ir::Dense>(p.connectivity).weight;
  ir::QuantizedDense dense;
  dense.weight = support::Matrix<std::int32_t>(weight.rows, weight.cols);
  for (std::size_t j = 0; j < weight.rows; ++j) {
    const std::vector<std::int32_t> row =
        round_weights({weight.data.data() + j * weight.cols, weight.cols}, scales[j], bits);
    std::copy(row.begin(), row.end(),
              dense.weight.data.begin() + static_cast<long>(j * weight.cols));
  }
  return {p.name, p.source, p.target, std::move(dense), bits, p.delay, p.where};
}

}  // namespace

QuantizedNetwork quantize(const Network& network, const QuantizeOptions& options,
                          const Calibration& calibration) {
  QuantizedNetwork q;
  q.name = network.name;
  q.output = network.output;
  q.readout = network.readout;
  q.timesteps = options.timesteps;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const ir::Input& input = network.inputs[i];
    const bool known = !calibration.input_max.empty();
    q.inputs.push_back({input.name, input.shape, known ? calibration.input_min[i] : 0,
                        known ? calibration.input_max[i] : 1});
  }
  std::vector<std::vector<double>> scales;
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    scales.push_back(choose_scales(network, i, options, calibration));
    q.populations.push_back(quantize_population(network, i, options, scales.back()));
  }
  for (const ir::Projection& p : network.projections) {
    q.projections.push_back(
        quantize_projection(p, scales[p.target], options.weight_bits[p.target]));
  }
  return q;
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
