// Reads weights.bin, the image of the memories that are loaded at run time.
#pragma once

#include <filesystem>
#include <vector>

#include "sim/cosim/harness/harness_abi.h"

namespace hillock::sim {

// Its words with their addresses. Throws InputError (bad-build) where the file is not whole.
[[nodiscard]] std::vector<HillockLoad> read_load_image(const std::filesystem::path& file);

}  // namespace hillock::sim
