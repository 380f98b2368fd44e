#include "sim/float/float_model.h"

#include <cmath>
#include <span>

namespace hillock::sim {

using ir::Comparison;
using ir::Population;
using ir::ResetMechanism;
using ir::ResetTiming;

FloatModel::FloatModel(const ir::Network& network)
    : network_(network), into_(network.populations.size()) {
  for (const Population& p : network.populations) neurons_.push_back(p.neurons());
  for (const ir::Projection& p : network.projections) {
    const auto& weight = std::get<ir::Dense>(p.connectivity).weight;
    support::Matrix<double> by_source(weight.cols, weight.rows);
    for (std::size_t j = 0; j < weight.rows; ++j) {
      for (std::size_t i = 0; i < weight.cols; ++i) by_source(i, j) = weight(j, i);
    }
    into_[p.target].push_back({&p, std::move(by_source)});
  }
}

void FloatModel::run(const ir::Dataset& data, std::size_t sample, FloatResult& result) const {
  const std::size_t steps = data.timesteps;
  result.recording.reset(neurons_, steps);
  result.ties = result.spikes = result.synaptic_operations = 0;
  std::vector<double> sum;
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t p = 0; p < neurons_.size(); ++p) {
      const std::size_t n = neurons_[p];
      sum.assign(n, 0.0);
      const auto add = [&](const support::Matrix<double>& weight, std::size_t i, double x) {
        const double* row = weight.data.data() + i * n;
        for (std::size_t j = 0; j < n; ++j) sum[j] += row[j] * x;
        result.synaptic_operations += static_cast<std::int64_t>(n);
      };
      for (const Synapses& synapses : into_[p]) {
        const ir::Source source = synapses.projection->source;
        if (source.kind == ir::Source::Kind::Input) {
          const std::span<const float> x = data.step(sample, t);
          for (std::size_t i = 0; i < x.size(); ++i) {
            if (x[i] != 0) add(synapses.by_source, i, static_cast<double>(x[i]));
          }
        } else {
          const auto& spikes = result.recording.spikes[source.index];
          for (std::size_t i = 0; i < spikes.cols; ++i) {
            if (spikes(t, i) != 0) add(synapses.by_source, i, 1.0);
          }
        }
      }
      update(p, t, sum, result);
    }
  }
  result.scores = scores_of(network_.readout, result.recording.spikes[network_.output],
                            result.recording.membranes[network_.output]);
  result.predicted = best_class(result.scores);
}

void FloatModel::update(std::size_t population, std::size_t t, const std::vector<double>& input,
                        FloatResult& result) const {
  const Population& p = network_.populations[population];
  auto& spikes = result.recording.spikes[population];
  auto& membranes = result.recording.membranes[population];
  const bool subtract = p.reset.mechanism == ResetMechanism::Subtract;
  const bool zero = p.reset.mechanism == ResetMechanism::Zero;
  const bool delayed = p.reset.timing == ResetTiming::Delayed;
  const bool quirk = p.reset.timing == ResetTiming::SameStepQuirk && subtract;

  for (std::size_t j = 0; j < membranes.cols; ++j) {
    const double before = t == 0 ? 0.0 : membranes(t - 1, j);
    const double theta = p.threshold[j];
    const auto passes = [&](double v) {
      return p.comparison == Comparison::Greater ? v > theta : v >= theta;
    };
    const bool above = p.spiking && t > 0 && passes(before);
    double decayed = p.decay[j] * before;
    if (delayed && zero && above && p.reset.zero_input == ir::ZeroInput::Kept) decayed = 0;
    double v = decayed + input[j] + p.bias[j];
    if (delayed && subtract && above) v -= theta;
    if (delayed && zero && above && p.reset.zero_input == ir::ZeroInput::Lost) v = 0;

    // With snnTorch's quirk a neuron above its threshold must pass twice the threshold.
    const double compared = quirk && above ? v - theta : v;
    const bool spike = p.spiking && passes(compared);
    if (p.spiking && std::abs(compared - theta) < kTie) ++result.ties;
    if (spike && !delayed) {
      if (subtract) v -= theta;
      if (zero) v = p.reset_value[j];
    }
    membranes(t, j) = v;
    spikes(t, j) = spike ? 1 : 0;
    result.spikes += spike ? 1 : 0;
  }
}

}  // namespace hillock::sim
