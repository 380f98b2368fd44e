// A build folder: what `compile` leaves and the other verbs read.
//
//   network.json     the float network          quantized.json   the integer network and its
//   mapping compile.json     the summary                rtl/             Verilog and memory images
//   run.json, cosim.json, estimate.json, ...    what the verbs found, each under its name
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/network.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::driver {

struct Build {
  std::filesystem::path folder;
  ir::Network network;
  ir::QuantizedNetwork quantized;
  ir::Mapping mapping;
  nlohmann::json summary;  // compile.json
};

// Throws InputError (bad-build, file-not-found) where the folder is not a build.
[[nodiscard]] Build load_build(const std::filesystem::path& folder);

// Of the top's load port; 0 where there is none.
[[nodiscard]] int load_address_bits(const Build& build);

// True where the folder looks like a build.
[[nodiscard]] bool is_build(const std::filesystem::path& folder);

// Refuses early, before any work, a folder that could not be written or holds something else.
void check_output_folder(const std::filesystem::path& folder);

// Puts the files (path relative to the folder, content) in place all at once: they are written to a
// folder beside it first. What an earlier build left is removed. Throws InputError
// (output-unwritable).
void write_build(const std::filesystem::path& folder,
                 const std::vector<std::pair<std::string, std::string>>& files);

// Writes a verb's result to DIR/<name>.json and, where it is not empty, to `also`.
void write_result(const std::filesystem::path& folder, const std::string& name,
                  const nlohmann::json& result, const std::filesystem::path& also);

// A JSON file; throws InputError (bad-json) with the place.
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& file);

}  // namespace hillock::driver
