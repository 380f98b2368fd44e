// A PyTorch state_dict with its architecture -> Network, by snnTorch's rules.
#pragma once

#include <filesystem>

#include "compiler/import/import.h"
#include "compiler/import/torch_file.h"
#include "compiler/ir/network.h"

namespace hillock::import {

struct StateDictImport {
  ir::Network network;
  bool readout_stated = false;  // by the architecture file
};

// `model` is the file that `state` was read from. Throws InputError.
[[nodiscard]] StateDictImport import_state_dict(torch::StateDict state,
                                                const std::filesystem::path& model,
                                                const ImportOptions& options);

}  // namespace hillock::import
