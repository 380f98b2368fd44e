// The shape of a flat graph: who reads whom, in what order, and whether that is supported.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/import/nir_graph.h"

namespace hillock::import::nir {

struct Topology {
  std::vector<std::vector<std::size_t>> sources;  // of each node, as indices into Graph::nodes
  std::vector<std::vector<std::size_t>> targets;
  std::vector<std::size_t> order;  // every node after its sources; ties in order of the file
  std::size_t input = 0;
  std::size_t output = 0;
};

// Throws InputError (unsupported-graph): a cycle, several sources of one node, not exactly one
// Input and one Output, a node that is not between them.
[[nodiscard]] Topology topology_of(const Graph& graph);

}  // namespace hillock::import::nir
