// A self-contained test bench in plain Verilog for any simulator: it plays one sample from a file
// of beats, prints every spike and the result, and stops.
#pragma once

#include <string>

#include "compiler/emit/emit.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::emit {

// Reads `stimulus.hex` ($readmemh; one beat a line: {sample_last, step_last, event, value[31:0],
// addr[31:0]}, the flags together one digit; the beat with sample_last is the last), prints lines
//   SPIKE <population index> <step> <neuron>
//   RESULT <class> <score> CYCLES <cycles>     one an output, in order
// Compiled with SNN_TRACE defined.
[[nodiscard]] std::string testbench(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                                    const EmittedDesign& design);

}  // namespace hillock::emit
