#include "compiler/ir/quantized_network.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

namespace hillock::ir {
namespace {

void require(bool ok, std::string_view where, std::string_view what) {
  if (!ok) throw std::logic_error(fmt::format("quantized network: {}: {}", where, what));
}

template <typename T>
bool fits(const PerNeuron<T>& values, std::size_t neurons) {
  return values.uniform() || values.stored().size() == neurons;
}

void verify(const QuantizedPopulation& p) {
  const std::size_t n = p.neurons();
  require(n > 0, p.name, "no neurons");
  require(p.fraction_bits >= 0 && p.fraction_bits <= 24, p.name, "fraction bits");
  require(p.decay_shift >= 0 && p.decay_shift <= 30, p.name, "decay shift");
  require(fits(p.decay, n) && fits(p.bias, n) && fits(p.threshold, n) && fits(p.reset_value, n) &&
              fits(p.scale, n),
          p.name, "parameter count");
  require(p.decay.min() >= 0 && p.decay.max() <= (std::int64_t{1} << p.decay_shift), p.name,
          "decay outside 0..1");
  require(p.threshold.min() >= 0, p.name, "negative threshold");
  require(p.reset_offset == 0 || p.reset_offset == 1, p.name, "reset offset");
  require(p.membrane_bits >= 2 && p.membrane_bits <= p.accumulator_bits && p.accumulator_bits <= 60,
          p.name, "widths");
  require(p.threshold.max() <= numeric::max_of(p.membrane_bits), p.name,
          "threshold wider than the membrane");
  require((p.membrane_bits == p.accumulator_bits) == (p.overflow == numeric::OverflowMode::Proved),
          p.name, "overflow mode and widths disagree");
}

}  // namespace

std::vector<const QuantizedProjection*> QuantizedNetwork::projections_into(
    std::size_t target) const {
  std::vector<const QuantizedProjection*> into;
  for (const QuantizedProjection& p : projections) {
    if (p.target == target) into.push_back(&p);
  }
  return into;
}

void verify(const QuantizedNetwork& network) {
  require(!network.populations.empty(), network.name, "no populations");
  require(network.output < network.populations.size(), network.name, "output");
  require(network.timesteps > 0, network.name, "timesteps");
  for (const QuantizedPopulation& p : network.populations) verify(p);
  for (const QuantizedProjection& p : network.projections) {
    require(p.target < network.populations.size(), p.name, "target");
    require(p.source.index < (p.source.kind == Source::Kind::Input ? network.inputs.size()
                                                                   : network.populations.size()),
            p.name, "source");
    require(p.weight_bits >= 1 && p.weight_bits <= 16, p.name, "weight bits");
    const auto& dense = std::get<QuantizedDense>(p.connectivity);
    require(dense.weight.rows == network.populations[p.target].neurons() &&
                dense.weight.cols == element_count(network.source_shape(p.source)),
            p.name, "weight shape");
    for (const std::int32_t w : dense.weight.data) {
      const bool ok = p.weight_bits == 1 ? (w == 1 || w == -1)
                                         : (w >= numeric::min_of(p.weight_bits) &&
                                            w <= numeric::max_of(p.weight_bits));
      require(ok, p.name, "weight does not fit its bits");
    }
  }
}

void verify(const QuantizedNetwork& network, const Mapping& mapping) {
  require(mapping.lanes.size() == network.populations.size(), network.name, "lanes");
  for (std::size_t i = 0; i < mapping.lanes.size(); ++i) {
    require(mapping.lanes[i] >= 1 &&
                static_cast<std::size_t>(mapping.lanes[i]) <= network.populations[i].neurons(),
            network.populations[i].name, "lanes");
  }
}

}  // namespace hillock::ir
