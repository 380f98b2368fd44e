#include "sim/fast/fast_model.h"

#include <algorithm>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "sim/fast/slot_kernels.h"

namespace hillock::sim {

using fast::Events;
using fast::kSpare;

namespace {

// Each adds the events to the sums, and returns how many weights these are.
template <typename S>
std::size_t add(const fast::SparsePlan& plan, const Events& events, S* sum) {
  std::size_t operations = 0;
  for (std::size_t i = 0; i < events.count; ++i) {
    const std::int32_t value = events.value == nullptr ? 1 : events.value[i];
    const std::size_t first = plan.first[events.element[i]];
    const std::size_t end = plan.first[events.element[i] + 1];
    for (std::size_t k = first; k < end; ++k) {
      S& to = sum[plan.synapses[k].slot];
      to = static_cast<S>(to + plan.synapses[k].weight * value);
    }
    operations += end - first;
  }
  return operations;
}

template <typename S>
std::size_t add(const fast::Incoming& in, std::size_t slots, std::size_t neurons,
                const Events& events, S* sum) {
  return std::visit(
      [&](const auto& plan) -> std::size_t {
        using Plan = std::decay_t<decltype(plan)>;
        if constexpr (std::is_same_v<Plan, fast::SparsePlan>) {
          return add(plan, events, sum);
        } else if constexpr (requires { plan.stride; }) {
          fast::add_rows(events, plan.weight.data(), plan.stride, slots, plan.batch, sum);
          return events.count * neurons;
        } else if constexpr (requires { plan.columns; }) {
          return fast::add_conv(events, plan, sum);
        } else {
          return 0;
        }
      },
      in.form);
}

void maximize(const fast::PoolPlan& pool, const fast::Slots& slots, const std::int32_t* v,
              std::int32_t* out) {
  for (std::size_t j = 0; j + 1 < pool.first.size(); ++j) {
    std::int32_t largest = v[pool.source_slot[pool.first[j]]];
    for (std::size_t k = pool.first[j] + 1; k < pool.first[j + 1]; ++k) {
      largest = std::max(largest, v[pool.source_slot[k]]);
    }
    out[slots.at(j)] = largest;
  }
}

const EventHistory& history_of(const FastResult& result, const ir::Source& source) {
  return source.kind == ir::Source::Kind::Input ? result.inputs[source.index]
                                                : result.populations[source.index];
}

std::int64_t membrane_at(const FastResult::State& state, std::size_t slot) {
  return state.narrow ? state.narrow_words.membrane[slot] : state.wide_words.membrane[slot];
}

}  // namespace

std::unique_ptr<FastModel> FastModel::make(const ir::QuantizedNetwork& network, std::string* why) {
  std::optional<fast::Arrangement> arrangement = fast::arrange(network, why);
  if (!arrangement) return nullptr;
  return std::unique_ptr<FastModel>(new FastModel(network, std::move(*arrangement)));
}

FastModel::FastModel(const ir::QuantizedNetwork& network, fast::Arrangement arrangement)
    : network_(network),
      arrangement_(std::move(arrangement)),
      widened_(std::make_unique<std::once_flag[]>(network.populations.size())),
      longest_delays_(network.populations.size(), 0) {
  for (const auto& p : network.populations) neurons_.push_back(p.neurons());
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    first_elements_.push_back(ir::first_element(network, i));
  }
  for (const ir::QuantizedProjection& p : network.projections) {
    if (p.source.kind != ir::Source::Kind::Population) continue;
    std::size_t& longest = longest_delays_[p.source.index];
    longest = std::max(longest, static_cast<std::size_t>(p.delay));
  }
}

void FastModel::reset(std::size_t population, FastResult::State& s) const {
  fast::Population& plan = arrangement_.populations[population];
  const std::size_t size = plan.slots.count() + kSpare;
  s.synaptic_operations = s.saturations = 0;
  s.narrow = plan.narrow && (plan.narrow_update.limits.proved || s.wide_samples == 0);
  s.sent = 1;  // whatever the thresholds are, the first step is computed
  s.bits.assign(fast::round_up(plan.slots.count(), 64) / 8 + 8, 0);
  if (plan.narrow_sum) {
    s.narrow_words.sum.assign(size, 0);
    if (plan.static_input) s.narrow_words.static_sum.assign(size, 0);
  } else {
    s.wide_words.sum.assign(size, 0);
    if (plan.static_input) s.wide_words.static_sum.assign(size, 0);
  }
  if (s.narrow) {
    s.narrow_words.membrane.assign(size, 0);
    if (plan.narrow_update.current) s.narrow_words.current.assign(size, 0);
    return;
  }
  if (plan.narrow) {
    std::call_once(widened_[population],
                   [&] { fast::widen(plan, network_.populations[population]); });
  }
  s.wide_words.membrane.assign(size, 0);
  if (plan.wide->current || plan.wide->alpha) s.wide_words.current.assign(size, 0);
  if (plan.wide->alpha) s.wide_words.hidden.assign(size, 0);
}

void FastModel::reset(FastResult& result) const {
  const std::size_t populations = arrangement_.populations.size();
  result.spikes = result.synaptic_operations = result.saturations = 0;
  result.inputs.resize(network_.inputs.size());
  result.populations.resize(populations);
  result.states.resize(populations);
  for (EventHistory& h : result.inputs) h.clear(false);
  for (std::size_t p = 0; p < populations; ++p) {
    result.populations[p].clear(arrangement_.populations[p].sends_values);
    reset(p, result.states[p]);
  }
  result.scores.assign(neurons_[network_.output], 0);
  result.more.resize(network_.more_outputs.size());
  for (std::size_t o = 0; o < result.more.size(); ++o) {
    result.more[o].scores.assign(neurons_[network_.more_outputs[o].population], 0);
  }
}

void FastModel::run(const ir::Dataset& data, std::size_t sample, FastResult& result,
                    Recording<std::int64_t>* recording) const {
  for (FastResult::State& s : result.states) s.wide_samples -= s.wide_samples > 0 ? 1 : 0;
  // A population that leaves 16 bits keeps 32 for a while, this sample included.
  do {
    reset(result);
  } while (!try_run(data, sample, result, recording));
  for (const FastResult::State& s : result.states) {
    result.synaptic_operations += s.synaptic_operations;
    result.saturations += s.saturations;
  }
  for (const EventHistory& h : result.populations) {
    result.spikes += static_cast<std::int64_t>(h.count());
  }
  result.predicted = best_class(result.scores);
  for (auto& decision : result.more) decision.predicted = best_class(decision.scores);
}

// False where a population left the limits of 16 bits, of which its state now knows.
bool FastModel::try_run(const ir::Dataset& data, std::size_t sample, FastResult& result,
                        Recording<std::int64_t>* recording) const {
  if (recording != nullptr) recording->reset(neurons_, data.timesteps);
  const std::size_t steps = data.timesteps;
  const std::size_t populations = arrangement_.populations.size();
  const auto take_inputs = [&](std::size_t t) {
    for (std::size_t i = 0; i < network_.inputs.size(); ++i) take_input(i, data, sample, t, result);
  };
  if (arrangement_.layered && result.keep_events) {
    for (std::size_t t = 0; t < steps; ++t) take_inputs(t);
    for (std::size_t p = 0; p < populations; ++p) {
      for (std::size_t t = 0; t < steps; ++t) {
        if (!step(p, t, result, recording)) return false;
      }
    }
    return true;
  }
  for (std::size_t t = 0; t < steps; ++t) {
    take_inputs(t);
    for (std::size_t p = 0; p < populations; ++p) {
      if (!step(p, t, result, recording)) return false;
    }
    if (!result.keep_events) forget(t, result);
  }
  return true;
}

void FastModel::run(const ir::Dataset& data, std::size_t sample, FastResult& result) const {
  run(data, sample, result, nullptr);
}

void FastModel::run(const ir::Dataset& data, std::size_t sample, FastResult& result,
                    IntegerResult& all) const {
  run(data, sample, result, &all.recording);
  all.activity = activity(result);
  all.scores = result.scores;
  all.predicted = result.predicted;
  all.more = result.more;
}

// False as in update().
bool FastModel::step(std::size_t p, std::size_t t, FastResult& result,
                     Recording<std::int64_t>* recording) const {
  const std::size_t events = gather(p, t, result);
  if (arrangement_.populations[p].rests && events == 0 && result.states[p].sent == 0) {
    result.populations[p].end_step(0);
  } else if (!update(p, t, result)) {
    return false;
  }
  score(p, t, result);
  if (recording != nullptr) record(p, t, result, *recording);
  return true;
}

// Events before the next step that nothing reads any more.
void FastModel::forget(std::size_t t, FastResult& result) const {
  for (std::size_t i = 0; i < result.inputs.size(); ++i) {
    if (!network_.inputs[i].is_static) result.inputs[i].forget(t + 1);
  }
  for (std::size_t p = 0; p < result.populations.size(); ++p) {
    if (t + 1 >= longest_delays_[p]) result.populations[p].forget(t + 1 - longest_delays_[p]);
  }
}

void FastModel::take_input(std::size_t input, const ir::Dataset& data, std::size_t sample,
                           std::size_t t, FastResult& result) const {
  const ir::QuantizedInput& in = network_.inputs[input];
  EventHistory& history = result.inputs[input];
  if (in.is_static && t > 0) return history.end_step(0);
  const std::size_t n = ir::element_count(in.shape);
  const ir::Row x = data.step(sample, t).part(first_elements_[input], n);
  // The quick way is for what nothing has to be asked about: whole numbers as they are.
  if (in.scale != 1 || in.min_value > 0) return take_other_input(input, data, sample, t, result);
  bool binary = true;
  std::uint8_t largest = 1;
  const std::size_t count = x.bytes() == nullptr
                                ? fast::find_events(x.floats(), n, history, binary)
                                : fast::find_events(x.bytes(), n, history, largest);
  if (!binary || largest > in.max_value) {
    return take_other_input(input, data, sample, t, result);
  }
  if (largest > 1 || history.valued()) {
    std::int32_t* const value = history.values();
    const std::uint32_t* const element = history.room(count);
    for (std::size_t i = 0; i < count; ++i) value[i] = largest == 1 ? 1 : x.bytes()[element[i]];
  }
  history.end_step(count);
}

void FastModel::take_other_input(std::size_t input, const ir::Dataset& data, std::size_t sample,
                                 std::size_t t, FastResult& result) const {
  step_events(network_.inputs[input], data, sample, t, result.events, first_elements_[input]);
  EventHistory& history = result.inputs[input];
  std::uint32_t* const element = history.room(result.events.size());
  std::int32_t* const value = history.values();
  for (std::size_t i = 0; i < result.events.size(); ++i) {
    element[i] = result.events[i].element;
    value[i] = result.events[i].value;
  }
  history.end_step(result.events.size());
}

// Adds up the step's events; returns how many there were.
std::size_t FastModel::gather(std::size_t population, std::size_t t, FastResult& result) const {
  const fast::Population& plan = arrangement_.populations[population];
  FastResult::State& state = result.states[population];
  std::size_t count = 0;
  for (const fast::Incoming& in : plan.incoming) {
    if (const auto* pool = std::get_if<fast::PoolPlan>(&in.form)) {
      maximize(*pool, plan.slots, result.states[in.source.index].wide_words.membrane.data(),
               state.wide_words.sum.data());
      continue;
    }
    if (t < in.delay) continue;
    const Events events = history_of(result, in.source).at(t - in.delay);
    if (events.count == 0) continue;
    count += events.count;
    // The events of a static input come in step 0, and what they add is kept.
    const bool is_static =
        in.source.kind == ir::Source::Kind::Input && network_.inputs[in.source.index].is_static;
    const auto add_to = [&](auto& words) {
      return add(in, plan.slots.count(), neurons_[population], events,
                 is_static ? words.static_sum.data() : words.sum.data());
    };
    state.synaptic_operations += static_cast<std::int64_t>(
        plan.narrow_sum ? add_to(state.narrow_words) : add_to(state.wide_words));
  }
  if (plan.static_input) {
    const auto add_static = [](auto& words) {
      for (std::size_t j = 0; j < words.sum.size(); ++j) {
        words.sum[j] =
            static_cast<std::decay_t<decltype(words.sum[j])>>(words.sum[j] + words.static_sum[j]);
      }
    };
    plan.narrow_sum ? add_static(state.narrow_words) : add_static(state.wide_words);
  }
  if (plan.slots.gap() > 0 && (count > 0 || plan.static_input)) {
    plan.narrow_sum ? fast::clear_gaps(plan.slots, state.narrow_words.sum.data())
                    : fast::clear_gaps(plan.slots, state.wide_words.sum.data());
  }
  return count;
}

// Updates the neurons, and writes what they send behind their history. False where 16 bits may not
// have held it.
bool FastModel::update(std::size_t population, std::size_t t, FastResult& result) const {
  const fast::Population& plan = arrangement_.populations[population];
  FastResult::State& state = result.states[population];
  EventHistory& history = result.populations[population];
  std::size_t count = 0;
  // Values are written before it is known how many they are.
  if (plan.sends_values) history.room(plan.slots.count() + kSpare);
  if (state.narrow) {
    constexpr std::size_t kWideSamples = 64;
    auto& words = state.narrow_words;
    const fast::StepState<std::int16_t> arrays = {
        t == 0, words.membrane.data(), words.current.data(), nullptr, state.bits.data(), nullptr};
    bool within = true;
    count = fast::update_narrow(plan.narrow_update, arrays, words.sum.data(), history, within);
    if (!within) {
      state.wide_samples = kWideSamples;
      return false;
    }
  } else {
    auto& words = state.wide_words;
    const fast::StepState<std::int32_t> arrays = {t == 0,
                                                  words.membrane.data(),
                                                  words.current.data(),
                                                  words.hidden.data(),
                                                  state.bits.data(),
                                                  plan.sends_values ? history.values() : nullptr};
    const fast::Sent all =
        plan.narrow_sum ? fast::update(*plan.wide, arrays, state.narrow_words.sum.data(), history)
                        : fast::update(*plan.wide, arrays, words.sum.data(), history);
    count = all.count;
    state.saturations += all.saturations;
  }
  std::uint32_t* const sent = history.room(count);
  state.sent = count;
  if (plan.inhibition && count > 1) {
    const std::size_t winner = leader(plan, state, sent, count);
    sent[0] = sent[winner];
    if (plan.sends_values) history.values()[0] = history.values()[winner];
    count = 1;
  }
  if (!plan.slots.plain()) fast::to_neurons(plan.slots, sent, count);
  history.end_step(count);
  return true;
}

// Which of those sent comes from the neuron furthest above its threshold; the lowest neuron of
// some.
std::size_t FastModel::leader(const fast::Population& plan, const FastResult::State& state,
                              const std::uint32_t* sent, std::size_t count) {
  const auto lead = [&](std::uint32_t slot) {
    const std::int64_t theta =
        state.narrow ? *plan.narrow_update.threshold.from(slot) : *plan.wide->threshold.from(slot);
    return membrane_at(state, slot) - theta;
  };
  const std::uint32_t* const winner =
      std::max_element(sent, sent + count, [&](std::uint32_t a, std::uint32_t b) {
        return lead(a) != lead(b) ? lead(a) < lead(b) : plan.slots.neuron(a) > plan.slots.neuron(b);
      });
  return static_cast<std::size_t>(winner - sent);
}

void FastModel::score(std::size_t population, std::size_t t, FastResult& result) const {
  const fast::Population& plan = arrangement_.populations[population];
  const FastResult::State& state = result.states[population];
  const bool counts = network_.populations[population].sends_counts();
  const auto add_to = [&](std::vector<std::int64_t>& scores, ir::Readout readout) {
    if (readout == ir::Readout::SpikeCount) {
      const Events events = result.populations[population].at(t);
      for (std::size_t i = 0; i < events.count; ++i) {
        scores[events.element[i]] += counts ? events.value[i] : 1;
      }
      return;
    }
    for (std::size_t j = 0; j < scores.size(); ++j) {
      const std::int64_t membrane = membrane_at(state, plan.slots.at(j));
      std::int64_t& score = scores[j];
      if (readout == ir::Readout::MembraneSum) {
        score += membrane;
      } else if (readout == ir::Readout::MembraneLast || t == 0 || membrane > score) {
        score = membrane;
      }
    }
  };
  if (population == network_.output) add_to(result.scores, network_.readout);
  for (std::size_t o = 0; o < result.more.size(); ++o) {
    const ir::Output& output = network_.more_outputs[o];
    if (population == output.population) add_to(result.more[o].scores, output.readout);
  }
}

void FastModel::record(std::size_t population, std::size_t t, const FastResult& result,
                       Recording<std::int64_t>& recording) const {
  const fast::Population& plan = arrangement_.populations[population];
  const FastResult::State& state = result.states[population];
  std::int64_t* const membranes = &recording.membranes[population](t, 0);
  for (std::size_t j = 0; j < neurons_[population]; ++j) {
    membranes[j] = membrane_at(state, plan.slots.at(j));
  }
  std::uint8_t* const spikes = &recording.spikes[population](t, 0);
  const Events events = result.populations[population].at(t);
  const bool counts = network_.populations[population].sends_counts();
  for (std::size_t i = 0; i < events.count; ++i) {
    spikes[events.element[i]] = counts ? static_cast<std::uint8_t>(events.value[i]) : 1;
  }
}

ir::Activity FastModel::activity(const FastResult& result) const {
  if (!result.keep_events) throw std::logic_error("activity of events that were not kept");
  ir::Activity activity;
  for (std::size_t p = 0; p < arrangement_.populations.size(); ++p) {
    const fast::Population& plan = arrangement_.populations[p];
    ir::PopulationActivity& to = activity.populations.emplace_back();
    const std::size_t steps = result.populations[p].steps();
    to.step_events.assign(steps, 0);
    for (const fast::Incoming& in : plan.incoming) {
      ir::ProjectionActivity& projection = to.projections.emplace_back();
      if (std::holds_alternative<fast::PoolPlan>(in.form)) continue;
      const EventHistory& history = history_of(result, in.source);
      const bool by_slot = in.source.kind == ir::Source::Kind::Population &&
                           !arrangement_.populations[in.source.index].slots.plain();
      projection.step_elements.resize(steps);
      for (std::size_t t = in.delay; t < steps; ++t) {
        const Events events = history.at(t - in.delay);
        std::vector<std::uint32_t>& elements = projection.step_elements[t];
        elements.assign(events.element, events.element + events.count);
        if (by_slot) std::sort(elements.begin(), elements.end());
        to.step_events[t] += static_cast<std::int64_t>(events.count);
      }
    }
    for (const std::int64_t events : to.step_events) to.events += events;
    to.synaptic_operations = result.states[p].synaptic_operations;
    to.updates = static_cast<std::int64_t>(neurons_[p] * steps);
    for (std::size_t t = 0; t < steps; ++t) {
      to.step_spikes.push_back(static_cast<std::int64_t>(result.populations[p].at(t).count));
    }
    to.spikes = static_cast<std::int64_t>(result.populations[p].count());
    to.saturations = result.states[p].saturations;
  }
  return activity;
}

}  // namespace hillock::sim
