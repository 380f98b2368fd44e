// HDF5 datasets -> numbers and texts, with every size checked before anything is allocated.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/import/nir_graph.h"

namespace hillock::import::nir {

// How much more may be read from one file. `file_size` bounds what an array may inflate to.
struct ReadBudget {
  std::size_t elements;
  std::size_t file_size;
};

// A dataset as a parameter: numbers, one text, or what it is instead. Throws InputError
// (file-damaged, file-too-large).
[[nodiscard]] Parameter read_parameter(hid_t dataset, const support::Location& where,
                                       ReadBudget& budget);

// A dataset of texts of any length, flat, with its shape. Throws InputError (file-damaged,
// file-too-large, bad-type).
struct Texts {
  ir::Shape shape;
  std::vector<std::string> values;
};
[[nodiscard]] Texts read_texts(hid_t dataset, const support::Location& where, ReadBudget& budget);

}  // namespace hillock::import::nir
