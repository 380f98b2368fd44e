// QuantizedNetwork -> Verilog: the library's files byte for byte, and, per network, one top of
// instances and wires, one file of constants, memory images and a file list. The test bench is
// testbench.h's. The same input gives the same bytes.
#pragma once

#include <string>
#include <vector>

#include "compiler/emit/load_image.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::emit {

struct EmittedFile {
  std::string path;  // relative to the build folder, for example "rtl/snn_engine.v"
  std::string content;
};

struct EmittedDesign {
  std::string top;                 // module name
  std::vector<std::string> files;  // Verilog sources in compilation order, relative to the folder
  std::vector<EmittedFile> all;    // everything to be written
  std::vector<std::string> rows;   // per population, the beginning of its row's nets in the top
  // Tells designs apart: what hardware it is, and with ROMs what network. The load images of one
  // structure fit all its hardware.
  std::uint32_t structure = 0;
  LoadImage load;
};

// Throws InputError (unsupported-graph, width-too-large) where the RTL library cannot hold the
// network.
[[nodiscard]] EmittedDesign emit(const ir::QuantizedNetwork& network, const ir::Mapping& mapping);

}  // namespace hillock::emit
