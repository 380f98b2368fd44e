// The architecture file of a state_dict: what the state_dict cannot say, and nothing it can.
// docs/import.md has the format.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler/import/torch_file.h"
#include "compiler/ir/network.h"

namespace hillock::import {

enum class LayerType { Linear, Leaky, Flatten, Dropout };

struct Layer {
  std::string name;
  LayerType type = LayerType::Linear;
  support::Location where;
  // Leaky.
  std::optional<ir::ResetMechanism> reset_mechanism;
  std::optional<bool> reset_delay;
  // Flatten; PyTorch counts axes with the batch as axis 0.
  int start_dim = 1;
  int end_dim = -1;
};

struct Architecture {
  ir::Shape input;
  std::vector<Layer> layers;  // each reads the one before
  std::optional<int> timesteps;
  std::optional<ir::Readout> readout;
  support::Location where;
};

// Throws InputError: bad-json, bad-architecture, unsupported-node, unsupported-graph,
// duplicate-name.
[[nodiscard]] Architecture read_architecture(const std::filesystem::path& file);

// An architecture that fits the names and shapes in a state_dict, as text to edit.
[[nodiscard]] std::string architecture_skeleton(const torch::StateDict& state);

}  // namespace hillock::import
