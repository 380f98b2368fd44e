// What a state_dict's names and shapes say about its layers, where no architecture file is given.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "compiler/import/architecture.h"

namespace hillock::import {
namespace {

using Tensors = std::map<std::string, const torch::Tensor*>;
struct Group {
  std::string name;
  Tensors tensors;
};

// Tensors of a neuron's recurrence belong to the neuron: "lif.recurrent.weight".
std::vector<Group> groups_of(const torch::StateDict& state) {
  std::vector<Group> groups;
  for (const torch::Tensor& t : state.tensors) {
    std::size_t dot = t.name.rfind('.');
    if (dot == std::string::npos) continue;
    const std::string_view inner = ".recurrent";
    std::string layer = t.name.substr(0, dot);
    if (layer.ends_with(inner)) layer.resize(layer.size() - inner.size());
    const std::string tensor = t.name.substr(layer.size() + 1);
    auto it =
        std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == layer; });
    if (it == groups.end()) it = groups.insert(groups.end(), {layer, {}});
    it->tensors[tensor] = &t;
  }
  return groups;
}

// The type that a layer's tensors speak of.
std::string guessed_type(const Tensors& tensors) {
  const auto has = [&](const char* name) { return tensors.contains(name); };
  const auto rank = [&] { return tensors.at("weight")->shape.size(); };
  const std::string r = has("recurrent.weight") || has("V") || has("recurrent.V") ? "r" : "";
  if (has("time_step")) return "lapicque";
  if (has("alpha")) return r + "synaptic";
  if (has("beta") || has("threshold")) return r + "leaky";
  if (has("running_mean")) return "batchnorm2d";
  if (has("weight") && rank() == 4) return "conv2d";
  if (has("weight") && rank() == 3) return "conv1d";
  return "linear";
}

std::optional<std::size_t> number_in(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) name.remove_prefix(dot + 1);
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), n);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return n;
}

std::string prefix_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? "" : name.substr(0, dot);
}

// Layers of a Sequential are numbered: their order does not depend on the file's.
bool numbered(const std::vector<Group>& groups) {
  return std::all_of(groups.begin(), groups.end(), [&](const Group& g) {
    return number_in(g.name) && prefix_of(g.name) == prefix_of(groups.front().name);
  });
}

std::optional<LayerType> neuron_type(const std::string& name) {
  if (name == "leaky") return LayerType::Leaky;
  if (name == "rleaky") return LayerType::RLeaky;
  if (name == "synaptic") return LayerType::Synaptic;
  if (name == "rsynaptic") return LayerType::RSynaptic;
  if (name == "lapicque") return LayerType::Lapicque;
  return std::nullopt;
}

}  // namespace

std::optional<Architecture> inferred_architecture(const torch::StateDict& state,
                                                  const std::string& file) {
  std::vector<Group> groups = groups_of(state);
  std::size_t grouped = 0;
  for (const Group& g : groups) grouped += g.tensors.size();
  if (groups.empty() || grouped != state.tensors.size()) return std::nullopt;
  if (numbered(groups)) {
    std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
      return *number_in(a.name) < *number_in(b.name);
    });
  }
  Architecture out;
  out.where = {file};
  std::vector<std::string> chain;
  bool linear_next = true;
  bool alike = false;  // synaptic and alpha neurons have the same tensors
  std::size_t width = 0;
  std::string before = "input";
  for (const Group& g : groups) {
    const std::string type = guessed_type(g.tensors);
    Layer layer;
    layer.name = g.name;
    layer.type_name = type;
    layer.where = {file, "/" + g.name};
    layer.from = {before};
    before = g.name;
    if (const auto neuron = neuron_type(type)) {
      if (linear_next) return std::nullopt;  // neurons with nothing in front of them
      layer.type = *neuron;
      alike = alike || *neuron == LayerType::Synaptic;
    } else {
      const auto weight = g.tensors.find("weight");
      if (type != "linear" || !linear_next || weight == g.tensors.end()) return std::nullopt;
      const ir::Shape& shape = weight->second->shape;
      if (shape.size() != 2 || (width != 0 && shape[1] != width)) return std::nullopt;
      if (width == 0) out.inputs = {{"input", {shape[1]}, std::nullopt}};
      width = shape[0];
    }
    linear_next = is_neuron(layer.type);
    chain.push_back(fmt::format("{} ({})", g.name, type));
    out.layers.push_back(std::move(layer));
  }
  out.assumptions.push_back(
      fmt::format("architecture: no --arch is given; the names and shapes were taken for the chain "
                  "{} with nothing else in between",
                  fmt::join(chain, " -> ")));
  if (alike) {
    out.assumptions.push_back(
        "architecture: Synaptic and Alpha neurons have the same tensors; Synaptic was taken");
  }
  return out;
}

std::string architecture_skeleton(const torch::StateDict& state) {
  nlohmann::json shape = nlohmann::json::array();
  std::string lines;
  for (const Group& g : groups_of(state)) {
    const std::string type = guessed_type(g.tensors);
    if (shape.empty() && g.tensors.contains("weight")) {
      const ir::Shape& weight = g.tensors.at("weight")->shape;
      if (weight.size() >= 2) shape.push_back(weight[1]);
      // Sizes of planes are nowhere in the file: 0 is an error that asks for them.
      for (std::size_t a = 2; a < weight.size(); ++a) shape.push_back(0);
    }
    lines += fmt::format(
        "{}\n      {{\"name\": {}, \"type\": \"{}\"}}", lines.empty() ? "" : ",",
        nlohmann::json(g.name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
        type);
  }
  return fmt::format("  {{ \"input\": {{\"shape\": {}}},\n    \"layers\": [{} ] }}", shape.dump(),
                     lines);
}

}  // namespace hillock::import
