// nir::Graph -> Network: canonicalization by the rules asked for.
#pragma once

#include "compiler/import/import.h"
#include "compiler/import/nir_graph.h"
#include "compiler/ir/network.h"

namespace hillock::import::nir {

// Throws InputError: unsupported-node, unsupported-graph, bad-edge, duplicate-name,
// shape-mismatch, and those of the parameters.
[[nodiscard]] ir::Network to_network(Graph graph, const ImportOptions& options);

}  // namespace hillock::import::nir
