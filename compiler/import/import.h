// From a model file to a Network. Every import says how sure it is (Network::import).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
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
  bool static_input = false;  // the data hold no time
  std::string main_output;  // the population that comes first among the outputs; empty: the file's
  std::filesystem::path architecture;  // --arch; empty where none was given
};

// Reads .nir, .pt, .pth, .safetensors and the toolkit's own network .json. Throws InputError.
[[nodiscard]] ir::Network import_model(const std::filesystem::path& model,
                                       const ImportOptions& options);

// Reads an .npz with `x`, and optionally `y`: one label a sample. Where the network has several
// inputs it holds one array for each, x_NAME; labels of an output may be called y_NAME, NAME being
// its population, and those of further outputs must. x is [N, T, features...] or, static,
// [N, features...]. `timesteps` is what was stated: of a time axis, which must not be shorter, the
// first so many steps are kept. Where nothing was,
// static data take the network's own, which a time axis overrules. Features that are flattened or
// not are the same data. Throws InputError.
[[nodiscard]] ir::Dataset load_dataset(const std::filesystem::path& file,
                                       const ir::Network& network, std::optional<int> timesteps);
// The same for one input of the shape `features` and one output.
[[nodiscard]] ir::Dataset load_dataset(const std::filesystem::path& file, const ir::Shape& features,
                                       std::optional<int> timesteps,
                                       std::optional<int> static_timesteps = std::nullopt);

// The array of a data set that is for an input: "x", or of several "x_" and its name.
[[nodiscard]] std::string array_name(const ir::Network& network, std::size_t input);

}  // namespace hillock::import
