#include "hw_models/geometry/geometry.h"

#include <algorithm>

#include "compiler/ir/hardware_view.h"
#include "compiler/ir/scan_shape.h"

namespace hillock::hw_models {
namespace {

// Readers of the spikes of a population, each from a bitmap of its own: projections, and the stream
// that leaves the accelerator.
std::int64_t bitmap_count(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                          std::size_t population) {
  const std::int64_t out = mapping.spike_stream == population ? 1 : 0;
  return out + std::count_if(network.projections.begin(), network.projections.end(),
                             [population](const ir::QuantizedProjection& k) {
                               return k.source.kind == ir::Source::Kind::Population &&
                                      k.source.index == population &&
                                      !std::holds_alternative<ir::MaxPool>(k.connectivity);
                             });
}

// Rows of weights of one projection, and their width.
MemorySize weight_memory(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                         std::size_t projection) {
  const ir::QuantizedProjection& p = network.projections[projection];
  // As taps see it.
  const ir::Layout target = ir::layout_of(network, p.target, mapping.lanes[p.target]);
  const auto lanes = static_cast<std::int64_t>(target.lanes);
  MemorySize size{0, lanes * p.weight_bits};
  switch (ir::tap_kind(network, mapping, projection)) {
    case ir::TapKind::Dense:
      size.depth = static_cast<std::int64_t>(
          ir::SourceAddresses(network, mapping, p.source).count() * target.groups());
      break;
    case ir::TapKind::Conv: {
      const ir::ConvGeometry& g = std::get<ir::QuantizedConv>(p.connectivity).geometry;
      size.depth = static_cast<std::int64_t>(g.in_channels * g.kernel_height * g.kernel_width *
                                             target.block_groups());
      break;
    }
    case ir::TapKind::Sparse:
      for (const std::uint32_t rows : ir::tap_counts(network, mapping, projection)) {
        size.depth += rows;
      }
      size.width += ir::address_bits(static_cast<std::int64_t>(target.groups()));
      break;
    case ir::TapKind::Pool:
      size.depth = 2 * mapping.groups(network, p.source.index);
      size.width = lanes * network.populations[p.source.index].membrane_bits;
      break;
  }
  return size;
}

UpdateSize update_size(const ir::QuantizedPopulation& p) {
  using ir::ResetMechanism;
  using ir::ResetTiming;
  UpdateSize u;
  const bool delayed = p.spiking && p.reset.timing == ResetTiming::Delayed;
  const bool quirk = p.spiking && p.reset.timing == ResetTiming::SameStepQuirk;
  const bool subtract = p.spiking && p.reset.mechanism == ResetMechanism::Subtract;
  const std::int64_t m = p.membrane_bits;
  const std::int64_t s = p.accumulator_bits;
  const bool whole = p.decay.uniform() && p.decay[0] == (std::int64_t{1} << p.decay_shift);
  if (!whole) {
    u.multiply_a = m;
    u.multiply_b = p.decay_shift + 1;
    u.constant_multiplier = p.decay.uniform();
    if (p.decay_shift > 0) u.add_bits += m + p.decay_shift + 2;  // rounding
  }
  if (p.spiking) u.compare_bits += m;  // snn_fire
  if (p.sends_counts()) {
    // A subtraction for every bit of the count, and whether any spike is left.
    u.add_bits += ir::event_bits(p) * (m + ir::event_bits(p) + 2);
    u.compare_bits += m;
  }
  if (p.sends_membranes() && p.value_shift > 0) u.add_bits += m;  // rounding
  if ((delayed && p.reset.mechanism != ResetMechanism::None) || quirk) {
    u.compare_bits += m;  // snn_prepare
  }
  if (subtract && !p.sends_counts()) u.add_bits += delayed ? s + 2 : m + 2;  // threshold taken away
  u.add_bits += s + 2;                                                       // prepared sum
  if (p.synapse != ir::Synapse::None) {
    // snn_prepare_current: a leak of its own, its rounding and its bias; and the sum with the
    // membrane.
    const bool kept = p.current_decay.uniform() &&
                      p.current_decay[0] == (std::int64_t{1} << p.current_decay_shift);
    if (!kept) {
      // Two products in one figure: as many bits as both have together.
      u.multiply_a += std::int64_t{p.current_bits} * (p.current_decay_shift + 1) /
                      std::max<std::int64_t>(u.multiply_b, 1);
      if (u.multiply_b == 0) u.multiply_b = 1;
      u.constant_multiplier = u.constant_multiplier && p.current_decay.uniform();
      u.add_bits += p.current_bits + p.current_decay_shift + 2;
    }
    u.add_bits += p.current_bits + s;
    if (p.alpha_subtracts()) u.add_bits += p.current_bits;  // taken from E
  } else if (p.current_bits > 0) {
    u.add_bits += s;  // the maximum joins the membrane
  }
  return u;
}

}  // namespace

EngineSize engine_size(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                       std::size_t population) {
  const ir::QuantizedPopulation& p = network.populations[population];
  const bool lose = p.spiking && p.reset.mechanism == ir::ResetMechanism::Zero &&
                    p.reset.timing == ir::ResetTiming::Delayed &&
                    p.reset.zero_input == ir::ZeroInput::Lost;
  const bool quirk = p.spiking && p.reset.mechanism == ir::ResetMechanism::Subtract &&
                     p.reset.timing == ir::ResetTiming::SameStepQuirk;
  const bool alpha = p.synapse == ir::Synapse::Alpha;
  const std::int64_t held = lose || quirk || alpha ? 1 : 0;
  // What events add to, and beside it the membrane's own word where that is another.
  const std::int64_t acc = p.current_bits > 0 ? p.current_bits : p.accumulator_bits;
  const std::int64_t rest = p.current_bits > 0 ? p.accumulator_bits : 0;
  const std::int64_t stored = ir::stored_parameters(p).bits(p);

  EngineSize e;
  e.neurons = static_cast<std::int64_t>(p.neurons());
  e.lanes = mapping.update_lanes_of(population);
  e.groups = mapping.groups(network, population);
  e.add_lanes = mapping.lanes[population];
  e.add_groups = static_cast<std::int64_t>(
      ir::layout_of(network, population, mapping.lanes[population]).groups());
  e.sum_bits = acc;
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    const ir::QuantizedProjection& into = network.projections[k];
    if (into.target != population) continue;
    e.weight_bits = std::max<std::int64_t>(e.weight_bits, into.weight_bits);
    if (!std::holds_alternative<ir::MaxPool>(into.connectivity)) {
      e.value_bits = std::max<std::int64_t>(e.value_bits, ir::value_bits(network, into.source));
    }
    const MemorySize rows = weight_memory(network, mapping, k);
    e.weights.depth += rows.depth;
    e.weights.width = std::max(e.weights.width, rows.width);
  }
  const std::int64_t kept = ir::keeps_static_sum(network, population) ? acc : 0;
  e.states = {e.groups, e.lanes * (acc + rest + kept + held)};
  if (stored > 0) e.parameters = {e.groups, e.lanes * stored};
  e.update = update_size(p);
  if (mapping.split(population)) {
    e.sum_bits = ir::step_sum_bits(network, mapping, population);
    e.sums = {e.add_groups == 1 ? 1 : 2 * e.add_groups, e.add_lanes * e.sum_bits};
    e.update.add_bits += acc;  // a step's sum joins the neuron's own
  }
  // snn_lane: f_sum, f_held, d_membrane, the stored parameters once more; snn_decay: the product;
  // snn_prepare: the offset, held.
  e.pipeline_bits = acc + 2 * rest + 3 * kept + 2 * held + p.membrane_bits + stored +
                    (e.update.multiply_a > 0 ? p.membrane_bits + p.decay_shift + 2 : 0) +
                    p.accumulator_bits + 2;
  e.bitmaps = bitmap_count(network, mapping, population);
  if (ir::event_bits(p) > 1) e.event_bits = ir::event_bits(p);
  if (e.bitmaps > 0) {
    const ir::ScanShape scan =
        ir::scan_shape(static_cast<int>(e.lanes), static_cast<int>(e.groups));
    e.scan = {scan.words, scan.word_bits};
  }
  if (const auto readout = ir::readout_of(network, population)) {
    e.score_bits = ir::score_bits(network, {population, *readout});
  }
  return e;
}

}  // namespace hillock::hw_models
