// Checked access to the parameters of a NIR node.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "compiler/import/nir_graph.h"

namespace hillock::import::nir {

// Every parameter that `node` has must be one of these. Throws InputError (unsupported-node).
void only_parameters(const Node& node, std::initializer_list<std::string_view> known);

[[nodiscard]] bool has(const Node& node, std::string_view name);

// Numbers. Throws InputError: missing-field, bad-type.
[[nodiscard]] const Array& array(const Node& node, std::string_view name);
// Numbers, all of them finite. Throws InputError (not-finite) besides.
[[nodiscard]] const Array& finite_array(const Node& node, std::string_view name);
// Whole numbers from -2^31 to 2^31. Throws InputError (bad-parameter) besides.
[[nodiscard]] std::vector<long> whole_numbers(const Node& node, std::string_view name);

// One value per neuron of `shape`, by NumPy's rules of broadcasting; axes of size 1 in front do
// not count. Throws InputError (shape-mismatch).
[[nodiscard]] std::vector<double> broadcast(const Array& array, const ir::Shape& shape,
                                            const support::Location& where);

}  // namespace hillock::import::nir
