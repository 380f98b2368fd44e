// The NIR nodes that are linear: appended to a signal.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/import/nir_graph.h"
#include "compiler/import/signal.h"

namespace hillock::import::nir {

// Affine, Linear, Scale, Flatten, Conv1d, Conv2d, SumPool2d, AvgPool2d.
[[nodiscard]] bool is_linear(std::string_view type);

// Throws InputError: missing-field, bad-type, not-finite, shape-mismatch, bad-parameter,
// unsupported-node.
void append(const Node& node, Signal& signal);

// The steps of a Delay node, per element of `shape`, or one for all where it has one value. Throws
// InputError besides (bad-parameter) where a delay is no multiple of dt.
[[nodiscard]] std::vector<int> delay_steps(const Node& node, double dt);
[[nodiscard]] std::vector<int> delay_steps(const Node& node, const ir::Shape& shape, double dt);

// A shape that a node states. Throws InputError.
[[nodiscard]] ir::Shape shape_parameter(const Node& node, std::string_view name);

}  // namespace hillock::import::nir
