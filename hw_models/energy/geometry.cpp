#include "hw_models/energy/geometry.h"

#include <algorithm>
#include <bit>

#include "compiler/ir/hardware_view.h"

namespace hillock::hw_models {
namespace {

constexpr std::int64_t kScanWordBits = 32;

bool has_consumer(const ir::QuantizedNetwork& network, std::size_t population) {
  return std::any_of(network.projections.begin(), network.projections.end(),
                     [population](const ir::QuantizedProjection& k) {
                       return k.source.kind == ir::Source::Kind::Population &&
                              k.source.index == population;
                     });
}

// Bits per neuron of the parameter memory: only what differs between neurons is stored.
std::int64_t stored_bits(const ir::QuantizedPopulation& p) {
  std::int64_t bits = 0;
  if (p.spiking && !p.threshold.uniform()) bits += p.membrane_bits;
  if (!p.decay.uniform()) bits += p.decay_shift + 1;
  if (!p.bias.uniform()) bits += p.accumulator_bits;
  if (p.spiking && !p.reset_value.uniform()) bits += p.membrane_bits;
  return bits;
}

ScanSize scan_size(std::int64_t lanes, std::int64_t groups) {
  const auto ceil_pow2 = [](std::int64_t v) {
    return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(v)));
  };
  if (lanes > kScanWordBits) {
    const std::int64_t slices = ceil_pow2(numeric::ceil_div(lanes, kScanWordBits));
    return {groups * slices, numeric::ceil_div(lanes, slices)};
  }
  const auto fit =
      static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(kScanWordBits / lanes)));
  const std::int64_t pack = std::min(fit, ceil_pow2(groups));
  return {numeric::ceil_div(groups, pack), lanes * pack};
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
  if ((delayed && p.reset.mechanism != ResetMechanism::None) || quirk) {
    u.compare_bits += m;  // snn_prepare
  }
  if (subtract) u.add_bits += delayed ? s + 2 : m + 2;  // threshold taken away
  u.add_bits += s + 2;                                  // prepared sum
  return u;
}

}  // namespace

EngineSize engine_size(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                       std::size_t population) {
  const ir::QuantizedPopulation& p = network.populations[population];
  const ir::QuantizedProjection& into = *network.projections_into(population)[0];
  const auto sources =
      static_cast<std::int64_t>(ir::element_count(network.source_shape(into.source)));
  const bool lose = p.spiking && p.reset.mechanism == ir::ResetMechanism::Zero &&
                    p.reset.timing == ir::ResetTiming::Delayed &&
                    p.reset.zero_input == ir::ZeroInput::Lost;
  const bool quirk = p.spiking && p.reset.mechanism == ir::ResetMechanism::Subtract &&
                     p.reset.timing == ir::ResetTiming::SameStepQuirk;
  const std::int64_t held = lose || quirk ? 1 : 0;
  const std::int64_t stored = stored_bits(p);

  EngineSize e;
  e.neurons = static_cast<std::int64_t>(p.neurons());
  e.lanes = mapping.lanes[population];
  e.groups = mapping.groups(network, population);
  e.sum_bits = p.accumulator_bits;
  e.weight_bits = into.weight_bits;
  if (into.source.kind == ir::Source::Kind::Input) {
    e.value_bits = ir::value_bits(network.inputs[into.source.index]);
  }
  e.weights = {sources * e.groups, e.lanes * e.weight_bits};
  e.states = {e.groups, e.lanes * (p.accumulator_bits + held)};
  if (stored > 0) e.parameters = {e.groups, e.lanes * stored};
  e.update = update_size(p);
  // snn_lane: f_sum, f_held, d_membrane, the stored parameters once more; snn_decay: the product;
  // snn_prepare: the offset, held.
  e.pipeline_bits = p.accumulator_bits + 2 * held + p.membrane_bits + stored +
                    (e.update.multiply_a > 0 ? p.membrane_bits + p.decay_shift + 2 : 0) +
                    p.accumulator_bits + 2;
  e.feeds_bitmap = has_consumer(network, population);
  if (e.feeds_bitmap) e.scan = scan_size(e.lanes, e.groups);
  if (population == network.output) e.score_bits = ir::score_bits(network);
  return e;
}

}  // namespace hillock::hw_models
