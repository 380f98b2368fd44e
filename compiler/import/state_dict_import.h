// A PyTorch state_dict with its architecture file -> Network, by snnTorch's rules.
#pragma once

#include <filesystem>

#include "compiler/import/import.h"
#include "compiler/ir/network.h"

namespace hillock::import {

struct StateDictImport {
  ir::Network network;
  bool readout_stated = false;  // by the architecture file
};

// Throws InputError.
[[nodiscard]] StateDictImport import_state_dict(const std::filesystem::path& model,
                                                const ImportOptions& options);

}  // namespace hillock::import
