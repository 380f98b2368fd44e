// Widths of membranes and sums, proved and assigned: the analysis and the pass together.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/quantized_network.h"

namespace hillock::driver {

// Gives every population the widths that hold all that it can reach, or, where `membrane_bits` are
// given, those, saturating. Throws InputError (width-too-large).
void assign_proved_widths(ir::QuantizedNetwork& network,
                          const std::vector<std::optional<int>>& membrane_bits);

}  // namespace hillock::driver
