#include "sim/cosim/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "compiler/ir/hardware_view.h"

namespace hillock::sim {
namespace {

using ir::QuantizedNetwork;

// The events that reach a neuron in a step, as a short list.
std::string describe_events(const QuantizedNetwork& network, std::size_t population,
                            std::size_t neuron, std::size_t t, const IntegerResult& model) {
  constexpr std::size_t kShown = 12;
  std::string out;
  const auto into = network.projections_into(population);
  for (std::size_t k = 0; k < into.size(); ++k) {
    const ir::QuantizedProjection& p = *into[k];
    if (!out.empty()) out += "; ";
    if (const auto* pool = std::get_if<ir::MaxPool>(&p.connectivity)) {
      out += fmt::format("the largest of {} values from {}",
                         pool->kernel_height * pool->kernel_width, network.source_name(p.source));
      continue;
    }
    const auto& elements = model.activity.populations[population].projections[k].step_elements[t];
    std::size_t shown = 0;
    std::size_t count = 0;
    std::string list;
    for (const std::uint32_t i : elements) {
      bool reaches = false;
      std::int32_t weight = 0;
      ir::for_each_synapse(p.connectivity, i, [&](std::size_t j, std::int32_t w) {
        if (j != neuron) return;
        reaches = true;
        weight += w;
      });
      if (!reaches) continue;
      ++count;
      if (shown == kShown) continue;
      list += fmt::format("{}{}(w {})", shown == 0 ? "" : ", ", i, weight);
      ++shown;
    }
    out += fmt::format("{} events from {}{}{}{}{}", count, network.source_name(p.source),
                       p.delay > 0 ? fmt::format(" {} steps ago", p.delay) : "",
                       count == 0 ? "" : ": ", list, count > shown ? ", ..." : "");
  }
  return out;
}

class Comparer {
 public:
  Comparer(const QuantizedNetwork& network, const ir::Mapping& mapping, const WeightReads& reads,
           const IntegerResult& model, const RtlSample& rtl, std::size_t sample, bool membranes)
      : network_(network),
        reads_(reads),
        model_(model),
        rtl_(rtl),
        sample_(sample),
        compare_membranes_(membranes),
        spike_stream_(mapping.spike_stream) {
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
      layouts_.push_back(ir::layout_of(network, mapping, p));
    }
  }

  SampleComparison run(std::optional<std::int64_t> predicted_cycles) {
    const std::size_t steps = rtl_.run.timesteps;
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t p = 0; p < network_.populations.size(); ++p) step(p, t);
    }
    strays();
    streamed();
    result();
    counters();
    if (predicted_cycles && rtl_.run.finished != 0 &&
        static_cast<std::int64_t>(rtl_.run.cycles) != *predicted_cycles) {
      differ("cycles", "readout", *predicted_cycles, static_cast<std::int64_t>(rtl_.run.cycles),
             "the latency model and the RTL disagree on the sample's cycles");
    }
    return out_;
  }

 private:
  void step(std::size_t p, std::size_t t) {
    const auto& spikes = model_.recording.spikes[p];
    const auto& membranes = model_.recording.membranes[p];
    const std::size_t n = spikes.cols;
    out_.spikes += n;
    if (compare_membranes_) out_.membranes += n;
    const std::uint8_t* rtl_spikes = rtl_.spikes[p].data() + t * n;
    const std::int64_t* rtl_membranes = rtl_.membranes[p].data() + t * n;
    const ir::Layout& layout = layouts_[p];
    const std::size_t groups = layout.groups();
    const std::uint8_t* seen = rtl_.row_seen[p].data() + t * groups;
    const bool all_seen = std::all_of(seen, seen + groups, [](std::uint8_t s) { return s != 0; });
    const std::uint8_t* want_spikes = spikes.data.data() + t * n;
    const std::int64_t* want_membranes = membranes.data.data() + t * n;
    const ir::QuantizedPopulation& pop = network_.populations[p];
    const bool valued = ir::event_bits(pop) > 1;
    if (!valued && all_seen && std::equal(want_spikes, want_spikes + n, rtl_spikes) &&
        (!compare_membranes_ || std::equal(want_membranes, want_membranes + n, rtl_membranes))) {
      return;
    }
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t group = layout.slot_of(j) / layout.lanes;
      if (seen[group] == 0) {
        neuron("missing row", p, j, t, want_membranes[j], 0);
        continue;
      }
      if (compare_membranes_ && want_membranes[j] != rtl_membranes[j]) {
        neuron("membrane", p, j, t, want_membranes[j], rtl_membranes[j]);
      }
      const std::int64_t spike = want_spikes[j] != 0 ? 1 : 0;
      if (spike != rtl_spikes[j]) neuron("spike", p, j, t, spike, rtl_spikes[j]);
      if (!valued) continue;
      const std::int64_t value =
          pop.sends_membranes() ? pop.value_of(want_membranes[j]) : want_spikes[j];
      const std::int64_t rtl_value = rtl_.values[p][t * n + j];
      if (value != rtl_value) neuron("value", p, j, t, value, rtl_value);
    }
  }

  void neuron(std::string_view what, std::size_t p, std::size_t j, std::size_t t,
              std::int64_t expected, std::int64_t actual) {
    ++out_.mismatches;
    if (out_.first) return;
    const ir::QuantizedPopulation& pop = network_.populations[p];
    const ir::Layout& layout = layouts_[p];
    const std::size_t groups = layout.groups();
    const std::size_t group = layout.slot_of(j) / layout.lanes;
    Divergence d;
    d.what = what;
    d.population = pop.name;
    d.neuron = j;
    d.sample = sample_;
    d.timestep = t;
    d.cycle = what == "missing row" ? rtl_.run.ticks : rtl_.row_cycles[p][t * groups + group];
    d.expected = expected;
    d.actual = actual;
    d.threshold = pop.threshold[j];
    d.before = t == 0 ? 0 : model_.recording.membranes[p](t - 1, j);
    d.before_real = pop.real(d.before, j);
    if (what == "membrane" || what == "missing row") {
      d.expected_real = pop.real(expected, j);
      d.actual_real = pop.real(actual, j);
    }
    d.inputs = describe_events(network_, p, j, t, model_);
    if (what == "missing row") {
      d.explanation = rtl_.run.finished != 0 ? "the RTL never sent this row"
                                             : "the RTL stopped before this row";
    }
    out_.first = std::move(d);
  }

  void differ(std::string_view what, std::string_view where, std::int64_t expected,
              std::int64_t actual, std::string explanation) {
    ++out_.mismatches;
    if (out_.first) return;
    Divergence d;
    d.what = what;
    d.population = where;
    d.sample = sample_;
    d.timestep = rtl_.run.timesteps - 1;
    d.cycle = rtl_.run.cycles;
    d.expected = expected;
    d.actual = actual;
    d.explanation = std::move(explanation);
    out_.first = std::move(d);
  }

  void strays() {
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      if (rtl_.traces[p].stray_rows == 0) continue;
      differ("stray row", network_.populations[p].name, 0,
             static_cast<std::int64_t>(rtl_.traces[p].stray_rows),
             "rows out of order, beyond the sample, or of lanes without a neuron");
    }
  }

  // What left as a stream is what the population sent, step by step.
  void streamed() {
    if (!spike_stream_ || rtl_.run.finished == 0) return;
    const std::size_t p = *spike_stream_;
    const std::string& name = network_.populations[p].name;
    const auto& spikes = model_.recording.spikes[p];
    const std::size_t n = spikes.cols;
    for (std::size_t t = 0; t < rtl_.run.timesteps; ++t) {
      out_.spikes += n;
      for (std::size_t j = 0; j < n; ++j) {
        const std::int64_t want = spikes(t, j);
        const std::int64_t have = rtl_.streamed[t * n + j];
        if (want != have) neuron("streamed spike", p, j, t, want, have);
      }
    }
    if (rtl_.run.streamed_steps != rtl_.run.timesteps) {
      differ("spike stream", name, rtl_.run.timesteps,
             static_cast<std::int64_t>(rtl_.run.streamed_steps), "it ended other steps");
    }
    if (rtl_.run.streamed_stray != 0) {
      differ("spike stream", name, 0, static_cast<std::int64_t>(rtl_.run.streamed_stray),
             "events twice, of no neuron, or beyond the sample, or an end out of place");
    }
  }

  void result() {
    if (rtl_.run.finished == 0) {
      differ("result", "readout", 1, 0, "the RTL gave no result, or gave it too early");
      return;
    }
    for (std::size_t o = 0; o < rtl_.classes.size(); ++o) {
      const std::size_t predicted = o == 0 ? model_.predicted : model_.more[o - 1].predicted;
      const auto& scores = o == 0 ? model_.scores : model_.more[o - 1].scores;
      const std::string where =
          o == 0
              ? "readout"
              : "readout of " + network_.populations[network_.more_outputs[o - 1].population].name;
      if (rtl_.classes[o] != predicted) {
        differ("result", where, static_cast<std::int64_t>(predicted), rtl_.classes[o],
               "the class differs");
      }
      if (rtl_.scores[o] != scores[predicted]) {
        differ("result", where, scores[predicted], rtl_.scores[o],
               "the score of the class differs");
      }
    }
  }

  void counters() {
    if (rtl_.run.finished == 0) return;
    static constexpr std::array<const char*, ir::kCounterWords> kNames = {
        "events", "weight rows read", "neurons updated", "spikes", "saturations"};
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      const ir::PopulationActivity& a = model_.activity.populations[p];
      const std::array<std::int64_t, ir::kCounterWords> want = {
          a.events, reads_.count(model_.activity, p), a.updates, a.spikes, a.saturations};
      for (std::size_t k = 0; k < want.size(); ++k) {
        const std::uint32_t have = rtl_.counters[p * want.size() + k];
        if (static_cast<std::uint32_t>(want[k]) != have) {
          differ("counter", network_.populations[p].name, want[k], have,
                 fmt::format("the counter of {} differs", kNames[k]));
        }
      }
    }
    const std::uint32_t cycles = rtl_.counters.back();
    if (cycles != static_cast<std::uint32_t>(rtl_.run.cycles)) {
      differ("counter", "readout", static_cast<std::int64_t>(rtl_.run.cycles), cycles,
             "the counter of cycles differs from the cycles simulated");
    }
  }

  const QuantizedNetwork& network_;
  const WeightReads& reads_;
  const IntegerResult& model_;
  const RtlSample& rtl_;
  std::size_t sample_;
  bool compare_membranes_;
  std::optional<std::size_t> spike_stream_;
  std::vector<ir::Layout> layouts_;
  SampleComparison out_;
};

}  // namespace

WeightReads::WeightReads(const QuantizedNetwork& network, const ir::Mapping& mapping)
    : into_(network.populations.size()) {
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    const ir::QuantizedProjection& p = network.projections[k];
    Projection read;
    read.in_target = into_[p.target].size();
    const std::vector<std::uint32_t> taps = ir::tap_counts(network, mapping, k);
    if (std::holds_alternative<ir::MaxPool>(p.connectivity)) {
      for (const std::uint32_t rows : taps) read.every_step += rows;
    } else {
      const ir::SourceAddresses addresses(network, mapping, p.source);
      const std::size_t elements = ir::element_count(network.source_shape(p.source));
      for (std::size_t i = 0; i < elements; ++i) {
        read.rows.push_back(taps[addresses.of(i)]);
      }
    }
    into_[p.target].push_back(std::move(read));
  }
}

std::int64_t WeightReads::count(const ir::Activity& activity, std::size_t population) const {
  const ir::PopulationActivity& a = activity.populations[population];
  std::int64_t total = 0;
  for (const Projection& p : into_[population]) {
    total += p.every_step * static_cast<std::int64_t>(a.step_events.size());
    if (p.rows.empty()) continue;
    for (const auto& elements : a.projections[p.in_target].step_elements) {
      for (const std::uint32_t i : elements) total += p.rows[i];
    }
  }
  return total;
}

SampleComparison compare(const QuantizedNetwork& network, const ir::Mapping& mapping,
                         const WeightReads& reads, const IntegerResult& model, const RtlSample& rtl,
                         std::size_t sample, std::optional<std::int64_t> predicted_cycles,
                         bool membranes) {
  return Comparer(network, mapping, reads, model, rtl, sample, membranes).run(predicted_cycles);
}

}  // namespace hillock::sim
