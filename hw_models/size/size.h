// Size: LUTs of a network on a mapping, guessed from its structure without synthesis, to choose
// lanes by. Not fitted to synthesis yet: docs/size.md.
#pragma once

#include <vector>

#include "compiler/ir/quantized_network.h"

namespace hillock::hw_models {

// LUTs of a 7-series device, as Yosys' synth_xilinx -nodsp counts them (LUT1 to LUT6, each as one),
// with weights in block RAM.
[[nodiscard]] double estimate_luts(const ir::QuantizedNetwork& network, const ir::Mapping& mapping);

// The part of them that each population's engine takes; the rest is the top's and the readouts'.
[[nodiscard]] std::vector<double> estimate_luts_by_population(const ir::QuantizedNetwork& network,
                                                              const ir::Mapping& mapping);

}  // namespace hillock::hw_models
