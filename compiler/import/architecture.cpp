#include "compiler/import/architecture.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "compiler/import/limits.h"
#include "compiler/support/file.h"
#include "compiler/support/json_value.h"

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;
using support::JsonValue;

using Keys = std::vector<std::string_view>;

struct TypeRow {
  std::string_view name;
  LayerType type;
  std::size_t axes;  // spatial
  Keys keys;         // besides name, type and from
};

const std::vector<TypeRow>& types() {
  static const Keys kConv{"stride", "padding", "dilation", "groups", "padding_mode"};
  static const Keys kAverage{"kernel_size",       "stride",          "padding", "ceil_mode",
                             "count_include_pad", "divisor_override"};
  static const Keys kAverage1d{"kernel_size", "stride", "padding", "ceil_mode",
                               "count_include_pad"};
  static const Keys kMax{"kernel_size", "stride", "padding", "dilation", "ceil_mode"};
  static const Keys kSum{"kernel_size", "stride", "padding", "ceil_mode"};
  static const Keys kNorm{"eps", "momentum"};
  static const Keys kNeuron{"reset_mechanism", "reset_delay", "inhibition", "state_quant", "sends"};
  static const std::vector<TypeRow> kTypes{
      {"linear", LayerType::Linear, 0, {}},
      {"conv1d", LayerType::Conv, 1, kConv},
      {"conv2d", LayerType::Conv, 2, kConv},
      {"avgpool1d", LayerType::AveragePool, 1, kAverage1d},
      {"avgpool2d", LayerType::AveragePool, 2, kAverage},
      {"maxpool1d", LayerType::MaxPool, 1, kMax},
      {"maxpool2d", LayerType::MaxPool, 2, kMax},
      {"sumpool2d", LayerType::SumPool, 2, kSum},
      {"batchnorm1d", LayerType::BatchNorm, 1, kNorm},
      {"batchnorm2d", LayerType::BatchNorm, 2, kNorm},
      {"flatten", LayerType::Flatten, 0, {"start_dim", "end_dim"}},
      {"dropout", LayerType::Dropout, 0, {"p"}},
      {"concat", LayerType::Concat, 0, {"dim"}},
      {"leaky", LayerType::Leaky, 0, kNeuron},
      {"rleaky", LayerType::RLeaky, 0, kNeuron},
      {"synaptic", LayerType::Synaptic, 0, kNeuron},
      {"rsynaptic", LayerType::RSynaptic, 0, kNeuron},
      {"lapicque", LayerType::Lapicque, 0, kNeuron},
      {"alpha", LayerType::Alpha, 0, kNeuron},
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
  if (wanted == "leakyparallel") {
    fail(DiagnosticKind::UnsupportedNode, type.where(),
         "LeakyParallel keeps its membranes at 0 or above (it is an nn.RNN with ReLU), and no "
         "neuron "
         "here does: without that its spikes would differ",
         "train the network with Leaky");
  }
  fail(DiagnosticKind::UnsupportedNode, type.where(),
       fmt::format("a layer of the type '{}' is not supported", wanted),
       fmt::format("supported are {}", fmt::join(names, ", ")));
}

// A number for every spatial axis, or one for each.
struct Pair {
  std::size_t rows;
  std::size_t columns;
};
Pair pair(const JsonValue& v, std::size_t axes) {
  if (!v.is_list()) {
    const std::size_t n = v.size();
    return {axes == 1 ? 1 : n, n};
  }
  const std::vector<JsonValue> list = v.elements();
  if (list.size() != axes) v.fault(fmt::format("has {} numbers, not {}", list.size(), axes));
  return {axes == 1 ? 1 : list[0].size(), list.back().size()};
}

void read_window(const JsonValue& v, Layer& layer) {
  const bool one_axis = layer.axes == 1;
  const auto set = [&](const char* key, std::size_t Window::*member, bool zero_rows) {
    if (!v.has(key)) return;
    const Pair p = pair(v.at(key), layer.axes);
    layer.rows.*member = one_axis && zero_rows ? 0 : p.rows;
    layer.columns.*member = p.columns;
  };
  set("kernel_size", &Window::kernel, false);
  const bool pools = layer.type != LayerType::Conv;
  if (pools) {
    (void)v.at("kernel_size");
    layer.rows.stride = layer.rows.kernel;  // PyTorch's default of a pooling
    layer.columns.stride = layer.columns.kernel;
  }
  set("stride", &Window::stride, false);
  set("dilation", &Window::dilation, false);
  if (!v.has("padding")) return;
  const JsonValue padding = v.at("padding");
  if (!pools && padding.is_text()) {
    const std::string word = padding.text();
    if (word != "same" && word != "valid") {
      padding.fault(fmt::format("is '{}', neither 'same' nor 'valid' nor a number", word));
    }
    layer.same_padding = word == "same";
    return;
  }
  set("padding", &Window::pad_before, true);
  set("padding", &Window::pad_after, true);
}

void refuse(const JsonValue& layer, const char* key, std::string_view what) {
  if (!layer.has(key)) return;
  const JsonValue v = layer.at(key);
  if (!v.truth()) return;
  fail(DiagnosticKind::UnsupportedNode, v.where(), fmt::format("{} is not supported", what),
       fmt::format("train the network with {}=False", key));
}

void read_neuron(const JsonValue& v, Layer& layer) {
  if (v.has("reset_mechanism")) {
    layer.reset_mechanism = v.at("reset_mechanism").choice(ir::parse_reset_mechanism);
  }
  if (v.has("reset_delay")) layer.reset_delay = v.at("reset_delay").truth();
  if (v.has("inhibition")) layer.inhibition = v.at("inhibition").truth();
  if (v.has("sends")) {
    const std::string word = v.at("sends").text();
    if (word != "spikes" && word != "membrane") {
      v.at("sends").fault(fmt::format("is '{}', neither 'spikes' nor 'membrane'", word));
    }
    layer.sends_membrane = word == "membrane";
  }
  refuse(v, "state_quant",
         "a membrane that snnTorch rounds to levels of its own (state_quant; zero is not one of "
         "them)");
}

void read_options(const JsonValue& v, Layer& layer) {
  switch (layer.type) {
    case LayerType::Conv:
      if (v.has("padding_mode") && v.at("padding_mode").text() != "zeros") {
        fail(DiagnosticKind::UnsupportedNode, v.at("padding_mode").where(),
             fmt::format("the padding mode '{}' is not supported", v.at("padding_mode").text()),
             "pad with zeros");
      }
      if (v.has("groups")) layer.groups = v.at("groups").size();
      read_window(v, layer);
      break;
    case LayerType::AveragePool:
    case LayerType::SumPool:
    case LayerType::MaxPool:
      read_window(v, layer);
      if (v.has("ceil_mode")) layer.ceil_mode = v.at("ceil_mode").truth();
      if (v.has("count_include_pad")) layer.count_include_pad = v.at("count_include_pad").truth();
      if (v.has("divisor_override") && !v.at("divisor_override").is_null()) {
        layer.divisor = v.at("divisor_override").size();
        if (layer.divisor == 0) v.at("divisor_override").fault("is 0");
      }
      break;
    case LayerType::BatchNorm:
      if (v.has("eps")) layer.eps = v.at("eps").number();
      if (!(layer.eps >= 0.0)) v.at("eps").fault("is below 0");
      break;
    case LayerType::Flatten:
      if (v.has("start_dim")) layer.start_dim = v.at("start_dim").whole();
      if (v.has("end_dim")) layer.end_dim = v.at("end_dim").whole();
      break;
    case LayerType::Dropout:
      if (v.has("p")) (void)v.at("p").number();
      break;
    case LayerType::Concat:
      if (v.has("dim")) layer.dim = v.at("dim").whole();
      break;
    case LayerType::Linear:
      break;
    default:
      read_neuron(v, layer);
  }
}

// The layers that a layer reads: those it names, or the one before it.
std::vector<std::string> sources_of(const JsonValue& layer, const std::string& before,
                                    const std::map<std::string, support::Location>& earlier) {
  if (!layer.has("from")) {
    if (before.empty()) {
      layer.fault("does not say which of the inputs it reads: name it in 'from'");
    }
    return {before};
  }
  const JsonValue from = layer.at("from");
  std::vector<std::string> sources;
  if (from.is_list()) {
    for (const JsonValue& s : from.elements()) sources.push_back(s.text());
  } else {
    sources.push_back(from.text());
  }
  if (sources.empty()) from.fault("names no layer");
  std::set<std::string> seen;
  for (const std::string& s : sources) {
    if (!earlier.contains(s)) {
      const std::string input = earlier.contains("input") ? "'input'" : "an input";
      fail(DiagnosticKind::UnsupportedGraph, from.where(),
           fmt::format("the layer reads '{}', which is neither {} nor a layer before it", s, input),
           "list layers after those they read; recurrence within a layer is rleaky or rsynaptic");
    }
    if (!seen.insert(s).second) from.fault(fmt::format("names '{}' twice", s));
  }
  return sources;
}

Layer layer_from(const JsonValue& v, const std::string& before,
                 const std::map<std::string, support::Location>& earlier) {
  const TypeRow& row = type_of(v);
  Keys known{"name", "type", "from"};
  known.insert(known.end(), row.keys.begin(), row.keys.end());
  v.only_keys(known);
  Layer layer;
  layer.name = v.at("name").text();
  layer.type = row.type;
  layer.type_name = row.name;
  layer.axes = row.axes;
  layer.where = v.where();
  if (layer.name.empty() || layer.name.size() > kMaxNameLength) {
    v.at("name").fault("is not a name");
  }
  layer.from = sources_of(v, before, earlier);
  read_options(v, layer);
  return layer;
}

}  // namespace

namespace {

ArchitectureInput input_from(const JsonValue& v, bool named) {
  ArchitectureInput input;
  if (named) {
    v.only_keys({"name", "shape", "binary", "static"});
    input.name = v.at("name").text();
    if (input.name.empty() || input.name.size() > kMaxNameLength) {
      v.at("name").fault("is not a name");
    }
  } else {
    v.only_keys({"shape", "binary", "static"});
  }
  input.shape = v.at("shape").shape();
  if (v.has("binary")) input.binary = v.at("binary").truth();
  if (v.has("static")) input.is_static = v.at("static").truth();
  const std::size_t n = ir::element_count(input.shape);
  if (n == 0 || n > kMaxShape) v.at("shape").fault(fmt::format("has {} elements", n));
  return input;
}

std::vector<ArchitectureInput> inputs_from(const JsonValue& top) {
  if (!top.has("inputs")) return {input_from(top.at("input"), false)};
  const JsonValue list = top.at("inputs");
  if (top.has("input")) list.fault("is given beside 'input': one of them says it");
  std::vector<ArchitectureInput> inputs;
  std::set<std::string> names;
  for (const JsonValue& v : list.elements()) {
    inputs.push_back(input_from(v, true));
    if (!names.insert(inputs.back().name).second) {
      v.at("name").fault(fmt::format("is '{}' once more", inputs.back().name));
    }
  }
  if (inputs.empty()) list.fault("is empty");
  return inputs;
}

// Items are names of layers, or {"layer", "readout"}.
std::vector<ArchitectureOutput> outputs_from(const JsonValue& list, const Architecture& a) {
  std::vector<ArchitectureOutput> outputs;
  std::set<std::string> names;
  for (const JsonValue& v : list.elements()) {
    ArchitectureOutput o;
    o.where = v.where();
    if (v.is_text()) {
      o.layer = v.text();
    } else {
      v.only_keys({"layer", "readout"});
      o.layer = v.at("layer").text();
      if (v.has("readout")) o.readout = v.at("readout").choice(ir::parse_readout);
    }
    const bool known = std::any_of(a.layers.begin(), a.layers.end(),
                                   [&](const Layer& layer) { return layer.name == o.layer; });
    if (!known) v.fault(fmt::format("names '{}', which is no layer", o.layer));
    if (!names.insert(o.layer).second) v.fault(fmt::format("names '{}' once more", o.layer));
    outputs.push_back(std::move(o));
  }
  if (outputs.empty()) list.fault("is empty");
  return outputs;
}

}  // namespace

bool is_neuron(LayerType type) { return type >= LayerType::Leaky; }

Architecture read_architecture(const std::filesystem::path& file) {
  const nlohmann::json json = JsonValue::parse(support::read_file(file), file.string());
  const JsonValue top(json, {file.string()}, DiagnosticKind::BadArchitecture);
  top.only_keys({"input", "inputs", "timesteps", "readout", "layers", "outputs"});
  Architecture a;
  a.where = top.where();
  a.inputs = inputs_from(top);
  if (top.has("timesteps")) {
    a.timesteps = top.at("timesteps").whole();
    if (*a.timesteps <= 0) top.at("timesteps").fault("is not 1 or more");
  }
  if (top.has("readout")) a.readout = top.at("readout").choice(ir::parse_readout);
  std::string before = a.inputs.size() == 1 ? a.inputs[0].name : "";
  std::map<std::string, support::Location> names;  // of inputs, and of layers so far
  for (const ArchitectureInput& input : a.inputs) names.emplace(input.name, top.where());
  const std::vector<JsonValue> layers = top.at("layers").elements();
  if (layers.empty()) top.at("layers").fault("is empty");
  if (layers.size() > kMaxNodes) top.at("layers").fault("is too long");
  for (const JsonValue& v : layers) {
    a.layers.push_back(layer_from(v, before, names));
    before = a.layers.back().name;
    for (const ArchitectureInput& input : a.inputs) {
      if (before != input.name) continue;
      v.at("name").fault(fmt::format("is '{}', which is what the network reads", before));
    }
    const auto [it, fresh] = names.emplace(before, v.where());
    if (!fresh) {
      fail(DiagnosticKind::DuplicateName, v.where(),
           fmt::format("the name '{}' is taken by {}", before, it->second.text()));
    }
  }
  if (top.has("outputs")) a.outputs = outputs_from(top.at("outputs"), a);
  return a;
}

}  // namespace hillock::import
