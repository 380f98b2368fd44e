// The architecture file of a state_dict: what the state_dict cannot say, and nothing it can.
// docs/import.md has the format.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler/import/torch_file.h"
#include "compiler/import/windows.h"
#include "compiler/ir/network.h"

namespace hillock::import {

enum class LayerType {
  Linear,
  Conv,
  AveragePool,
  SumPool,
  MaxPool,
  BatchNorm,
  Flatten,
  Dropout,
  Concat,
  Leaky,
  RLeaky,
  Synaptic,
  RSynaptic,
  Lapicque,
  Alpha,
};
[[nodiscard]] bool is_neuron(LayerType type);
[[nodiscard]] inline bool is_recurrent(LayerType type) {
  return type == LayerType::RLeaky || type == LayerType::RSynaptic;
}

struct Layer {
  std::string name;
  LayerType type = LayerType::Linear;
  std::string type_name;  // as the file has it: "conv2d"
  support::Location where;
  std::vector<std::string> from;  // names of layers before it, or of inputs
  // Neurons.
  std::optional<ir::ResetMechanism> reset_mechanism;
  std::optional<bool> reset_delay;
  bool inhibition = false;
  bool sends_membrane = false;  // what follows reads the membrane, not the spikes
  // Convolutions and pooling; kernel sizes of convolutions are in their weights.
  std::size_t axes = 2;  // spatial
  Window rows;
  Window columns;
  bool same_padding = false;
  std::size_t groups = 1;
  bool ceil_mode = false;
  bool count_include_pad = true;
  std::size_t divisor = 0;
  // Batch normalization.
  double eps = 1e-5;
  // Flatten; PyTorch counts axes with the batch as axis 0.
  int start_dim = 1;
  int end_dim = -1;
  // Concatenation; likewise.
  int dim = 1;
};

struct ArchitectureInput {
  std::string name = "input";
  ir::Shape shape;
  std::optional<bool> binary;  // whether every element is 0 or 1, where it is stated
  bool is_static = false;      // the data hold no time
};

struct ArchitectureOutput {
  std::string layer;
  std::optional<ir::Readout> readout;
  support::Location where;
};

struct Architecture {
  std::vector<ArchitectureInput> inputs;
  std::vector<Layer> layers;
  std::vector<ArchitectureOutput> outputs;  // the first one first; empty: the last layer
  std::optional<int> timesteps;
  std::optional<ir::Readout> readout;    // of the first output
  std::vector<std::string> assumptions;  // where it was worked out from the tensors
  support::Location where;
};

// Throws InputError: bad-json, bad-architecture, unsupported-node, unsupported-graph,
// duplicate-name.
[[nodiscard]] Architecture read_architecture(const std::filesystem::path& file);

// The only chain of linear layers and neurons that fits the names and shapes, in order of the
// file; nothing where they leave anything open.
[[nodiscard]] std::optional<Architecture> inferred_architecture(const torch::StateDict& state,
                                                                const std::string& file);
// An architecture that fits the names and shapes in a state_dict, as text to edit.
[[nodiscard]] std::string architecture_skeleton(const torch::StateDict& state);

}  // namespace hillock::import
