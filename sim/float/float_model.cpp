#include "sim/float/float_model.h"

#include <algorithm>
#include <cmath>

namespace hillock::sim {

using ir::Comparison;
using ir::Population;
using ir::ResetMechanism;
using ir::ResetTiming;
using ir::Synapse;

namespace {

// The count of spikes whose limit lies nearest to so many thresholds.
double nearest_count(const Population& p, double thresholds) {
  if (p.max_spikes == 1) return 1;
  return std::clamp(std::floor(thresholds + 0.5), 1.0, static_cast<double>(p.max_spikes));
}

}  // namespace

FloatModel::FloatModel(const ir::Network& network)
    : network_(network), into_(network.populations.size()) {
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    neurons_.push_back(network.populations[p].neurons());
    sends_membranes_.push_back(ir::sends_membranes(network, p));
  }
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    first_elements_.push_back(ir::first_element(network, i));
  }
  for (const ir::Projection& p : network.projections) {
    Incoming in{&p, std::nullopt, std::nullopt};
    if (const auto* dense = std::get_if<ir::Dense>(&p.connectivity)) {
      in.rows.emplace(*dense);
    } else {
      in.synapses.emplace(p.connectivity);
    }
    into_[p.target].push_back(std::move(in));
  }
}

void FloatModel::run(const ir::Dataset& data, std::size_t sample, FloatResult& result) const {
  run_after(data, sample, {}, 0, result);
}

void FloatModel::run_after(const ir::Dataset& data, std::size_t sample,
                           const Recording<double>& given, std::size_t count,
                           FloatResult& result) const {
  const std::size_t steps = data.timesteps;
  result.recording.reset(neurons_, steps);
  for (std::size_t p = 0; p < count; ++p) {
    result.recording.spikes[p] = given.spikes[p];
    result.recording.membranes[p] = given.membranes[p];
  }
  result.ties = result.spikes = result.synaptic_operations = 0;
  std::vector<State> states;
  for (const std::size_t n : neurons_) {
    states.push_back({std::vector<double>(n, 0.0), std::vector<double>(n, 0.0)});
  }
  std::vector<double> sum;
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t p = count; p < neurons_.size(); ++p) {
      gather(p, t, data, sample, sum, result);
      update(p, t, sum, states[p], result);
    }
  }
  decide(network_, result);
}

// A[t] of every neuron, or the largest current of its window.
void FloatModel::gather(std::size_t population, std::size_t t, const ir::Dataset& data,
                        std::size_t sample, std::vector<double>& sum, FloatResult& result) const {
  sum.assign(neurons_[population] + DenseRows::kSpare, 0.0);
  for (const Incoming& in : into_[population]) {
    const ir::Source source = in.projection->source;
    const auto delay = static_cast<std::size_t>(in.projection->delay);
    if (in.synapses && in.synapses->pools()) {
      const auto& membranes = result.recording.membranes[source.index];
      in.synapses->maximize(membranes.data.data() + t * membranes.cols, sum);
      continue;
    }
    FloatEvents& events = result.events;
    events.clear();
    bool counted = true;
    if (source.kind == ir::Source::Kind::Input) {
      const ir::Row x = data.step(sample, t).part(
          first_elements_[source.index], ir::element_count(network_.inputs[source.index].shape));
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] != 0) events.add(i, static_cast<double>(x[i]));
      }
      // The sum of a static input is the same in every step: hardware forms it once.
      counted = t == 0 || !network_.inputs[source.index].is_static;
    } else if (t >= delay) {
      const auto& spikes = result.recording.spikes[source.index];
      const auto& membranes = result.recording.membranes[source.index];
      const bool spiking = network_.populations[source.index].spiking;
      for (std::size_t i = 0; i < spikes.cols; ++i) {
        const double value = spiking ? spikes(t - delay, i) : membranes(t - delay, i);
        if (value != 0) events.add(i, value);
      }
    }
    std::int64_t added = 0;
    if (in.rows) {
      in.rows->add(events.element, events.value, sum.data());
      added = static_cast<std::int64_t>(events.element.size() * neurons_[population]);
    } else {
      for (std::size_t k = 0; k < events.element.size(); ++k) {
        added += in.synapses->add(events.element[k], events.value[k], sum);
      }
    }
    if (counted) result.synaptic_operations += added;
  }
}

void FloatModel::update(std::size_t population, std::size_t t, const std::vector<double>& input,
                        State& state, FloatResult& result) const {
  const Population& p = network_.populations[population];
  auto& spikes = result.recording.spikes[population];
  auto& membranes = result.recording.membranes[population];
  const bool subtract = p.reset.mechanism == ResetMechanism::Subtract;
  const bool zero = p.reset.mechanism == ResetMechanism::Zero;
  const bool delayed = p.reset.timing == ResetTiming::Delayed;
  const bool quirk = p.reset.timing == ResetTiming::SameStepQuirk && subtract;
  std::size_t winner = membranes.cols;  // of inhibition
  double winner_lead = 0;

  for (std::size_t j = 0; j < membranes.cols; ++j) {
    const double before = t == 0 ? 0.0 : membranes(t - 1, j);
    const double theta = p.threshold[j];
    const auto passes = [&](double v) {
      return p.comparison == Comparison::Greater ? v > theta : v >= theta;
    };
    const bool above = p.spiking && t > 0 && passes(before);
    const bool lost = delayed && zero && above && p.reset.zero_input == ir::ZeroInput::Lost;
    double v = 0;
    if (p.synapse == Synapse::Alpha) {
      const double x = input[j] + p.current_bias[j];
      double& e = state.current[j];
      double& h = state.hidden[j];
      const double h_before = h;
      e = lost ? 0.0 : p.current_decay[j] * e + x;
      h = lost ? 0.0 : p.decay[j] * h - x;
      v = e + h;
      if (subtract && above) {
        v += h_before / p.alpha_gain[j];
        e -= p.alpha_gain[j] * theta;
        h = 0.0;
      }
    } else {
      double x = input[j];
      if (p.synapse == Synapse::Current) {
        state.current[j] = p.current_decay[j] * state.current[j] + x + p.current_bias[j];
        x = state.current[j];
      }
      double decayed = p.decay[j] * before;
      if (delayed && zero && above && p.reset.zero_input == ir::ZeroInput::Kept) decayed = 0;
      v = decayed + x + p.bias[j];
      if (delayed && subtract && above) v -= theta;
      if (lost) v = 0;
    }

    // With snnTorch's quirk a neuron above its threshold must pass twice the threshold.
    const double compared = quirk && above ? v - theta : v;
    const bool spike = p.spiking && passes(compared);
    if (p.spiking && std::abs(compared - theta * nearest_count(p, compared / theta)) < kTie) {
      ++result.ties;
    }
    if (spike && (winner == membranes.cols || compared - theta > winner_lead)) {
      winner = j;
      winner_lead = compared - theta;
    }
    int count = spike ? 1 : 0;
    if (spike && p.max_spikes > 1) {
      const double passed = p.comparison == Comparison::Greater ? std::ceil(compared / theta) - 1
                                                                : std::floor(compared / theta);
      count = static_cast<int>(std::clamp(passed, 1.0, static_cast<double>(p.max_spikes)));
    }
    if (spike && !delayed) {
      if (subtract) v -= count * theta;
      if (zero) v = p.reset_value[j];
    }
    membranes(t, j) = v;
    spikes(t, j) = static_cast<std::uint8_t>(count);
  }
  for (std::size_t j = 0; j < membranes.cols; ++j) {
    if (p.inhibition && j != winner) spikes(t, j) = 0;
    if (sends_membranes_[population]) spikes(t, j) = membranes(t, j) != 0 ? 1 : 0;
    result.spikes += spikes(t, j) != 0 ? 1 : 0;
  }
}

}  // namespace hillock::sim
