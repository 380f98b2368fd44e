// What puts a core into a system: the generated tops around it (AXI, a small board), and the files
// that tools and programmers want: file lists, a FuseSoC core, constraints, an instantiation
// template, a C header of the register map. Everything follows from the network and its top.
#pragma once

#include <string>
#include <vector>

#include "compiler/emit/emit.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::emit {

// Appends them to `design.all`. `core_files`: Verilog sources of the core, relative to rtl/.
void add_shells(EmittedDesign& design, const std::vector<std::string>& core_files,
                const ir::QuantizedNetwork& network, const ir::Mapping& mapping);

}  // namespace hillock::emit
