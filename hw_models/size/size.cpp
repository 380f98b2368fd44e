#include "hw_models/size/size.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "compiler/ir/hardware_view.h"

namespace hillock::hw_models {
namespace {

// Signed powers of two that sum up to m, at the least.
int signed_digits(std::int64_t m) {
  const auto u = static_cast<std::uint64_t>(m);
  return std::popcount((3 * u) ^ u);
}

// LUTs of the leak of one neuron: an addition for each digit but the first, and the rounding; or a
// multiplier where it differs between neurons.
double leak(const ir::PerNeuron<std::int64_t>& decay, int shift, int bits) {
  if (!decay.uniform()) return 1.3 * bits * (shift + 1);
  if (shift == 0) return 0;
  return bits * static_cast<double>(std::max(signed_digits(decay[0]), 1));
}

double population_luts(const ir::QuantizedNetwork& n, const ir::Mapping& m, std::size_t p) {
  const ir::QuantizedPopulation& q = n.populations[p];
  const int lanes = m.lanes[p];
  const int update = m.update_lanes_of(p);
  const int acc = q.current_bits > 0 ? q.current_bits : q.accumulator_bits;
  const double groups = static_cast<double>(m.groups(n, p));
  double luts = 120;  // control, counters
  if (m.split(p)) {
    const int bits = ir::step_sum_bits(n, m, p);
    const bool registers = ir::dense_groups(n, m, p) == 1;
    luts += lanes * bits * (registers ? 1.0 : 2.0);
    luts += 0.35 * lanes * bits;  // the row that is handed on
  }
  double lane = 2.0 * acc + leak(q.decay, q.decay_shift, q.membrane_bits);
  if (q.spiking) lane += 0.7 * q.membrane_bits;
  lane += 2.5 * q.accumulator_bits;  // bias and reset
  if (q.current_bits > 0) {
    lane += 2.0 * q.accumulator_bits;
    lane += leak(q.current_decay, q.current_decay_shift, q.current_bits);
  }
  luts += update * lane;
  // Spikes on their way to each reader.
  for (const ir::QuantizedProjection& k : n.projections) {
    if (k.source.kind == ir::Source::Kind::Population && k.source.index == p) {
      luts += 150 + 0.1 * groups * update;
    }
  }
  return luts;
}

}  // namespace

double estimate_luts(const ir::QuantizedNetwork& network, const ir::Mapping& mapping) {
  double luts = 100;  // cycles, choice of a counter
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    luts += population_luts(network, mapping, p);
  }
  for (const ir::Output& output : ir::outputs_of(network)) {
    luts += 60 + 2.0 * mapping.update_lanes_of(output.population) * ir::score_bits(network, output);
  }
  return luts;
}

std::vector<double> estimate_luts_by_population(const ir::QuantizedNetwork& network,
                                                const ir::Mapping& mapping) {
  std::vector<double> luts;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    luts.push_back(population_luts(network, mapping, p));
  }
  return luts;
}

}  // namespace hillock::hw_models
