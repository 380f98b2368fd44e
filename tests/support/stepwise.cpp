#include "tests/support/stepwise.h"

#include <algorithm>

#include "compiler/ir/neuron_view.h"
#include "sim/reference/integer_model.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

struct Event {
  const ir::QuantizedProjection* projection;
  std::size_t source;
  std::int64_t value;
};

struct Neuron {
  numeric::NeuronSwitches s;
  numeric::NeuronConstants c;
  numeric::Fired state;
  numeric::Prepared words;
};

void widen(std::int64_t& lo, std::int64_t& hi, std::int64_t v) {
  lo = std::min(lo, v);
  hi = std::max(hi, v);
}

// What the event of a neuron carries.
std::int64_t value_of(const ir::QuantizedNetwork& n, const ir::QuantizedProjection& p,
                      const sim::Recording<std::int64_t>& recording, std::size_t t,
                      std::size_t neuron) {
  const ir::QuantizedPopulation& source = n.populations[p.source.index];
  if (!source.sends_membranes()) return recording.spikes[p.source.index](t, neuron);
  return numeric::graded(recording.membranes[p.source.index](t, neuron), source.value_shift,
                         source.value_bits);
}

// All events into a population in a step, shuffled.
std::vector<Event> events_of(const ir::QuantizedNetwork& n, std::size_t population, std::size_t t,
                             const ir::Dataset& data, std::size_t sample,
                             const sim::Recording<std::int64_t>& recording, Random& r) {
  std::vector<Event> events;
  for (const ir::QuantizedProjection* p : n.projections_into(population)) {
    if (p->source.kind == ir::Source::Kind::Input) {
      std::vector<sim::InputEvent> inputs;
      // What is kept of a static input's first step counts again.
      const ir::QuantizedInput& input = n.inputs[p->source.index];
      sim::step_events(input, data, sample, input.is_static ? 0 : t, inputs,
                       ir::first_element(n, p->source.index));
      for (const auto& e : inputs) events.push_back({p, e.element, e.value});
      continue;
    }
    const auto delay = static_cast<std::size_t>(p->delay);
    if (t < delay) continue;
    const auto& spikes = recording.spikes[p->source.index];
    for (std::size_t i = 0; i < spikes.cols; ++i) {
      const bool pooled = std::holds_alternative<ir::MaxPool>(p->connectivity);
      if (pooled)
        events.push_back({p, i, recording.membranes[p->source.index](t, i)});
      else if (spikes(t - delay, i) != 0)
        events.push_back({p, i, value_of(n, *p, recording, t - delay, i)});
    }
  }
  for (std::size_t k = events.size(); k > 1; --k) {
    std::swap(events[k - 1],
              events[static_cast<std::size_t>(r.whole(0, static_cast<std::int64_t>(k) - 1))]);
  }
  return events;
}

numeric::NeuronSwitches switches_of(const ir::QuantizedNetwork& n, std::size_t index) {
  const ir::QuantizedPopulation& p = n.populations[index];
  numeric::NeuronSwitches s = ir::switches_of(p);
  s.value_bits = p.value_bits;
  s.value_shift = p.value_shift;
  for (const auto* projection : n.projections_into(index)) {
    s.max_input = s.max_input || std::holds_alternative<ir::MaxPool>(projection->connectivity);
  }
  return s;
}

}  // namespace

StepwiseResult run_stepwise(const ir::QuantizedNetwork& n, const ir::Dataset& data,
                            std::size_t sample, std::uint64_t seed) {
  Random r(seed);
  StepwiseResult result;
  std::vector<std::size_t> sizes;
  std::vector<std::vector<Neuron>> populations;
  for (std::size_t p = 0; p < n.populations.size(); ++p) {
    sizes.push_back(n.populations[p].neurons());
    populations.emplace_back();
    for (std::size_t j = 0; j < sizes[p]; ++j) {
      populations[p].push_back({switches_of(n, p), ir::constants_of(n.populations[p], j), {}, {}});
    }
  }
  result.recording.reset(sizes, data.timesteps);
  result.extremes.resize(sizes.size());
  result.saturations.resize(sizes.size());
  for (std::size_t t = 0; t < data.timesteps; ++t) {
    for (std::size_t p = 0; p < sizes.size(); ++p) {
      Extremes& x = result.extremes[p];
      std::vector<Neuron>& neurons = populations[p];
      const auto watch = [&](const Neuron& neuron) {
        widen(x.sum_lo, x.sum_hi, neuron.words.sum);
        if (neuron.s.has_current()) widen(x.current_lo, x.current_hi, neuron.words.current);
      };
      for (Neuron& neuron : neurons) {
        const numeric::Fired& f = neuron.state;
        neuron.words = prepare(f.membrane, f.current, f.hidden, t == 0, neuron.s, neuron.c);
        watch(neuron);
      }
      const int f = n.populations[p].fraction_bits;
      for (const Event& e : events_of(n, p, t, data, sample, result.recording, r)) {
        if (const auto* pool = std::get_if<ir::MaxPool>(&e.projection->connectivity)) {
          ir::for_each_window(*pool, e.source, [&](std::size_t j) {
            neurons[j].words.current = std::max(neurons[j].words.current, e.value);
            watch(neurons[j]);
          });
          continue;
        }
        ir::for_each_synapse(
            e.projection->connectivity, e.source, [&](std::size_t j, std::int32_t weight) {
              numeric::Prepared& words = neurons[j].words;
              (neurons[j].s.has_current() ? words.current : words.sum) += (weight * e.value) << f;
              watch(neurons[j]);
            });
      }
      std::size_t winner = sizes[p];
      std::int64_t best = 0;
      for (std::size_t j = 0; j < sizes[p]; ++j) {
        Neuron& neuron = neurons[j];
        const numeric::Prepared& w = neuron.words;
        const bool adds = neuron.s.current || neuron.s.max_input;
        widen(x.sum_lo, x.sum_hi, w.sum + (adds ? w.current : 0));
        neuron.state = fire(w.sum, w.current, w.held, neuron.s, neuron.c);
        widen(x.current_lo, x.current_hi, neuron.state.hidden);
        result.recording.membranes[p](t, j) = neuron.state.membrane;
        const std::int64_t spikes = neuron.s.spiking ? neuron.state.value : neuron.state.spike;
        result.recording.spikes[p](t, j) = static_cast<std::uint8_t>(spikes);
        result.saturations[p] += neuron.state.saturated ? 1 : 0;
        // The lead of what was compared: before a reset in the same step.
        std::int64_t lead = w.sum + (adds ? w.current : 0);
        lead = numeric::saturate(lead, neuron.c.membrane_bits) - neuron.c.threshold;
        if (neuron.s.quirk && w.held) lead -= neuron.c.threshold + neuron.s.reset_offset;
        if (neuron.state.spike && lead > best) {
          best = lead;
          winner = j;
        }
      }
      for (std::size_t j = 0; n.populations[p].inhibition && j < sizes[p]; ++j) {
        if (j != winner) result.recording.spikes[p](t, j) = 0;
      }
    }
  }
  return result;
}

}  // namespace hillock::tests
