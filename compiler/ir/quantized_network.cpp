#include "compiler/ir/quantized_network.h"

#include <fmt/format.h>

#include <set>
#include <stdexcept>
#include <string_view>

#include "compiler/ir/layout.h"

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
              fits(p.scale, n) && fits(p.current_decay, n) && fits(p.current_bias, n),
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
  require(p.current_decay_shift >= 0 && p.current_decay_shift <= 30, p.name, "current decay shift");
  require(p.current_decay.min() >= 0 &&
              p.current_decay.max() <= (std::int64_t{1} << p.current_decay_shift),
          p.name, "current decay outside 0..1");
  require(p.max_spikes >= 1 && p.max_spikes <= kMaxSpikes, p.name, "max spikes");
  require(
      p.max_spikes == 1 || (p.spiking && p.reset.timing == ResetTiming::SameStep && !p.inhibition),
      p.name, "rule of several spikes a step");
  require(p.value_bits == 0 || (!p.spiking && p.value_bits >= 2 && p.value_bits <= 16), p.name,
          "value bits");
  require(p.value_shift >= 0 && p.value_shift <= 58, p.name, "value shift");
  require(p.value_bits == 0 || p.scale.uniform(), p.name, "scales of membranes that are sent");
  if (p.synapse != Synapse::Alpha) return;
  require(p.bias.min() == 0 && p.bias.max() == 0, p.name, "a bias beside alpha synapses");
  const bool lost =
      p.reset.mechanism != ResetMechanism::Zero || p.reset.zero_input == ZeroInput::Lost;
  require(!p.spiking || p.reset.mechanism == ResetMechanism::None ||
              (p.reset.timing == ResetTiming::Delayed && lost),
          p.name, "reset of alpha synapses");
  require(p.reset_decay.min() >= 0 &&
              p.reset_decay.max() <= (std::int64_t{1} << (p.decay_shift + 1)) &&
              p.reset_current.min() >= 0,
          p.name, "what a reset takes from alpha synapses");
}

bool weight_fits(std::int32_t w, int bits) {
  return bits == 1 ? w == 1 || w == -1 : w >= numeric::min_of(bits) && w <= numeric::max_of(bits);
}

void verify(const QuantizedProjection& p) {
  const auto* pool = std::get_if<MaxPool>(&p.connectivity);
  if (pool != nullptr) {
    require(p.weight_bits == 0 && fault_of(*pool).empty(), p.name, "max-pooling");
    return;
  }
  require(p.weight_bits >= 1 && p.weight_bits <= 16, p.name, "weight bits");
  if (const auto* dense = std::get_if<QuantizedDense>(&p.connectivity)) {
    require(dense->weight.data.size() == dense->weight.rows * dense->weight.cols, p.name,
            "weight count");
  }
  if (const auto* conv = std::get_if<QuantizedConv>(&p.connectivity)) {
    require(fault_of(conv->geometry).empty(), p.name, "geometry");
    require(conv->weight.size() == conv->geometry.weights(), p.name, "weight count");
  }
  if (const auto* weights = weights_of(p.connectivity)) {
    for (const std::int32_t w : *weights) {
      require(weight_fits(w, p.weight_bits), p.name, "weight does not fit its bits");
    }
    return;
  }
  const auto& sparse = std::get<QuantizedSparse>(p.connectivity);
  const QuantizedSparse::Synapse* before = nullptr;
  for (const QuantizedSparse::Synapse& s : sparse.synapses) {
    require(s.source < sparse.sources && s.target < sparse.targets, p.name, "synapse out of range");
    require(before == nullptr || before->source < s.source ||
                (before->source == s.source && before->target < s.target),
            p.name, "synapses out of order");
    require(weight_fits(s.weight, p.weight_bits), p.name, "weight does not fit its bits");
    before = &s;
  }
}

// A max-pooled population, its source, and that they count in the same units.
void verify_max_pool(const QuantizedNetwork& n, const QuantizedProjection& p) {
  require(p.source.kind == Source::Kind::Population && p.delay == 0, p.name,
          "source of a max-pool");
  require(n.projections_into(p.target).size() == 1, p.name, "not the only projection");
  const auto& pool = std::get<MaxPool>(p.connectivity);
  const QuantizedPopulation& source = n.populations[p.source.index];
  const QuantizedPopulation& target = n.populations[p.target];
  require(!source.spiking && source.decay.max() == 0 && source.synapse == Synapse::None &&
              !source.inhibition,
          source.name, "the source of a max-pool keeps a state");
  require(target.synapse == Synapse::None, target.name, "a max-pooled population with a current");
  require(layout_of(n, p.source.index, 1).positions == pool.in_height * pool.in_width, p.name,
          "positions");
  require(source.fraction_bits == target.fraction_bits, p.name, "fraction bits of a max-pool");
  require(target.current_bits == source.membrane_bits, p.name, "current bits of a max-pool");
  for (std::size_t i = 0; i < source.neurons(); ++i) {
    for_each_window(pool, i, [&](std::size_t j) {
      require(source.scale[i] == target.scale[j], p.name, "scales of a max-pool");
    });
  }
}

// What holds among all projections into one population.
void verify_target(const QuantizedNetwork& n, std::size_t population) {
  const QuantizedPopulation& p = n.populations[population];
  const ConvGeometry* shape = nullptr;
  int weight_bits = 0;
  bool fed = false;
  bool pooled = false;
  for (const QuantizedProjection* projection : n.projections_into(population)) {
    fed = fed || projection->delay == 0;
    if (std::holds_alternative<MaxPool>(projection->connectivity)) {
      pooled = true;
      verify_max_pool(n, *projection);
      continue;
    }
    require(weight_bits == 0 || weight_bits == projection->weight_bits, p.name,
            "projections of different weight bits");
    weight_bits = projection->weight_bits;
    const auto* conv = std::get_if<QuantizedConv>(&projection->connectivity);
    if (conv == nullptr) continue;
    const ConvGeometry& g = conv->geometry;
    require(shape == nullptr ||
                (shape->out_channels == g.out_channels && shape->out_height == g.out_height &&
                 shape->out_width == g.out_width && shape->groups == g.groups),
            p.name, "convolutions of different shapes");
    shape = &g;
  }
  require(fed, p.name, "no projection without delay");
  require(!p.inhibition || (shape == nullptr && !pooled), p.name,
          "inhibition without dense layout");
  if (p.synapse != Synapse::None || pooled) {
    require(p.current_bits >= 2 && p.current_bits <= 60, p.name, "current bits");
  } else {
    require(p.current_bits == 0, p.name, "current bits without a current");
  }
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
  std::set<std::size_t> outputs;
  for (const Output& output : outputs_of(network)) {
    require(output.population < network.populations.size(), network.name, "output");
    require(outputs.insert(output.population).second, network.name, "an output named twice");
  }
  require(network.timesteps > 0, network.name, "timesteps");
  for (const QuantizedPopulation& p : network.populations) verify(p);
  for (const QuantizedProjection& p : network.projections) {
    require(p.target < network.populations.size(), p.name, "target");
    require(p.source.index < (p.source.kind == Source::Kind::Input ? network.inputs.size()
                                                                   : network.populations.size()),
            p.name, "source");
    verify(p);
    require(target_count(p.connectivity) == network.populations[p.target].neurons() &&
                source_count(p.connectivity) == element_count(network.source_shape(p.source)),
            p.name, "weight shape");
    const bool from_input = p.source.kind == Source::Kind::Input;
    require(p.delay >= 0 && !(p.delay > 0 && from_input), p.name, "delay");
    require(from_input || p.delay > 0 || p.source.index < p.target, p.name, "order");
    require(from_input || network.populations[p.source.index].spiking ||
                network.populations[p.source.index].sends_membranes() ||
                std::holds_alternative<MaxPool>(p.connectivity),
            p.name, "source that sends nothing");
  }
  for (const QuantizedInput& i : network.inputs) {
    require(i.scale > 0 && i.min_value <= i.max_value, i.name, "range or scale");
  }
  for (std::size_t i = 0; i < network.populations.size(); ++i) verify_target(network, i);
}

void verify(const QuantizedNetwork& network, const Mapping& mapping) {
  require(mapping.lanes.size() == network.populations.size(), network.name, "lanes");
  require(mapping.update_lanes.empty() || mapping.update_lanes.size() == mapping.lanes.size(),
          network.name, "update lanes");
  require(mapping.loadable.empty() || mapping.loadable.size() == mapping.lanes.size(), network.name,
          "loadable");
  if (mapping.spike_stream) {
    require(*mapping.spike_stream < network.populations.size() &&
                network.populations[*mapping.spike_stream].spiking,
            network.name, "spike stream");
  }
  for (std::size_t i = 0; i < mapping.lanes.size(); ++i) {
    require(mapping.lanes[i] >= 1 && mapping.lanes[i] <= max_lanes(network, i),
            network.populations[i].name, "lanes");
    const auto source = pooled_source(network, i);
    require(!source || mapping.lanes[i] == mapping.lanes[*source], network.populations[i].name,
            "lanes of a max-pool");
    require(split_allowed(network, i, mapping.lanes[i], mapping.update_lanes_of(i)),
            network.populations[i].name, "update lanes");
  }
}

}  // namespace hillock::ir
