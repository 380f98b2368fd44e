// NIR's HDF5 layout -> nir::Graph. All contact with the HDF5 library happens in a child process.
#pragma once

#include <filesystem>

#include "compiler/import/nir_graph.h"

namespace hillock::import::nir {

// Reads the whole graph, nested graphs included. Throws InputError: file-damaged, file-too-large,
// missing-field, bad-type, bad-edge, unsupported-graph.
[[nodiscard]] Graph read_nir(const std::filesystem::path& file);

}  // namespace hillock::import::nir
