// Emits a network into a folder and co-simulates it: what tests of the RTL as a whole share.
#pragma once

#include <filesystem>
#include <functional>

#include "compiler/ir/dataset.h"
#include "compiler/ir/quantized_network.h"
#include "sim/cosim/cosim.h"

namespace hillock::tests {

// Edits emitted files before they are written: path, content.
using Edit = std::function<void(const std::string&, std::string&)>;

// Writes the emitted design to the folder, which is made.
void write_design(const std::filesystem::path& folder, const ir::QuantizedNetwork& network,
                  const ir::Mapping& mapping, const Edit& edit = {});

// Builds (quickly, cached) and co-simulates all samples of the data, in so many threads.
[[nodiscard]] sim::CosimResult cosimulate_design(const std::filesystem::path& folder,
                                                 const ir::QuantizedNetwork& network,
                                                 const ir::Mapping& mapping,
                                                 const ir::Dataset& data, std::uint64_t stall_seed,
                                                 int jobs = 1);

}  // namespace hillock::tests
