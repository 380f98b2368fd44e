// A .safetensors file: the length of a header (8 bytes), the header (JSON: for each tensor its
// type, shape and place), the tensors. The same content as a state_dict.
#pragma once

#include <filesystem>

#include "compiler/import/torch_file.h"

namespace hillock::import {

// Tensors in order of their place in the file. Throws InputError: file-damaged (a header that is
// not one, places that overlap, leave a gap or lie outside), file-too-large, bad-type, bad-json.
[[nodiscard]] torch::StateDict read_safetensors(const std::filesystem::path& file);

}  // namespace hillock::import
