// The shape of a flat graph: which nodes hold state, who reads whom through what is linear, in what
// order populations come, and which edges close a cycle.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "compiler/import/nir_graph.h"

namespace hillock::import::nir {

struct Topology {
  std::vector<std::vector<std::size_t>> sources;  // of each node, rising indices of Graph::nodes
  std::vector<std::vector<std::size_t>> targets;
  std::vector<std::size_t> inputs;   // rising, at least one
  std::vector<std::size_t> outputs;  // likewise
  // The nodes that hold state, each after those it reads in the same step.
  std::vector<std::size_t> order;
  // (source, target) of order: the target reads in a step what the source did in the step before.
  std::set<std::pair<std::size_t, std::size_t>> closing;
  // Of order: nodes that read themselves through what is linear.
  std::set<std::size_t> self_reading;
};

// `holds_state`: neurons and thresholds. `delays`: a node behind which everything comes at least
// one step later. Throws InputError (unsupported-graph): no Input or no Output, a node that is not
// between them, a cycle without neurons.
[[nodiscard]] Topology topology_of(const Graph& graph,
                                   const std::function<bool(const Node&)>& holds_state,
                                   const std::function<bool(const Node&)>& delays);

}  // namespace hillock::import::nir
