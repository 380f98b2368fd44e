#include "compiler/import/architecture.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/import/limits.h"
#include "compiler/support/file.h"
#include "compiler/support/json_value.h"

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;
using support::JsonValue;

struct TypeRow {
  std::string_view name;
  LayerType type;
  std::vector<std::string_view> keys;  // besides name, type and from
};

const std::vector<TypeRow>& types() {
  static const std::vector<TypeRow> kTypes{
      {"linear", LayerType::Linear, {}},
      {"leaky", LayerType::Leaky, {"reset_mechanism", "reset_delay", "inhibition", "state_quant"}},
      {"flatten", LayerType::Flatten, {"start_dim", "end_dim"}},
      {"dropout", LayerType::Dropout, {"p"}},
  };
  return kTypes;
}

const TypeRow& type_of(const JsonValue& v) {
  const JsonValue type = v.at("type");
  const std::string wanted = type.text();
  std::vector<std::string_view> names;
  for (const TypeRow& row : types()) {
    if (row.name == wanted) return row;
    names.push_back(row.name);
  }
  fail(DiagnosticKind::UnsupportedNode, type.where(),
       fmt::format("a layer of the type '{}' is not supported", wanted),
       fmt::format("supported are {}", fmt::join(names, ", ")));
}

// `from` may say what is so anyway: that a layer reads the one before it.
void check_from(const JsonValue& layer, const std::string& before) {
  if (!layer.has("from")) return;
  const JsonValue from = layer.at("from");
  std::vector<std::string> sources;
  if (from.is_list()) {
    for (const JsonValue& s : from.elements()) sources.push_back(s.text());
  } else {
    sources.push_back(from.text());
  }
  if (sources.size() == 1 && sources.front() == before) return;
  fail(DiagnosticKind::UnsupportedGraph, from.where(),
       fmt::format("the layer reads '{}', and only layers that read the one before them ('{}') are "
                   "supported",
                   fmt::join(sources, "', '"), before),
       "use a network whose layers follow each other");
}

void refuse(const JsonValue& layer, const char* key, std::string_view what) {
  if (!layer.has(key)) return;
  const JsonValue v = layer.at(key);
  if (!v.truth()) return;
  fail(DiagnosticKind::UnsupportedNode, v.where(), fmt::format("{} is not supported yet", what),
       fmt::format("train the network with {}=False", key));
}

Layer layer_from(const JsonValue& v, const std::string& before) {
  const TypeRow& row = type_of(v);
  std::vector<std::string_view> known{"name", "type", "from"};
  known.insert(known.end(), row.keys.begin(), row.keys.end());
  v.only_keys(known);
  Layer layer;
  layer.name = v.at("name").text();
  layer.type = row.type;
  layer.where = v.where();
  if (layer.name.empty() || layer.name.size() > kMaxNameLength) {
    v.at("name").fault("is not a name");
  }
  check_from(v, before);
  if (v.has("reset_mechanism")) {
    layer.reset_mechanism = v.at("reset_mechanism").choice(ir::parse_reset_mechanism);
  }
  if (v.has("reset_delay")) layer.reset_delay = v.at("reset_delay").truth();
  refuse(v, "inhibition", "inhibition between the neurons of a layer");
  refuse(v, "state_quant", "a quantized membrane (state_quant)");
  if (v.has("start_dim")) layer.start_dim = v.at("start_dim").whole();
  if (v.has("end_dim")) layer.end_dim = v.at("end_dim").whole();
  if (v.has("p")) (void)v.at("p").number();
  return layer;
}

// The type that a layer's tensors speak of.
std::string_view guessed_type(const std::map<std::string, const torch::Tensor*>& tensors) {
  const auto has = [&](const char* name) { return tensors.contains(name); };
  if (has("alpha")) return "synaptic";
  if (has("beta") || has("threshold")) return "leaky";
  if (has("running_mean")) return "batchnorm2d";
  if (has("weight") && tensors.at("weight")->shape.size() == 4) return "conv2d";
  return "linear";
}

}  // namespace

Architecture read_architecture(const std::filesystem::path& file) {
  const nlohmann::json json = JsonValue::parse(support::read_file(file), file.string());
  const JsonValue top(json, {file.string()}, DiagnosticKind::BadArchitecture);
  top.only_keys({"input", "timesteps", "readout", "layers"});
  Architecture a;
  a.where = top.where();
  const JsonValue input = top.at("input");
  input.only_keys({"shape"});
  a.input = input.at("shape").shape();
  const std::size_t n = ir::element_count(a.input);
  if (n == 0 || n > kMaxShape) input.at("shape").fault(fmt::format("has {} elements", n));
  if (top.has("timesteps")) {
    a.timesteps = top.at("timesteps").whole();
    if (*a.timesteps <= 0) top.at("timesteps").fault("is not 1 or more");
  }
  if (top.has("readout")) a.readout = top.at("readout").choice(ir::parse_readout);
  std::string before = "input";
  std::map<std::string, support::Location> names;
  const std::vector<JsonValue> layers = top.at("layers").elements();
  if (layers.empty()) top.at("layers").fault("is empty");
  if (layers.size() > kMaxNodes) top.at("layers").fault("is too long");
  for (const JsonValue& v : layers) {
    a.layers.push_back(layer_from(v, before));
    before = a.layers.back().name;
    const auto [it, fresh] = names.emplace(before, v.where());
    if (!fresh) {
      fail(DiagnosticKind::DuplicateName, v.where(),
           fmt::format("the name '{}' is taken by {}", before, it->second.text()));
    }
  }
  return a;
}

std::string architecture_skeleton(const torch::StateDict& state) {
  std::vector<std::string> order;
  std::map<std::string, std::map<std::string, const torch::Tensor*>> layers;
  for (const torch::Tensor& t : state.tensors) {
    const std::size_t dot = t.name.rfind('.');
    if (dot == std::string::npos) continue;
    const std::string layer = t.name.substr(0, dot);
    if (!layers.contains(layer)) order.push_back(layer);
    layers[layer][t.name.substr(dot + 1)] = &t;
  }
  nlohmann::json shape = nlohmann::json::array();
  std::string lines;
  for (const std::string& name : order) {
    const auto& tensors = layers[name];
    if (shape.empty() && tensors.contains("weight") && tensors.at("weight")->shape.size() == 2) {
      shape.push_back(tensors.at("weight")->shape[1]);
    }
    lines += fmt::format(
        "{}\n      {{\"name\": {}, \"type\": \"{}\"}}", lines.empty() ? "" : ",",
        nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
        guessed_type(tensors));
  }
  return fmt::format("  {{ \"input\": {{\"shape\": {}}},\n    \"layers\": [{} ] }}", shape.dump(),
                     lines);
}

}  // namespace hillock::import
