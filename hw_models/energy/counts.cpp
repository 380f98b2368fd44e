#include "hw_models/energy/counts.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "compiler/ir/hardware_view.h"
#include "compiler/numeric/fixed_point.h"

namespace hillock::hw_models {
namespace {

constexpr std::array kFields = {
    &PopulationCounts::events,
    &PopulationCounts::weight_rows_read,
    &PopulationCounts::weight_bits_read,
    &PopulationCounts::state_rows_read,
    &PopulationCounts::state_rows_written,
    &PopulationCounts::state_bits_moved,
    &PopulationCounts::sum_rows_read,
    &PopulationCounts::sum_rows_written,
    &PopulationCounts::parameter_rows_read,
    &PopulationCounts::parameter_bits_read,
    &PopulationCounts::additions,
    &PopulationCounts::lane_additions,
    &PopulationCounts::updates,
    &PopulationCounts::lane_updates,
    &PopulationCounts::update_groups,
    &PopulationCounts::spikes,
    &PopulationCounts::bitmap_bits_written,
    &PopulationCounts::event_bits_read,
    &PopulationCounts::scan_words_min,
    &PopulationCounts::scan_words_max,
    &PopulationCounts::score_bits_moved,
};
static_assert(sizeof(PopulationCounts) == kFields.size() * sizeof(double),
              "every count is summed and scaled");

// A step of events that one reader took from a bitmap of a population.
void count_scan(const EngineSize& source, std::int64_t events, PopulationCounts& c) {
  c.scan_words_min += static_cast<double>(numeric::ceil_div(events, source.scan.word_bits));
  c.scan_words_max += static_cast<double>(std::min(events, source.scan.words));
  c.event_bits_read += static_cast<double>(events * source.lanes * source.event_bits);
}

}  // namespace

double Counts::synaptic_operations() const {
  double sum = 0;
  for (const PopulationCounts& p : populations) sum += p.additions;
  return sum;
}

ActionCounter::ActionCounter(const ir::QuantizedNetwork& network, const ir::Mapping& mapping)
    : network_(network), latency_(network, mapping), spike_stream_(mapping.spike_stream) {
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    sizes_.push_back(engine_size(network, mapping, p));
  }
}

Counts ActionCounter::count(const ir::Activity& activity) const {
  Counts counts;
  counts.cycles = static_cast<double>(latency_.cycles(activity));
  counts.populations.resize(sizes_.size());
  for (std::size_t p = 0; p < sizes_.size(); ++p) {
    const EngineSize& e = sizes_[p];
    const ir::PopulationActivity& a = activity.populations[p];
    PopulationCounts& c = counts.populations[p];
    const auto steps = static_cast<double>(a.step_events.size());
    const auto groups = static_cast<double>(e.groups);
    const auto padded = static_cast<double>(e.groups * e.lanes);
    c.events = static_cast<double>(a.events);
    c.weight_rows_read = static_cast<double>(latency_.weight_reads(activity, p));
    c.weight_bits_read = c.weight_rows_read * static_cast<double>(e.weights.width);
    // Where the last event's pass is the update as well, only steps without event need one more.
    const bool fused = ir::fused_update(network_, p);
    double updates = 0;
    for (const std::int64_t events : a.step_events) {
      if (!fused || events == 0) updates += static_cast<double>(e.add_groups);
    }
    if (e.sums.width > 0) {
      // A step's first beat writes sums without reading any; the engine reads each once more.
      c.sum_rows_written = c.weight_rows_read + updates;
      c.sum_rows_read = c.sum_rows_written;
      c.state_rows_read = steps * groups;
    } else {
      c.state_rows_read = c.weight_rows_read + updates;
    }
    c.state_rows_written = c.state_rows_read;
    c.state_bits_moved =
        (c.state_rows_read + c.state_rows_written) * static_cast<double>(e.states.width);
    c.update_groups = steps * groups;
    if (e.parameters.width > 0) {
      c.parameter_rows_read = c.update_groups;
      c.parameter_bits_read = c.parameter_rows_read * static_cast<double>(e.parameters.width);
    }
    c.additions = static_cast<double>(a.synaptic_operations);
    c.lane_additions = c.weight_rows_read * static_cast<double>(e.add_lanes);
    c.updates = static_cast<double>(a.updates);
    c.lane_updates = steps * padded;
    c.spikes = static_cast<double>(a.spikes);
    c.bitmap_bits_written = steps * padded * static_cast<double>(e.bitmaps * (1 + e.event_bits));
    c.score_bits_moved = 2 * steps * padded * static_cast<double>(e.score_bits);

    const auto into = network_.projections_into(p);
    for (std::size_t k = 0; k < into.size(); ++k) {
      const ir::Source source = into[k]->source;
      if (source.kind != ir::Source::Kind::Population) continue;
      if (std::holds_alternative<ir::MaxPool>(into[k]->connectivity)) continue;
      for (const auto& elements : a.projections[k].step_elements) {
        count_scan(sizes_[source.index], static_cast<std::int64_t>(elements.size()),
                   counts.populations[source.index]);
      }
    }
  }
  if (spike_stream_) {
    for (const std::int64_t spikes : activity.populations[*spike_stream_].step_spikes) {
      count_scan(sizes_[*spike_stream_], spikes, counts.populations[*spike_stream_]);
    }
  }
  return counts;
}

Counts operator+(const Counts& a, const Counts& b) {
  if (a.populations.empty()) return b;
  if (b.populations.empty()) return a;
  Counts sum = a;
  sum.cycles += b.cycles;
  for (std::size_t p = 0; p < sum.populations.size(); ++p) {
    for (const auto field : kFields) sum.populations[p].*field += b.populations[p].*field;
  }
  return sum;
}

Counts scale(const Counts& counts, double factor) {
  Counts scaled = counts;
  scaled.cycles *= factor;
  for (PopulationCounts& p : scaled.populations) {
    for (const auto field : kFields) p.*field *= factor;
  }
  return scaled;
}

}  // namespace hillock::hw_models
