// Writes a nir::Graph as an HDF5 file, the way nir.write() lays it out, or wrongly on purpose.
#pragma once

#include <filesystem>

#include "compiler/import/nir_graph.h"

namespace hillock::tests {

struct NirLayout {
  bool fixed_strings = false;  // else of variable length
  bool single_precision = false;
  bool integers = false;
};

void write_nir(const std::filesystem::path& file, const import::nir::Graph& graph,
               const NirLayout& layout = {});

// Opens an HDF5 file for further damage: replaces what is at `path` by a soft link, an external
// link, or an array of records.
enum class NirOddity { SoftLink, ExternalLink, Records, Group, Remove, HugeArray };
void make_odd(const std::filesystem::path& file, const std::string& path, NirOddity oddity);

}  // namespace hillock::tests
