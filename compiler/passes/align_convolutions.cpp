#include "compiler/passes/align_convolutions.h"

#include <algorithm>
#include <tuple>

namespace hillock::passes {
namespace {

auto layout_key(const ir::ConvGeometry& g) {
  return std::tuple(g.out_channels, g.out_height, g.out_width, g.groups);
}

ir::Sparse single_synapses(const ir::Conv& conv) {
  ir::Sparse sparse{conv.geometry.sources(), conv.geometry.targets(), {}};
  for (std::size_t i = 0; i < sparse.sources; ++i) {
    const auto first = static_cast<std::ptrdiff_t>(sparse.synapses.size());
    ir::for_each_synapse(conv, i, [&](std::size_t j, double weight) {
      sparse.synapses.push_back(
          {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j), weight});
    });
    std::sort(sparse.synapses.begin() + first, sparse.synapses.end(),
              [](const auto& a, const auto& b) { return a.target < b.target; });
  }
  return sparse;
}

}  // namespace

ir::Network align_convolutions(ir::Network network) {
  std::vector<const ir::ConvGeometry*> shapes(network.populations.size(), nullptr);
  for (ir::Projection& p : network.projections) {
    const auto* conv = std::get_if<ir::Conv>(&p.connectivity);
    if (conv == nullptr) continue;
    if (shapes[p.target] == nullptr) {
      shapes[p.target] = &conv->geometry;
    } else if (layout_key(*shapes[p.target]) != layout_key(conv->geometry)) {
      p.connectivity = single_synapses(*conv);
    }
  }
  return network;
}

}  // namespace hillock::passes
