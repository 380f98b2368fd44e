#include "hw_models/energy/ann.h"

#include <algorithm>
#include <numeric>
#include <variant>

#include "compiler/ir/hardware_view.h"
#include "hw_models/energy/coefficients.h"
#include "hw_models/energy/memory_energy.h"
#include "hw_models/geometry/geometry.h"

namespace hillock::hw_models {
namespace {

double real(std::int64_t v) { return static_cast<double>(v); }

// A calibrated table has its own names for the same.
Interval per_bit(const CoefficientTable& t, std::string_view literature,
                 std::string_view calibrated) {
  return t.find(literature) != nullptr ? t.at(literature).per_bit() : t.at(calibrated).per_bit();
}

std::size_t elements_of(const ir::QuantizedNetwork& n, const ir::Source& s) {
  return s.kind == ir::Source::Kind::Input ? ir::element_count(n.inputs[s.index].shape)
                                           : n.populations[s.index].neurons();
}

// What the spiking network would count without any event.
Counts without_events(const Counts& counts) {
  Counts out = counts;
  double longest = 0;
  for (PopulationCounts& p : out.populations) {
    longest = std::max(longest, p.weight_rows_read);
    const double sums = p.sum_rows_read > 0 ? p.weight_rows_read : 0;
    const double states = p.sum_rows_read > 0 ? 0 : p.weight_rows_read;
    p.sum_rows_read -= sums;
    p.sum_rows_written -= sums;
    const double kept = p.state_rows_read > 0 ? 1 - states / p.state_rows_read : 1;
    p.state_rows_read -= states;
    p.state_rows_written -= states;
    p.state_bits_moved *= kept;
    p.events = p.weight_rows_read = p.weight_bits_read = p.additions = p.lane_additions = 0;
    p.spikes = p.event_bits_read = p.scan_words_min = p.scan_words_max = 0;
  }
  // Engines work at the same time: the busiest one's rows are what the sample was long for.
  out.cycles = std::max(0.0, counts.cycles - longest);
  return out;
}

}  // namespace

AnnComparison compare_with_ann(const EnergyEstimate& estimate, const Counts& counts,
                               const ir::QuantizedNetwork& network, const ir::Mapping& mapping) {
  const CoefficientTable& t = coefficients_of(estimate.target);
  const Interval add = per_bit(t, "add", "logic_add");
  const Interval multiply = t.find("multiply") != nullptr ? t.at("multiply").per_bit_product()
                                                          : t.at("logic_multiply").per_bit();
  const Interval clock = per_bit(t, "register", "clock_lane");
  AnnComparison ann;
  double longest = 0;
  double events = 0;
  double places = 0;  // source elements times steps
  double registers = 0;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const EngineSize e = engine_size(network, mapping, p);
    double rows = 0;
    double macs = 0;
    for (std::size_t k = 0; k < network.projections.size(); ++k) {
      const ir::QuantizedProjection& into = network.projections[k];
      if (into.target != p || std::holds_alternative<ir::MaxPool>(into.connectivity)) continue;
      for (const std::uint32_t n : ir::tap_counts(network, mapping, k)) rows += n;
      for (std::size_t i = 0; i < elements_of(network, into.source); ++i) {
        ir::for_each_synapse(into.connectivity, i, [&](std::size_t, std::int32_t) { ++macs; });
      }
      const double steps = e.neurons > 0 ? counts.populations[p].updates / real(e.neurons) : 0;
      places += static_cast<double>(elements_of(network, into.source)) * steps;
    }
    events += counts.populations[p].events;
    longest = std::max(longest, rows);
    ann.macs += macs;
    ann.weight_bits_read += rows * real(e.weights.width);
    // A product is as wide as both factors; the sum grows by that much.
    const double sum_bits = real(e.sum_bits + kActivationBits);
    ann.energy_j += read_energy(t, e.weights) * rows;
    ann.energy_j += (multiply * real(e.weight_bits * kActivationBits) + add * sum_bits) * macs;
    // The sums of a row of lanes stay in registers over all inputs; results and inputs are
    // activations.
    const MemorySize activations{e.groups, e.lanes * kActivationBits};
    ann.energy_j += (read_energy(t, activations) + write_energy(t, activations)) * real(e.groups);
    ann.activation_bits_moved += 2 * real(e.groups * e.lanes * kActivationBits);
    // Scaling back to the bits of an activation: one product a neuron.
    ann.energy_j += (multiply * real(kActivationBits * e.sum_bits)) * real(e.neurons);
    registers += real(e.add_lanes) * (sum_bits + real(e.weight_bits + kActivationBits));
  }
  ann.cycles = longest;
  ann.energy_j += clock * (registers * ann.cycles);
  // Leakage and whatever a device takes while on, in the share of the time.
  for (const EnergyComponent& c : estimate.breakdown) {
    if (c.name == "leakage" && counts.cycles > 0)
      ann.energy_j += c.energy_j * (ann.cycles / counts.cycles);
  }
  if (const Coefficient* tree = t.find("clock_tree")) ann.energy_j += tree->base() * ann.cycles;

  ann.spikes_per_synapse = ann.macs > 0 ? estimate.synaptic_operations / ann.macs : 0;
  ann.spike_rate = places > 0 ? events / places : 0;
  const double still =
      estimate_energy(without_events(counts), network, mapping, estimate.target, estimate.clock_hz)
          .energy_j.nominal;
  const double moving = estimate.energy_j.nominal - still;
  if (moving > 0 && ann.energy_j.nominal > still)
    ann.break_even_rate = ann.spike_rate * (ann.energy_j.nominal - still) / moving;
  return ann;
}

}  // namespace hillock::hw_models
