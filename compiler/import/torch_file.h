// A .pt or .pth file as torch.save() has written it since PyTorch 1.6: a zip archive with a pickle
// and one entry per storage. Nothing in it is executed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/ir/shape.h"
#include "compiler/support/diagnostics.h"

namespace hillock::import::torch {

struct Tensor {
  std::string name;  // "fc1.weight"
  ir::Shape shape;
  std::vector<double> values;  // row-major
  support::Location where;     // "model.pt:/fc1.weight"
};

struct StateDict {
  std::vector<Tensor> tensors;     // in order of the file
  std::vector<std::string> notes;  // what was left aside
};

// Throws InputError: unknown-format (the format before PyTorch 1.6), unsupported-pickle,
// file-damaged, file-too-large, bad-type, duplicate-name.
[[nodiscard]] StateDict read_state_dict(const std::filesystem::path& file);

}  // namespace hillock::import::torch
