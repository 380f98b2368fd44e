// Convolutions into one population that do not agree on its rows in hardware.
#pragma once

#include "compiler/ir/network.h"

namespace hillock::passes {

// All convolutions into a population share its layout: the shape of their output and their groups.
// One that differs from the first into its population becomes single synapses, which compute the
// same. Comes before calibration: the number of projections and their order stay.
[[nodiscard]] ir::Network align_convolutions(ir::Network network);

}  // namespace hillock::passes
