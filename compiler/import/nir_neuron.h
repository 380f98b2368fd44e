// A NIR neuron node (LIF, IF, LI, I, CubaLIF, CubaLI, Threshold) -> a population of the discrete
// network.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/import/nir_graph.h"
#include "compiler/import/semantics.h"
#include "compiler/ir/network.h"

namespace hillock::import::nir {

struct Neurons {
  ir::Population population;
  std::vector<double> gain;        // of the incoming weights and bias, per neuron; empty: ones
  std::vector<std::string> notes;  // what was recovered or folded
};

[[nodiscard]] bool is_neuron(std::string_view type);

// `shape` is that of the node's source; `reads_itself`: the node is in a cycle of its own, which
// snnTorch calls RLeaky or RSynaptic. The population's bias holds the node's own part (v_leak).
// Throws InputError: missing-field, bad-type, not-finite, shape-mismatch, bad-parameter,
// unsupported-node, unsupported-semantics.
[[nodiscard]] Neurons neurons_of(const Node& node, const ir::Shape& shape, bool reads_itself,
                                 const Rules& rules);

}  // namespace hillock::import::nir
