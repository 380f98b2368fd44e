// The tensors of a state_dict by layer, with a record of which were used: nothing is dropped.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/architecture.h"
#include "compiler/import/torch_file.h"

namespace hillock::import {

class LayerTensors {
 public:
  // Refers to `state`, which must outlive it.
  explicit LayerTensors(const torch::StateDict& state);

  // "<layer>.<name>", all of it finite. Throws InputError: missing-field, not-finite.
  [[nodiscard]] const torch::Tensor& required(const Layer& layer, std::string_view name);
  // Null where there is none. Throws InputError (not-finite).
  [[nodiscard]] const torch::Tensor* optional(const Layer& layer, std::string_view name);

  // One value per neuron of `shape`. Throws InputError (shape-mismatch).
  [[nodiscard]] static std::vector<double> per_neuron(const torch::Tensor& tensor,
                                                      const ir::Shape& shape);

  // Throws InputError (bad-architecture) for every tensor that nobody asked for.
  void fail_on_unused() const;

 private:
  const torch::StateDict& state_;
  std::map<std::string, const torch::Tensor*> by_name_;
  std::set<std::string> used_;
};

}  // namespace hillock::import
