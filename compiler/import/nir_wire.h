// nir::Graph as bytes: how the process that reads the file hands it to the one that uses it.
#pragma once

#include <string>
#include <string_view>

#include "compiler/import/nir_graph.h"

namespace hillock::import::nir {

[[nodiscard]] std::string to_bytes(const Graph& graph);
// `file` becomes the file of every location. Throws std::exception where the bytes are not those
// of a graph.
[[nodiscard]] Graph from_bytes(std::string_view bytes, const std::string& file);

}  // namespace hillock::import::nir
