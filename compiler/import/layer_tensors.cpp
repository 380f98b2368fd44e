#include "compiler/import/layer_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/import/broadcast.h"

namespace hillock::import {

using support::DiagnosticKind;
using support::fail;

LayerTensors::LayerTensors(const torch::StateDict& state) : state_(state) {
  for (const torch::Tensor& t : state.tensors) by_name_[t.name] = &t;
}

const torch::Tensor* LayerTensors::optional(const Layer& layer, std::string_view name) {
  const std::string full = fmt::format("{}.{}", layer.name, name);
  const auto it = by_name_.find(full);
  if (it == by_name_.end()) return nullptr;
  used_.insert(full);
  const torch::Tensor& tensor = *it->second;
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    if (std::isfinite(tensor.values[i])) continue;
    fail(DiagnosticKind::NotFinite, tensor.where.at(i),
         fmt::format("{} is {}", name, tensor.values[i]));
  }
  return &tensor;
}

const torch::Tensor& LayerTensors::required(const Layer& layer, std::string_view name) {
  if (const torch::Tensor* tensor = optional(layer, name)) return *tensor;
  fail(DiagnosticKind::MissingField, layer.where,
       fmt::format("the state_dict has no '{}.{}'", layer.name, name),
       "name the layer as the attribute of the module that holds it");
}

std::vector<double> LayerTensors::per_neuron(const torch::Tensor& tensor, const ir::Shape& shape) {
  return broadcast(tensor.shape, tensor.values, shape, tensor.where);
}

void LayerTensors::fail_on_unused() const {
  std::vector<std::string> unused;
  for (const torch::Tensor& t : state_.tensors) {
    if (!used_.contains(t.name)) unused.push_back(t.name);
  }
  if (unused.empty()) return;
  constexpr std::size_t kShown = 10;
  const std::size_t more = unused.size() - std::min(unused.size(), kShown);
  unused.resize(unused.size() - more);
  fail(DiagnosticKind::BadArchitecture, {state_.tensors.front().where.file},
       fmt::format("no layer of the architecture uses {}{}", fmt::join(unused, ", "),
                   more == 0 ? "" : fmt::format(" and {} more", more)),
       "add the layers they belong to, in the order of the network");
}

}  // namespace hillock::import
