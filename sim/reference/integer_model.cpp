#include "sim/reference/integer_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hillock::sim {

using ir::QuantizedPopulation;
using ir::ResetMechanism;
using ir::ResetTiming;

void step_events(const ir::QuantizedInput& input, const ir::Dataset& data, std::size_t sample,
                 std::size_t t, std::vector<InputEvent>& events) {
  events.clear();
  const std::span<const float> x = data.step(sample, t);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == 0) continue;
    if (std::floor(x[i]) != x[i] || x[i] < static_cast<float>(input.min_value) ||
        x[i] > static_cast<float>(input.max_value)) {
      support::fail(support::DiagnosticKind::DataOutOfRange,
                    {data.file, fmt::format("/x[{}][{}]", sample, t), i},
                    fmt::format("{} is not an integer in {}..{}, which input {} was compiled for",
                                x[i], input.min_value, input.max_value, input.name));
    }
    events.push_back({static_cast<std::uint32_t>(i), static_cast<std::int32_t>(x[i])});
  }
}

IntegerModel::IntegerModel(const ir::QuantizedNetwork& network)
    : network_(network), into_(network.populations.size()) {
  for (const QuantizedPopulation& p : network.populations) neurons_.push_back(p.neurons());
  for (const ir::QuantizedProjection& p : network.projections) {
    const auto& weight = std::get<ir::QuantizedDense>(p.connectivity).weight;
    support::Matrix<std::int32_t> by_source(weight.cols, weight.rows);
    for (std::size_t j = 0; j < weight.rows; ++j) {
      for (std::size_t i = 0; i < weight.cols; ++i) by_source(i, j) = weight(j, i);
    }
    into_[p.target].push_back({&p, std::move(by_source)});
  }
}

void IntegerModel::run(const ir::Dataset& data, std::size_t sample, IntegerResult& result) const {
  const std::size_t steps = data.timesteps;
  const std::size_t populations = network_.populations.size();
  result.recording.reset(neurons_, steps);
  result.activity.populations.assign(populations, {});
  for (ir::PopulationActivity& a : result.activity.populations) a.step_events.assign(steps, 0);

  std::vector<std::vector<InputEvent>> inputs(network_.inputs.size());
  std::vector<std::int64_t> sum;
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      step_events(network_.inputs[i], data, sample, t, inputs[i]);
    }
    for (std::size_t p = 0; p < populations; ++p) {
      ir::PopulationActivity& activity = result.activity.populations[p];
      const std::size_t n = neurons_[p];
      sum.assign(n, 0);
      const auto add = [&](const support::Matrix<std::int32_t>& weight, std::size_t source,
                           std::int64_t value) {
        const std::int32_t* row = weight.data.data() + source * n;
        for (std::size_t j = 0; j < n; ++j) sum[j] += row[j] * value;
        ++activity.step_events[t];
      };
      for (const Synapses& synapses : into_[p]) {
        const ir::Source source = synapses.projection->source;
        if (source.kind == ir::Source::Kind::Input) {
          for (const InputEvent& e : inputs[source.index]) {
            add(synapses.by_source, e.element, e.value);
          }
        } else {
          const auto& spikes = result.recording.spikes[source.index];
          for (std::size_t i = 0; i < spikes.cols; ++i) {
            if (spikes(t, i) != 0) add(synapses.by_source, i, 1);
          }
        }
      }
      activity.events += activity.step_events[t];
      update(p, t, sum, result);
    }
  }
  for (std::size_t p = 0; p < populations; ++p) {
    ir::PopulationActivity& activity = result.activity.populations[p];
    activity.synaptic_operations = activity.events * static_cast<std::int64_t>(neurons_[p]);
    activity.updates = static_cast<std::int64_t>(neurons_[p] * steps);
  }
  result.scores = scores_of(network_.readout, result.recording.spikes[network_.output],
                            result.recording.membranes[network_.output]);
  result.predicted = best_class(result.scores);
}

// The contract, section 3 of the design: V[t] from V[t-1] and A[t].
void IntegerModel::update(std::size_t population, std::size_t t,
                          const std::vector<std::int64_t>& input, IntegerResult& result) const {
  const QuantizedPopulation& p = network_.populations[population];
  auto& spikes = result.recording.spikes[population];
  auto& membranes = result.recording.membranes[population];
  ir::PopulationActivity& activity = result.activity.populations[population];
  const bool subtract = p.reset.mechanism == ResetMechanism::Subtract;
  const bool zero = p.reset.mechanism == ResetMechanism::Zero;
  const bool delayed = p.reset.timing == ResetTiming::Delayed;
  const bool quirk = p.reset.timing == ResetTiming::SameStepQuirk && subtract;

  for (std::size_t j = 0; j < membranes.cols; ++j) {
    const std::int64_t before = t == 0 ? 0 : membranes(t - 1, j);
    const std::int64_t a = input[j] << p.fraction_bits;
    const std::int64_t b = p.bias[j];
    const std::int64_t theta = p.threshold[j];
    const std::int64_t amount = p.reset_amount(j);
    const bool above = p.spiking && t > 0 && before > theta;  // what a delayed reset looks at
    std::int64_t v = 0;
    bool clamps = true;
    if (p.spiking && delayed && subtract) {
      v = numeric::decay(before, p.decay_of(j)) + a + b - (above ? amount : 0);
    } else if (p.spiking && delayed && zero && p.reset.zero_input == ir::ZeroInput::Kept) {
      v = (above ? 0 : numeric::decay(before, p.decay_of(j))) + a + b;
    } else if (p.spiking && delayed && zero && above) {
      clamps = false;  // this step's input is lost, and with it any overflow
    } else {
      v = numeric::decay(before, p.decay_of(j)) + a + b;
    }
    const std::int64_t clamped = numeric::saturate(v, p.membrane_bits);
    if (clamps && clamped != v) ++activity.saturations;
    v = clamped;

    const bool spike = p.spiking && (quirk && above ? v - amount > theta : v > theta);
    if (spike && !delayed) {
      if (subtract) v -= amount;
      if (zero) v = p.reset_value[j];
    }
    membranes(t, j) = v;
    spikes(t, j) = spike ? 1 : 0;
    activity.spikes += spike ? 1 : 0;
  }
}

}  // namespace hillock::sim
