#include "compiler/ir/layout.h"

#include <algorithm>

#include "compiler/ir/hardware_view.h"

namespace hillock::ir {

std::optional<std::size_t> pooled_source(const QuantizedNetwork& network, std::size_t population) {
  for (const QuantizedProjection* p : network.projections_into(population)) {
    if (std::holds_alternative<MaxPool>(p->connectivity)) return p->source.index;
  }
  return std::nullopt;
}

Layout layout_of(const QuantizedNetwork& network, std::size_t population, int lanes) {
  Layout layout;
  layout.lanes = static_cast<std::size_t>(lanes);
  for (const QuantizedProjection* p : network.projections_into(population)) {
    if (const auto* conv = std::get_if<QuantizedConv>(&p->connectivity)) {
      const ConvGeometry& g = conv->geometry;
      layout.positions = g.out_height * g.out_width;
      layout.blocks = g.groups;
      layout.block_channels = g.group_outputs();
      return layout;
    }
    if (const auto* pool = std::get_if<MaxPool>(&p->connectivity)) {
      const Layout source = layout_of(network, p->source.index, lanes);
      layout.positions = pool->out_height * pool->out_width;
      layout.blocks = source.blocks;
      layout.block_channels = source.block_channels;
      return layout;
    }
  }
  layout.block_channels = network.populations[population].neurons();
  return layout;
}

Layout layout_of(const QuantizedNetwork& network, const Mapping& mapping, std::size_t population) {
  return layout_of(network, population, mapping.update_lanes_of(population));
}

bool split_allowed(const QuantizedNetwork& network, std::size_t population, int lanes,
                   int update_lanes) {
  if (update_lanes == lanes) return true;
  if (update_lanes < 1 || update_lanes > lanes || !fused_update(network, population)) return false;
  if (keeps_static_sum(network, population)) return false;
  const bool one_group =
      static_cast<std::size_t>(lanes) >= network.populations[population].neurons();
  return one_group || lanes % update_lanes == 0;
}

int max_lanes(const QuantizedNetwork& network, std::size_t population) {
  return static_cast<int>(layout_of(network, population, 1).block_channels);
}

Mapping fit_lanes(const QuantizedNetwork& network, Mapping wanted) {
  for (std::size_t p = 0; p < wanted.lanes.size(); ++p) {
    wanted.lanes[p] = std::clamp(wanted.lanes[p], 1, max_lanes(network, p));
    const auto source = pooled_source(network, p);
    if (!source) continue;
    wanted.lanes[p] = wanted.lanes[*source];
    // A maximum has no weights: where all neurons share their parameters, nothing is left to load.
    if (wanted.is_loadable(p) && !stored_parameters(network.populations[p]).any()) {
      wanted.loadable[p] = false;
    }
  }
  for (std::size_t p = 0; p < wanted.update_lanes.size(); ++p) {
    if (!split_allowed(network, p, wanted.lanes[p], wanted.update_lanes[p])) {
      wanted.update_lanes[p] = wanted.lanes[p];
    }
  }
  return wanted;
}

std::int64_t Mapping::groups(const QuantizedNetwork& n, std::size_t population) const {
  return static_cast<std::int64_t>(layout_of(n, *this, population).groups());
}

}  // namespace hillock::ir
