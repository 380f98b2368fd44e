#include "compiler/passes/whole_weights.h"

#include <algorithm>
#include <cmath>

#include "compiler/numeric/fixed_point.h"

namespace hillock::passes {
namespace {

constexpr int kMostBits = 16;
// A product of single precision, and the step that the largest weight tells, round once each.
constexpr double kTolerance = 0x1p-21;  // of the integer
// Chance in powers of two: less likely than this is no chance.
constexpr double kPurpose = 20;
// Fewer weights may have been written by hand, and their thresholds are then whole, too.
constexpr std::size_t kLeastWeights = 16;

using Channel = std::vector<double>;

// The weights of a projection, and a neuron that each reaches: of a convolution the first of its
// channel.
Channel weights_of(const ir::Connectivity& connectivity) {
  if (const auto* dense = std::get_if<ir::Dense>(&connectivity)) return dense->weight.data;
  if (const auto* conv = std::get_if<ir::Conv>(&connectivity)) return conv->weight;
  Channel out;
  if (const auto* sparse = std::get_if<ir::Sparse>(&connectivity)) {
    for (const auto& s : sparse->synapses) out.push_back(s.weight);
  }
  return out;
}

std::vector<std::size_t> targets_of(const ir::Connectivity& connectivity) {
  std::vector<std::size_t> out;
  if (const auto* dense = std::get_if<ir::Dense>(&connectivity)) {
    for (std::size_t i = 0; i < dense->weight.data.size(); ++i) {
      out.push_back(i / dense->weight.cols);
    }
  } else if (const auto* conv = std::get_if<ir::Conv>(&connectivity)) {
    const ir::ConvGeometry& g = conv->geometry;
    const std::size_t size = conv->weight.size() / g.out_channels;
    for (std::size_t i = 0; i < conv->weight.size(); ++i) {
      out.push_back(i / size * g.out_height * g.out_width);
    }
  } else if (const auto* sparse = std::get_if<ir::Sparse>(&connectivity)) {
    for (const auto& s : sparse->synapses) out.push_back(s.target);
  }
  return out;
}

// All weights that reach each channel.
std::vector<Channel> channels_of(const ir::Network& network, std::size_t population) {
  const std::size_t positions = ir::positions_of(network, population);
  std::vector<Channel> channels(network.populations[population].neurons() / positions);
  for (const ir::Projection& p : network.projections) {
    if (p.target != population) continue;
    const Channel weights = weights_of(p.connectivity);
    const std::vector<std::size_t> targets = targets_of(p.connectivity);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      channels[targets[i] / positions].push_back(weights[i]);
    }
  }
  return channels;
}

// The same of the integers, in the same order.
Channel integers_of(const ir::Connectivity& real, const ir::QuantizedConnectivity& integer) {
  if (std::holds_alternative<ir::MaxPool>(real)) return {};
  if (const auto* sparse = std::get_if<ir::QuantizedSparse>(&integer)) {
    Channel out;
    for (const auto& s : sparse->synapses) out.push_back(s.weight);
    return out;
  }
  const auto& weights = *ir::weights_of(integer);
  return {weights.begin(), weights.end()};
}

double largest(const Channel& weights) {
  double m = 0;
  for (const double w : weights) m = std::max(m, std::abs(w));
  return m;
}

bool whole(const Channel& weights, double step) {
  return std::all_of(weights.begin(), weights.end(), [&](double w) {
    const double q = w / step;
    return std::abs(q - std::round(q)) <= kTolerance * std::abs(q);
  });
}

// The least integer that the largest weight can be, so that all are whole; 0 where there is none.
int largest_integer(const Channel& weights) {
  const double most = largest(weights);
  for (int q = 1; q <= numeric::max_of(kMostBits); ++q) {
    if (whole(weights, most / q)) return q;
  }
  return 0;
}

// Bits that hold the integers.
int bits_of(const Channel& weights, double step) {
  double lo = 0;
  double hi = 0;
  for (const double w : weights) {
    lo = std::min(lo, w / step);
    hi = std::max(hi, w / step);
  }
  return std::max(2, numeric::bits_for_range(static_cast<std::int64_t>(std::round(lo)),
                                             static_cast<std::int64_t>(std::round(hi))));
}

bool signs(const Channel& weights, double step) {
  return std::all_of(weights.begin(), weights.end(),
                     [&](double w) { return std::round(std::abs(w) / step) == 1; });
}

// How unlikely it is, in powers of two, that weights are whole by chance: each but the largest has
// to meet an integer, and there are `q` steps to try.
double unlikely(std::size_t weights, int q) {
  const double room = -std::log2(kTolerance * 2) - std::log2(q);
  return (static_cast<double>(weights) - 1) * room - std::log2(q);
}

std::size_t nonzero(const Channel& weights) {
  return static_cast<std::size_t>(
      std::count_if(weights.begin(), weights.end(), [](double w) { return w != 0; }));
}

WholeWeights with_one_step(const std::vector<Channel>& channels, const Channel& all, int q) {
  WholeWeights out;
  const double step = largest(all) / q;
  out.step.assign(channels.size(), step);
  out.bits = bits_of(all, step);
  out.signs = signs(all, step);
  out.meant = all.size() >= kLeastWeights && unlikely(nonzero(all), q) > kPurpose;
  return out;
}

// The steps that the network states; nullopt where it does not state all, or several projections
// into a channel have different ones.
std::optional<WholeWeights> with_stated_steps(const ir::Network& network, std::size_t population,
                                              const std::vector<Channel>& channels) {
  WholeWeights out;
  out.step.assign(channels.size(), 0);
  for (const ir::Projection& p : network.projections) {
    if (p.target != population || std::holds_alternative<ir::MaxPool>(p.connectivity)) continue;
    if (p.weight_step.empty() || p.weight_step.size() % channels.size() != 0) return std::nullopt;
    const std::size_t each = p.weight_step.size() / channels.size();
    for (std::size_t i = 0; i < p.weight_step.size(); ++i) {
      double& step = out.step[i / each];
      const double other = p.weight_step[i];
      if (other == 0) continue;
      if (step != 0 && std::abs(other - step) > kTolerance * step) return std::nullopt;
      step = other;
    }
  }
  out.meant = out.signs = true;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    if (out.step[c] == 0) continue;
    if (!whole(channels[c], out.step[c])) return std::nullopt;
    out.bits = std::max(out.bits, bits_of(channels[c], out.step[c]));
    out.signs = out.signs && signs(channels[c], out.step[c]);
  }
  return out.bits == 0 || out.bits > kMostBits ? std::nullopt : std::optional(out);
}

// Whether all channels count alike, so that they can share a scale.
bool alike(const WholeWeights& w) {
  double step = 0;
  for (const double s : w.step) {
    if (s == 0) continue;
    if (step != 0 && std::abs(s - step) > kTolerance * step) return false;
    step = s;
  }
  return true;
}

std::optional<WholeWeights> with_own_steps(const std::vector<Channel>& channels) {
  WholeWeights out;
  out.signs = true;
  double evidence = 0;
  std::size_t weights = 0;
  for (const Channel& c : channels) {
    const std::size_t n = nonzero(c);
    const int q = n == 0 ? 0 : largest_integer(c);
    if (n > 0 && q == 0) return std::nullopt;
    out.step.push_back(n == 0 ? 0 : largest(c) / q);
    if (n == 0) continue;
    out.bits = std::max(out.bits, bits_of(c, out.step.back()));
    out.signs = out.signs && signs(c, out.step.back());
    evidence += unlikely(n, q);
    weights += c.size();
  }
  if (out.bits == 0) return std::nullopt;
  out.meant = weights >= kLeastWeights && evidence > kPurpose;
  return out;
}

}  // namespace

std::optional<WholeWeights> whole_weights(const ir::Network& network, std::size_t population,
                                          bool one) {
  const std::vector<Channel> channels = channels_of(network, population);
  Channel all;
  for (const Channel& c : channels) all.insert(all.end(), c.begin(), c.end());
  if (nonzero(all) == 0) return std::nullopt;
  if (auto stated = with_stated_steps(network, population, channels)) {
    if (!one) return stated;
    if (alike(*stated)) {
      const double step = *std::max_element(stated->step.begin(), stated->step.end());
      stated->step.assign(channels.size(), step);
      return stated;
    }
  }
  if (std::all_of(all.begin(), all.end(), [&](double w) { return w == all[0]; })) {
    return std::nullopt;
  }
  const int q = largest_integer(all);
  std::optional<WholeWeights> common;
  if (q > 0) common = with_one_step(channels, all, q);
  if (one) return common;
  std::optional<WholeWeights> own = with_own_steps(channels);
  return common && (!own || common->bits <= own->bits) ? common : own;
}

std::optional<WholeWeights> trained_weights(const ir::Network& network, std::size_t population) {
  const ir::Population& p = network.populations[population];
  auto whole = whole_weights(network, population, !p.spiking || p.inhibition);
  return whole && whole->meant ? whole : std::nullopt;
}

bool exact_weights(const ir::Network& network, const ir::QuantizedNetwork& quantized,
                   std::size_t population) {
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    const ir::Projection& p = network.projections[k];
    if (p.target != population) continue;
    double unit = 1;  // of an event
    if (p.source.kind == ir::Source::Kind::Input) {
      unit = 1 / quantized.inputs[p.source.index].scale;
    } else if (const auto& s = quantized.populations[p.source.index]; s.sends_membranes()) {
      unit = std::ldexp(1, s.value_shift - s.fraction_bits) / s.scale[0];
    }
    const Channel real = weights_of(p.connectivity);
    const Channel integer = integers_of(p.connectivity, quantized.projections[k].connectivity);
    const std::vector<std::size_t> targets = targets_of(p.connectivity);
    const ir::PerNeuron<double>& scale = quantized.populations[population].scale;
    for (std::size_t i = 0; i < real.size(); ++i) {
      const double wanted = real[i] * unit * scale[targets[i]];
      if (std::abs(wanted - integer[i]) > kTolerance * std::abs(wanted)) return false;
    }
  }
  return true;
}

}  // namespace hillock::passes
