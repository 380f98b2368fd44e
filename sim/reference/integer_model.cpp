#include "sim/reference/integer_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hillock::sim {

using ir::QuantizedPopulation;
using ir::ResetMechanism;
using ir::ResetTiming;

void step_events(const ir::QuantizedInput& input, const ir::Dataset& data, std::size_t sample,
                 std::size_t t, std::vector<InputEvent>& events, std::size_t first) {
  events.clear();
  if (input.is_static && t > 0) return;
  const ir::Row x = data.step(sample, t).part(first, ir::element_count(input.shape));
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == 0) continue;
    if (input.scale != 1) {
      const double scaled = std::floor(x[i] * input.scale + 0.5);
      if (scaled < static_cast<double>(input.min_value) ||
          scaled > static_cast<double>(input.max_value)) {
        support::fail(support::DiagnosticKind::DataOutOfRange,
                      {data.file, fmt::format("/x[{}][{}]", sample, t), i},
                      fmt::format("{} lies outside {:.6g}..{:.6g}, which input {} was compiled for",
                                  x[i], static_cast<double>(input.min_value) / input.scale,
                                  static_cast<double>(input.max_value) / input.scale, input.name),
                      "compile again with --data that hold such values");
      }
      const auto value = static_cast<std::int32_t>(scaled);
      if (value != 0) events.push_back({static_cast<std::uint32_t>(i), value});
      continue;
    }
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
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    first_elements_.push_back(ir::first_element(network, i));
  }
  for (const ir::QuantizedProjection& p : network.projections) {
    into_[p.target].push_back({&p, Synapses<std::int32_t>(p.connectivity)});
  }
}

void IntegerModel::run(const ir::Dataset& data, std::size_t sample, IntegerResult& result) const {
  const std::size_t steps = data.timesteps;
  const std::size_t populations = network_.populations.size();
  result.recording.reset(neurons_, steps);
  result.activity.populations.assign(populations, {});
  std::vector<State> states;
  for (std::size_t p = 0; p < populations; ++p) {
    ir::PopulationActivity& activity = result.activity.populations[p];
    activity.step_events.assign(steps, 0);
    activity.step_spikes.assign(steps, 0);
    activity.projections.resize(into_[p].size());
    for (std::size_t k = 0; k < into_[p].size(); ++k) {
      if (!into_[p][k].synapses.pools()) activity.projections[k].step_elements.resize(steps);
    }
    const std::vector<std::int64_t> rest(neurons_[p], 0);
    states.push_back({rest, rest, rest});
  }

  Inputs inputs(network_.inputs.size());
  std::vector<std::int64_t> sum;
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      step_events(network_.inputs[i], data, sample, t, inputs[i], first_elements_[i]);
    }
    for (std::size_t p = 0; p < populations; ++p) {
      gather(p, t, inputs, sum, states[p].static_sum, result);
      update(p, t, sum, states[p], result);
    }
  }
  for (std::size_t p = 0; p < populations; ++p) {
    result.activity.populations[p].updates = static_cast<std::int64_t>(neurons_[p] * steps);
  }
  decide(network_, result);
}

// The step's input of every neuron: the sum of weight * value over all events, in units of weights,
// or the largest membrane of its window, in units of membranes. Counts the events. Those of a
// static input come in step 0: `static_sum` keeps what they add.
void IntegerModel::gather(std::size_t population, std::size_t t, const Inputs& inputs,
                          std::vector<std::int64_t>& sum, std::vector<std::int64_t>& static_sum,
                          IntegerResult& result) const {
  ir::PopulationActivity& activity = result.activity.populations[population];
  sum.assign(neurons_[population], 0);
  bool pooled = false;
  for (std::size_t k = 0; k < into_[population].size(); ++k) {
    const Incoming& in = into_[population][k];
    const ir::Source source = in.projection->source;
    const auto delay = static_cast<std::size_t>(in.projection->delay);
    if (in.synapses.pools()) {
      const auto& membranes = result.recording.membranes[source.index];
      in.synapses.maximize(membranes.data.data() + t * membranes.cols, sum);
      pooled = true;
      continue;
    }
    std::vector<std::uint32_t>& elements = activity.projections[k].step_elements[t];
    if (source.kind == ir::Source::Kind::Input) {
      std::vector<std::int64_t>& to = network_.inputs[source.index].is_static ? static_sum : sum;
      for (const InputEvent& e : inputs[source.index]) {
        activity.synaptic_operations +=
            in.synapses.add(e.element, static_cast<std::int64_t>(e.value), to);
        elements.push_back(e.element);
      }
    } else if (t >= delay) {
      const QuantizedPopulation& from = network_.populations[source.index];
      const auto& spikes = result.recording.spikes[source.index];
      const auto& membranes = result.recording.membranes[source.index];
      for (std::size_t i = 0; i < spikes.cols; ++i) {
        std::int64_t value = spikes(t - delay, i);
        if (value == 0) continue;
        if (from.sends_membranes()) value = from.value_of(membranes(t - delay, i));
        activity.synaptic_operations += in.synapses.add(i, value, sum);
        elements.push_back(static_cast<std::uint32_t>(i));
      }
    }
    activity.step_events[t] += static_cast<std::int64_t>(elements.size());
  }
  activity.events += activity.step_events[t];
  if (pooled) return;
  const int f = network_.populations[population].fraction_bits;
  for (std::size_t j = 0; j < sum.size(); ++j) sum[j] = (sum[j] + static_sum[j]) << f;
}

// The contract, section 3 of the design: V[t] from V[t-1] (`before`, and whether a reset is due)
// and the step's input A[t] << f, or the largest membrane of a max-pool.
IntegerModel::Membrane IntegerModel::membrane_of(const QuantizedPopulation& p, std::size_t j,
                                                 std::int64_t before, bool above,
                                                 std::int64_t input, State& state) {
  const bool subtract = p.reset.mechanism == ResetMechanism::Subtract;
  const bool zero = p.reset.mechanism == ResetMechanism::Zero;
  const bool reset = above && p.reset.timing == ResetTiming::Delayed;
  const bool lost = reset && zero && p.reset.zero_input == ir::ZeroInput::Lost;
  std::int64_t& e = state.current[j];
  std::int64_t& h = state.hidden[j];
  if (p.synapse == ir::Synapse::Alpha) {
    //   V[t] = D_c(E[t-1]) + D(H[t-1]);  E[t] = D_c(E[t-1]) + b_c + A[t];  H[t] = V[t] - E[t]
    // After a spike, by subtraction: D is D_r, E[t] loses e_r, H[t] = 0.
    if (lost) {
      e = h = 0;
      return {0, true};
    }
    const bool subtracted = reset && subtract;
    const std::int64_t v = numeric::decay(e, p.current_decay_of(j)) +
                           numeric::decay(h, subtracted ? p.reset_decay_of(j) : p.decay_of(j));
    e = numeric::decay(e, p.current_decay_of(j)) + p.current_bias[j] + input;
    h = v - e;
    if (subtracted) {
      e -= p.reset_current[j];
      h = 0;
    }
    return {v, false};
  }
  std::int64_t x = input;
  if (p.synapse == ir::Synapse::Current) {
    //   I[t] = D_c(I[t-1]) + b_c + A[t], whatever is reset
    e = numeric::decay(e, p.current_decay_of(j)) + p.current_bias[j] + input;
    x = e;
  }
  const std::int64_t b = p.bias[j];
  if (reset && subtract) {
    return {numeric::decay(before, p.decay_of(j)) + x + b - p.reset_amount(j), false};
  }
  if (lost) return {0, true};
  if (reset && zero) return {x + b, false};
  return {numeric::decay(before, p.decay_of(j)) + x + b, false};
}

void IntegerModel::update(std::size_t population, std::size_t t,
                          const std::vector<std::int64_t>& input, State& state,
                          IntegerResult& result) const {
  const QuantizedPopulation& p = network_.populations[population];
  auto& spikes = result.recording.spikes[population];
  auto& membranes = result.recording.membranes[population];
  ir::PopulationActivity& activity = result.activity.populations[population];
  const bool subtract = p.reset.mechanism == ResetMechanism::Subtract;
  const bool zero = p.reset.mechanism == ResetMechanism::Zero;
  const bool delayed = p.reset.timing == ResetTiming::Delayed;
  const bool quirk = p.reset.timing == ResetTiming::SameStepQuirk && subtract;
  std::size_t winner = membranes.cols;  // of inhibition: the largest lead over the threshold
  std::int64_t winner_lead = 0;

  for (std::size_t j = 0; j < membranes.cols; ++j) {
    const std::int64_t before = t == 0 ? 0 : membranes(t - 1, j);
    const std::int64_t theta = p.threshold[j];
    const bool above = p.spiking && t > 0 && before > theta;  // what a delayed reset looks at
    const Membrane m = membrane_of(p, j, before, above, input[j], state);
    std::int64_t v = numeric::saturate(m.v, p.membrane_bits);
    bool saturated = !m.lost && v != m.v;

    const std::int64_t lead = (quirk && above ? v - p.reset_amount(j) : v) - theta;
    const bool spike = p.spiking && lead > 0;
    if (spike && lead > winner_lead) {
      winner = j;
      winner_lead = lead;
    }
    std::int64_t count = spike ? 1 : 0;
    if (spike && p.sends_counts()) {
      const std::int64_t passed = (v - 1 + p.reset_offset) / p.reset_amount(j);
      count = std::min<std::int64_t>(passed, p.max_spikes);
      saturated = saturated || passed > count;
    }
    if (spike && !delayed) {
      if (subtract) v -= count * p.reset_amount(j);
      if (zero) v = p.reset_value[j];
    }
    if (p.sends_membranes()) {
      const std::int64_t value = p.value_of(v);
      const std::int64_t half = (std::int64_t{1} << p.value_shift) / 2;
      saturated = saturated || value != (v + half) >> p.value_shift;
      count = value != 0 ? 1 : 0;
    }
    if (saturated) ++activity.saturations;
    membranes(t, j) = v;
    spikes(t, j) = static_cast<std::uint8_t>(count);
  }
  for (std::size_t j = 0; j < membranes.cols; ++j) {
    if (p.inhibition && j != winner) spikes(t, j) = 0;
    activity.step_spikes[t] += spikes(t, j) != 0 ? 1 : 0;
  }
  activity.spikes += activity.step_spikes[t];
}

}  // namespace hillock::sim
