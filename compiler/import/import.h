// From a model file to a Network. Every import says how sure it is (Network::import).
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"

namespace hillock::import {

// Whose rules a file is read by, where it cannot say. docs/import.md has the table.
enum class Semantics { Nir, SnnTorch, Norse, Sinabs };
[[nodiscard]] std::string_view name(Semantics s);
[[nodiscard]] std::optional<Semantics> parse_semantics(std::string_view text);

// What was stated on the command line. Nothing here is an assumption; what is left empty and the
// file does not say is one, and is listed in the import report.
struct ImportOptions {
  std::optional<Semantics> semantics;
  std::optional<ir::ResetMechanism> reset;
  std::optional<bool> reset_delay;
  std::optional<ir::Comparison> comparison;
  std::optional<double> dt;        // seconds
  std::optional<int> max_spikes;   // sinabs: of a neuron in one step
  std::optional<bool> norm_input;  // sinabs: the input is scaled by 1 - decay
  std::optional<ir::Readout> readout;
  std::optional<int> timesteps;
  bool static_input = false;           // the data hold no time
  std::filesystem::path architecture;  // --arch; empty where none was given
};

// Reads .nir, .pt, .pth, .safetensors and the toolkit's own network .json. Throws InputError.
[[nodiscard]] ir::Network import_model(const std::filesystem::path& model,
                                       const ImportOptions& options);

// Reads an .npz with `x` and optionally `y`. `features` is the shape of the network's input: x is
// [N, T, features...] or, static, [N, features...]. `timesteps` is what was stated: a time axis
// must be as long. Where nothing was, static data take `static_timesteps`, which a time axis
// overrules. Features that are flattened or not are the same data. Throws InputError.
[[nodiscard]] ir::Dataset load_dataset(const std::filesystem::path& file, const ir::Shape& features,
                                       std::optional<int> timesteps,
                                       std::optional<int> static_timesteps = std::nullopt);

}  // namespace hillock::import
