// Nested NIRGraph nodes -> one flat graph. The inner Input and Output are joined to the outer
// edges; inner nodes are called "outer.inner".
#pragma once

#include "compiler/import/nir_graph.h"

namespace hillock::import::nir {

// Throws InputError: bad-edge (an edge that names no node, or is there twice), duplicate-name,
// unsupported-graph (an edge into a graph that does not have exactly one Input, and likewise out).
[[nodiscard]] Graph flatten_subgraphs(Graph graph, std::vector<std::string>& notes);

}  // namespace hillock::import::nir
