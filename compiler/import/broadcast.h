// One value per neuron from a parameter of fewer values, by NumPy's rules.
#pragma once

#include <vector>

#include "compiler/ir/shape.h"
#include "compiler/support/diagnostics.h"

namespace hillock::import {

// `values` of the shape `from`, spread over `shape`; axes of size 1 in front do not count. Throws
// InputError (shape-mismatch) at `where`.
[[nodiscard]] std::vector<double> broadcast(ir::Shape from, const std::vector<double>& values,
                                            const ir::Shape& shape, const support::Location& where);

}  // namespace hillock::import
