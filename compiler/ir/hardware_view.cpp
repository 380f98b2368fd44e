#include "compiler/ir/hardware_view.h"

#include <algorithm>
#include <set>

namespace hillock::ir {

bool from_static_input(const QuantizedNetwork& n, const QuantizedProjection& p) {
  return p.source.kind == Source::Kind::Input && n.inputs[p.source.index].is_static;
}

bool keeps_static_sum(const QuantizedNetwork& n, std::size_t population) {
  const std::vector<const QuantizedProjection*> into = n.projections_into(population);
  return std::any_of(into.begin(), into.end(),
                     [&](const QuantizedProjection* p) { return from_static_input(n, *p); });
}

std::vector<std::size_t> stream_order(const QuantizedNetwork& n, std::size_t population) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < n.projections.size(); ++k) {
    if (n.projections[k].target == population) order.push_back(k);
  }
  const auto rank = [&](std::size_t k) {
    const QuantizedProjection& p = n.projections[k];
    if (p.delay > 0) return 3;
    return p.source.kind == Source::Kind::Population ? 2 : from_static_input(n, p) ? 0 : 1;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return order;
}

std::vector<ResultField> result_fields(const QuantizedNetwork& n) {
  std::vector<ResultField> fields;
  ResultField at;
  for (const Output& output : outputs_of(n)) {
    at.class_bits =
        address_bits(static_cast<std::int64_t>(n.populations[output.population].neurons()));
    at.score_bits = score_bits(n, output);
    fields.push_back(at);
    at.class_at += at.class_bits;
    at.score_at += at.score_bits;
  }
  return fields;
}

bool fused_update(const QuantizedNetwork& n, std::size_t population) {
  const std::vector<const QuantizedProjection*> into = n.projections_into(population);
  return into.size() == 1 && std::holds_alternative<QuantizedDense>(into[0]->connectivity);
}

std::int64_t dense_groups(const QuantizedNetwork& n, const Mapping& m, std::size_t population) {
  return static_cast<std::int64_t>(layout_of(n, population, m.lanes[population]).groups());
}

int step_sum_bits(const QuantizedNetwork& n, const Mapping& m, std::size_t population) {
  const QuantizedPopulation& p = n.populations[population];
  const QuantizedProjection& k = *n.projections_into(population).at(0);
  const auto& weight = std::get<QuantizedDense>(k.connectivity).weight;
  // The neuron's sum is exact modulo 2^bits, and the low fraction bits of a weight are 0.
  const int acc_bits = p.current_bits > 0 ? p.current_bits : p.accumulator_bits;
  const int most = std::max(2, acc_bits - p.fraction_bits);
  if (m.is_loadable(population)) return most;
  std::int64_t min = 1;
  std::int64_t max = 1;
  if (k.source.kind == Source::Kind::Input) {
    min = n.inputs[k.source.index].min_value;
    max = n.inputs[k.source.index].max_value;
  } else {
    const QuantizedPopulation& source = n.populations[k.source.index];
    max = source.max_spikes;
    if (source.sends_membranes()) {
      min = numeric::min_of(source.value_bits);
      max = numeric::max_of(source.value_bits);
    }
  }
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
  for (std::size_t j = 0; j < weight.rows; ++j) {
    std::int64_t lo = 0;
    std::int64_t hi = 0;
    for (std::size_t i = 0; i < weight.cols; ++i) {
      const std::int64_t a = weight(j, i) * min;
      const std::int64_t b = weight(j, i) * max;
      lo += std::min({std::int64_t{0}, a, b});
      hi += std::max({std::int64_t{0}, a, b});
    }
    lowest = std::min(lowest, lo);
    highest = std::max(highest, hi);
  }
  return std::clamp(numeric::bits_for_range(lowest, highest), 2, most);
}

TapKind tap_kind(const QuantizedNetwork& n, const Mapping& m, std::size_t projection) {
  const QuantizedProjection& p = n.projections[projection];
  if (std::holds_alternative<QuantizedDense>(p.connectivity)) return TapKind::Dense;
  if (std::holds_alternative<MaxPool>(p.connectivity)) return TapKind::Pool;
  const auto* conv = std::get_if<QuantizedConv>(&p.connectivity);
  if (conv == nullptr) return TapKind::Sparse;
  if (p.source.kind == Source::Kind::Input) return TapKind::Conv;
  const ConvGeometry& g = conv->geometry;
  const Layout source = layout_of(n, m, p.source.index);
  const bool plain = source.positions == 1 && source.blocks == 1;
  const bool by_position = source.positions == g.in_height * g.in_width &&
                           source.blocks * source.block_channels == g.in_channels;
  return plain || by_position ? TapKind::Conv : TapKind::Sparse;
}

namespace {

std::vector<std::uint32_t> row_taps(const MaxPool& pool, const Layout& source) {
  std::vector<std::uint32_t> counts(source.groups(), 0);
  for (std::size_t group = 0; group < counts.size(); ++group) {
    // Any plane will do: windows do not depend on the channel.
    for_each_window(pool, group / source.position_groups(), [&](std::size_t) { ++counts[group]; });
  }
  return counts;
}

}  // namespace

std::vector<std::uint32_t> tap_counts(const QuantizedNetwork& n, const Mapping& m,
                                      std::size_t projection) {
  const QuantizedProjection& p = n.projections[projection];
  const Layout target = layout_of(n, m, p.target);
  if (const auto* pool = std::get_if<MaxPool>(&p.connectivity)) {
    return row_taps(*pool, layout_of(n, m, p.source.index));
  }
  const SourceAddresses addresses(n, m, p.source);
  if (tap_kind(n, m, projection) == TapKind::Dense) {
    return std::vector<std::uint32_t>(addresses.count(),
                                      static_cast<std::uint32_t>(dense_groups(n, m, p.target)));
  }
  std::vector<std::uint32_t> counts(addresses.count(), 0);
  const std::size_t elements = element_count(n.source_shape(p.source));
  std::set<std::size_t> groups;
  for (std::size_t i = 0; i < elements; ++i) {
    groups.clear();
    for_each_synapse(p.connectivity, i, [&](std::size_t j, std::int32_t) {
      groups.insert(target.slot_of(j) / target.lanes);
    });
    counts[addresses.of(i)] = static_cast<std::uint32_t>(groups.size());
  }
  return counts;
}

SourceAddresses::SourceAddresses(const QuantizedNetwork& n, const Mapping& m, const Source& source)
    : elements_(element_count(n.source_shape(source))) {
  if (source.kind == Source::Kind::Population) layout_ = layout_of(n, m, source.index);
}

std::size_t SourceAddresses::count() const {
  // In one position and block slots are the neurons themselves, and none comes after the last one.
  const bool plain = !layout_ || layout_->positions * layout_->blocks == 1;
  return plain ? elements_ : layout_->slots();
}

TraceLayout trace_layout(const QuantizedNetwork& n, const Mapping& m) {
  const auto words = [](int bits) { return (bits + 31) / 32; };
  TraceLayout layout;
  for (std::size_t p = 0; p < n.populations.size(); ++p) {
    TraceRow r;
    r.lanes = m.update_lanes_of(p);
    r.groups = static_cast<int>(m.groups(n, p));
    r.membrane_bits = n.populations[p].membrane_bits;
    r.group_word = layout.row_words;
    r.spike_word = r.group_word + 1;
    r.spike_words = words(r.lanes);
    r.membrane_word = r.spike_word + r.spike_words;
    r.membrane_words = words(r.lanes * r.membrane_bits);
    r.value_word = r.membrane_word + r.membrane_words;
    if (event_bits(n.populations[p]) > 1) {
      r.value_bits = event_bits(n.populations[p]);
      r.value_signed = n.populations[p].sends_membranes();
      r.value_words = words(r.lanes * r.value_bits);
    }
    layout.row_words = r.value_word + r.value_words;
    layout.rows.push_back(r);
  }
  // At least three words: simulators keep such vectors as arrays of words, whatever the network.
  layout.stall_bits = static_cast<int>(n.projections.size() + n.populations.size());
  layout.flag_words = std::max(3, words(layout.stall_bits));
  layout.counter_words = kCounterWords * static_cast<int>(n.populations.size()) + 1;
  return layout;
}

std::optional<SpikeStream> spike_stream(const QuantizedNetwork& n, const Mapping& m) {
  if (!m.spike_stream) return std::nullopt;
  const QuantizedPopulation& p = n.populations[*m.spike_stream];
  const Layout layout = layout_of(n, m, *m.spike_stream);
  return SpikeStream{*m.spike_stream, address_bits(static_cast<std::int64_t>(p.neurons())),
                     event_bits(p), layout.positions * layout.blocks == 1};
}

int StoredParameters::bits(const QuantizedPopulation& p) const {
  return (threshold ? p.membrane_bits : 0) + (decay ? p.decay_shift + 1 : 0) +
         (bias ? p.accumulator_bits : 0) + (reset_value ? p.membrane_bits : 0) +
         (current_decay ? p.current_decay_shift + 1 : 0) + (current_bias ? p.current_bits : 0) +
         (reset_decay ? p.decay_shift + 2 : 0) + (reset_current ? p.current_bits : 0);
}

StoredParameters stored_parameters(const QuantizedPopulation& p) {
  const bool current = p.synapse != Synapse::None;
  return {p.spiking && !p.threshold.uniform(),
          !p.decay.uniform(),
          !p.bias.uniform(),
          p.spiking && !p.reset_value.uniform(),
          current && !p.current_decay.uniform(),
          current && !p.current_bias.uniform(),
          current && !p.reset_decay.uniform(),
          current && !p.reset_current.uniform()};
}

}  // namespace hillock::ir
