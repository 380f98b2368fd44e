#include "sim/fast/fast_model.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace hillock::sim {

using fast::Events;
using fast::kSpare;

void EventHistory::clear() {
  element.clear();
  value.clear();
  first.assign(1, 0);
}

namespace {

Events events_of(const EventHistory& history, std::size_t t) {
  const std::size_t from = history.first[t];
  return {history.element.data() + from,
          history.value.empty() ? nullptr : history.value.data() + from,
          history.first[t + 1] - from};
}

template <typename S>
void add(const fast::SparsePlan& plan, const Events& events, S* sum) {
  for (std::size_t i = 0; i < events.count; ++i) {
    const std::int32_t value = events.value == nullptr ? 1 : events.value[i];
    for (std::size_t k = plan.first[events.element[i]]; k < plan.first[events.element[i] + 1];
         ++k) {
      S& to = sum[plan.synapses[k].slot];
      to = static_cast<S>(to + plan.synapses[k].weight * value);
    }
  }
}

template <typename S>
void add(const fast::Incoming& in, std::size_t slots, const Events& events, S* sum) {
  std::visit(
      [&](const auto& plan) {
        using Plan = std::decay_t<decltype(plan)>;
        if constexpr (std::is_same_v<Plan, fast::SparsePlan>) {
          add(plan, events, sum);
        } else if constexpr (requires { plan.stride; }) {
          if constexpr (std::is_same_v<Plan, fast::DensePlan<std::int8_t>> && sizeof(S) == 2) {
            constexpr std::size_t kWorthIt = 4;
            if (events.value == nullptr && plan.batch >= kWorthIt) {
              fast::add_byte_rows(events, plan.weight.data(), plan.stride, slots, plan.batch, sum);
              return;
            }
          }
          fast::add_rows(events, plan.weight.data(), plan.stride, slots, sum);
        } else if constexpr (requires { plan.landing; }) {
          fast::add_conv(events, plan, sum);
        }
      },
      in.form);
}

}  // namespace

std::unique_ptr<FastModel> FastModel::make(const ir::QuantizedNetwork& network, std::string* why) {
  std::optional<fast::Arrangement> arrangement = fast::arrange(network, why);
  if (!arrangement) return nullptr;
  return std::unique_ptr<FastModel>(new FastModel(network, std::move(*arrangement)));
}

FastModel::FastModel(const ir::QuantizedNetwork& network, fast::Arrangement arrangement)
    : network_(network), arrangement_(std::move(arrangement)) {}

void FastModel::reset(FastResult& result) const {
  const std::size_t populations = arrangement_.populations.size();
  result.spikes = result.synaptic_operations = result.saturations = 0;
  result.inputs.resize(network_.inputs.size());
  result.populations.resize(populations);
  for (EventHistory& h : result.inputs) h.clear();
  for (EventHistory& h : result.populations) h.clear();
  result.states.resize(populations);
  std::size_t most = 0;
  for (std::size_t p = 0; p < populations; ++p) {
    const fast::Population& plan = arrangement_.populations[p];
    FastResult::State& s = result.states[p];
    const std::size_t size = plan.slots.count + kSpare;
    most = std::max(most, size);
    if (plan.narrow) {
      s.narrow_sum.assign(size, 0);
    } else {
      s.sum.assign(size, 0);
    }
    s.membrane.assign(size, 0);
    if (plan.update.current || plan.update.alpha) s.current.assign(size, 0);
    if (plan.update.alpha) s.hidden.assign(size, 0);
    s.synaptic_operations = s.saturations = 0;
  }
  for (const ir::QuantizedInput& input : network_.inputs) {
    most = std::max(most, ir::element_count(input.shape) + kSpare);
  }
  if (result.scratch.size() < most) result.scratch.resize(most);
  const auto clear = [&](std::size_t population, std::vector<std::int64_t>& scores) {
    scores.assign(arrangement_.populations[population].slots.of_neuron.size(), 0);
  };
  clear(network_.output, result.scores);
  result.more.resize(network_.more_outputs.size());
  for (std::size_t o = 0; o < result.more.size(); ++o) {
    clear(network_.more_outputs[o].population, result.more[o].scores);
  }
}

void FastModel::run(const ir::Dataset& data, std::size_t sample, FastResult& result) const {
  reset(result);
  for (std::size_t t = 0; t < data.timesteps; ++t) {
    for (std::size_t i = 0; i < network_.inputs.size(); ++i) take_input(i, data, sample, t, result);
    for (std::size_t p = 0; p < arrangement_.populations.size(); ++p) {
      gather(p, t, result);
      update(p, t, result);
    }
    score(t, {network_.output, network_.readout}, result, result.scores);
    for (std::size_t o = 0; o < result.more.size(); ++o) {
      score(t, network_.more_outputs[o], result, result.more[o].scores);
    }
  }
  for (const FastResult::State& s : result.states) {
    result.synaptic_operations += s.synaptic_operations;
    result.saturations += s.saturations;
  }
  for (const EventHistory& h : result.populations) {
    result.spikes += static_cast<std::int64_t>(h.element.size());
  }
  result.predicted = best_class(result.scores);
  for (auto& decision : result.more) decision.predicted = best_class(decision.scores);
}

void FastModel::take_input(std::size_t input, const ir::Dataset& data, std::size_t sample,
                           std::size_t t, FastResult& result) const {
  const ir::QuantizedInput& in = network_.inputs[input];
  EventHistory& history = result.inputs[input];
  if (in.is_static && t > 0) {
    history.first.push_back(history.element.size());
    return;
  }
  const std::size_t first = ir::first_element(network_, input);
  const ir::Row x = data.step(sample, t).part(first, ir::element_count(in.shape));
  bool binary = false;
  std::size_t count = 0;
  // The quick way is for what nothing has to be asked about: 0 and 1 as they are.
  if (in.scale == 1 && in.min_value <= 0 && in.max_value >= 1) {
    count = x.bytes() == nullptr
                ? fast::find_events(x.floats(), x.size(), result.scratch.data(), binary)
                : fast::find_events(x.bytes(), x.size(), result.scratch.data(), binary);
  }
  if (binary) {
    history.element.insert(history.element.end(), result.scratch.begin(),
                           result.scratch.begin() + static_cast<std::ptrdiff_t>(count));
    if (!history.value.empty()) history.value.resize(history.element.size(), 1);
  } else {
    step_events(in, data, sample, t, result.events, first);
    history.value.resize(history.element.size(), 1);
    for (const InputEvent& e : result.events) {
      history.element.push_back(e.element);
      history.value.push_back(e.value);
    }
  }
  history.first.push_back(history.element.size());
}

void FastModel::gather(std::size_t population, std::size_t t, FastResult& result) const {
  const fast::Population& plan = arrangement_.populations[population];
  FastResult::State& state = result.states[population];
  for (const fast::Incoming& in : plan.incoming) {
    if (const auto* pool = std::get_if<fast::PoolPlan>(&in.form)) {
      const std::int32_t* v = result.states[in.source.index].membrane.data();
      for (std::size_t j = 0; j + 1 < pool->first.size(); ++j) {
        std::int32_t largest = v[pool->source_slot[pool->first[j]]];
        for (std::size_t k = pool->first[j] + 1; k < pool->first[j + 1]; ++k) {
          largest = std::max(largest, v[pool->source_slot[k]]);
        }
        state.sum[plan.slots.of_neuron[j]] = largest;
      }
      continue;
    }
    if (t < in.delay) continue;
    const EventHistory& history = in.source.kind == ir::Source::Kind::Input
                                      ? result.inputs[in.source.index]
                                      : result.populations[in.source.index];
    // The events of a static input come once and count in every step.
    const bool is_static =
        in.source.kind == ir::Source::Kind::Input && network_.inputs[in.source.index].is_static;
    const Events events = events_of(history, is_static ? 0 : t - in.delay);
    if (events.count == 0) continue;
    if (plan.narrow) {
      add(in, plan.slots.count, events, state.narrow_sum.data());
    } else {
      add(in, plan.slots.count, events, state.sum.data());
    }
    if (is_static && t > 0) continue;
    state.synaptic_operations += static_cast<std::int64_t>(events.count) * in.each_operations;
    if (in.operations.empty()) continue;
    for (std::size_t i = 0; i < events.count; ++i) {
      state.synaptic_operations += in.operations[events.element[i]];
    }
  }
}

void FastModel::update(std::size_t population, std::size_t t, FastResult& result) const {
  const fast::Population& plan = arrangement_.populations[population];
  FastResult::State& state = result.states[population];
  fast::Update u = plan.update;
  u.first = t == 0;
  u.threshold = plan.threshold.data();
  u.reset_amount = plan.reset_amount.data();
  u.decay = plan.decay.data();
  u.bias = plan.bias.data();
  u.reset_value = plan.reset_value.data();
  u.current_decay = plan.current_decay.data();
  u.current_bias = plan.current_bias.data();
  u.membrane = state.membrane.data();
  u.current_state = state.current.data();
  u.hidden = state.hidden.data();
  std::uint32_t* const spiked = result.scratch.data();
  const fast::Fired fired = plan.narrow ? fast::update(u, state.narrow_sum.data(), spiked)
                                        : fast::update(u, state.sum.data(), spiked);
  state.saturations += fired.saturations;

  std::size_t count = fired.spikes;
  if (plan.inhibition && count > 1) {
    // The neuron furthest above its threshold alone spikes; the lowest index wins a tie.
    const auto lead = [&](std::uint32_t slot) {
      return std::int64_t{state.membrane[slot]} - plan.threshold[slot];
    };
    const auto neuron = [&](std::uint32_t slot) {
      return plan.slots.neuron.empty() ? slot : plan.slots.neuron[slot];
    };
    spiked[0] = *std::max_element(spiked, spiked + count, [&](std::uint32_t a, std::uint32_t b) {
      return lead(a) != lead(b) ? lead(a) < lead(b) : neuron(a) > neuron(b);
    });
    count = 1;
  }
  EventHistory& history = result.populations[population];
  const std::size_t from = history.element.size();
  history.element.insert(history.element.end(), spiked, spiked + count);
  if (!plan.slots.neuron.empty()) {
    for (std::size_t i = from; i < history.element.size(); ++i) {
      history.element[i] = plan.slots.neuron[history.element[i]];
    }
    std::sort(history.element.begin() + static_cast<std::ptrdiff_t>(from), history.element.end());
  }
  history.first.push_back(history.element.size());
}

void FastModel::score(std::size_t t, const ir::Output& output, const FastResult& result,
                      std::vector<std::int64_t>& scores) const {
  const fast::Population& plan = arrangement_.populations[output.population];
  const std::vector<std::int32_t>& v = result.states[output.population].membrane;
  if (output.readout == ir::Readout::SpikeCount) {
    const Events events = events_of(result.populations[output.population], t);
    for (std::size_t i = 0; i < events.count; ++i) ++scores[events.element[i]];
    return;
  }
  for (std::size_t j = 0; j < scores.size(); ++j) {
    const std::int64_t membrane = v[plan.slots.of_neuron[j]];
    std::int64_t& score = scores[j];
    if (output.readout == ir::Readout::MembraneSum) {
      score += membrane;
    } else if (output.readout == ir::Readout::MembraneLast || t == 0 || membrane > score) {
      score = membrane;
    }
  }
}

ir::Activity FastModel::activity(const FastResult& result) const {
  ir::Activity activity;
  for (std::size_t p = 0; p < arrangement_.populations.size(); ++p) {
    const fast::Population& plan = arrangement_.populations[p];
    ir::PopulationActivity& to = activity.populations.emplace_back();
    const std::size_t steps = result.populations[p].first.size() - 1;
    to.step_events.assign(steps, 0);
    for (const fast::Incoming& in : plan.incoming) {
      ir::ProjectionActivity& projection = to.projections.emplace_back();
      if (std::holds_alternative<fast::PoolPlan>(in.form)) continue;
      const EventHistory& history = in.source.kind == ir::Source::Kind::Input
                                        ? result.inputs[in.source.index]
                                        : result.populations[in.source.index];
      projection.step_elements.resize(steps);
      for (std::size_t t = in.delay; t < steps; ++t) {
        const Events events = events_of(history, t - in.delay);
        projection.step_elements[t].assign(events.element, events.element + events.count);
        to.step_events[t] += static_cast<std::int64_t>(events.count);
      }
    }
    for (const std::int64_t events : to.step_events) to.events += events;
    to.synaptic_operations = result.states[p].synaptic_operations;
    to.updates = static_cast<std::int64_t>(plan.slots.of_neuron.size() * steps);
    to.spikes = static_cast<std::int64_t>(result.populations[p].element.size());
    to.saturations = result.states[p].saturations;
  }
  return activity;
}

}  // namespace hillock::sim
