#include "compiler/ir/quantized_json.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "compiler/ir/connectivity_json.h"
#include "compiler/support/json_value.h"

namespace hillock::ir {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

template <typename T>
json to_json(const PerNeuron<T>& p) {
  return p.uniform() ? json(p[0]) : json(p.stored());
}

template <typename T>
PerNeuron<T> per_neuron_from(const json& j) {
  if (!j.is_array()) return PerNeuron<T>(j.get<T>());
  auto values = j.get<std::vector<T>>();
  if (values.empty()) throw std::invalid_argument("an empty parameter");
  return PerNeuron<T>(std::move(values));
}

// Turns an optional into its value, or complains about the word.
template <typename T>
T known(std::optional<T> parsed, const std::string& word) {
  if (!parsed) throw std::invalid_argument("unknown word \"" + word + "\"");
  return *parsed;
}

json population_json(const QuantizedPopulation& p) {
  return {{"name", p.name},
          {"shape", p.shape},
          {"spiking", p.spiking},
          {"reset", std::string(name(p.reset.mechanism))},
          {"reset_timing", std::string(name(p.reset.timing))},
          {"zero_input", std::string(name(p.reset.zero_input))},
          {"fraction_bits", p.fraction_bits},
          {"decay_shift", p.decay_shift},
          {"decay", to_json(p.decay)},
          {"bias", to_json(p.bias)},
          {"threshold", to_json(p.threshold)},
          {"reset_offset", p.reset_offset},
          {"reset_value", to_json(p.reset_value)},
          {"synapse", std::string(name(p.synapse))},
          {"current_decay_shift", p.current_decay_shift},
          {"current_decay", to_json(p.current_decay)},
          {"current_bias", to_json(p.current_bias)},
          {"reset_decay", to_json(p.reset_decay)},
          {"reset_current", to_json(p.reset_current)},
          {"inhibition", p.inhibition},
          {"max_spikes", p.max_spikes},
          {"value_bits", p.value_bits},
          {"value_shift", p.value_shift},
          {"scale", to_json(p.scale)},
          {"current_bits", p.current_bits},
          {"membrane_bits", p.membrane_bits},
          {"accumulator_bits", p.accumulator_bits},
          {"overflow", p.overflow == numeric::OverflowMode::Proved ? "proved" : "saturating"},
          {"where", {{"file", p.where.file}, {"path", p.where.path}}}};
}

QuantizedPopulation population_from(const json& j) {
  QuantizedPopulation p;
  p.name = j.at("name");
  p.shape = j.at("shape").get<Shape>();
  p.spiking = j.at("spiking");
  const std::string reset = j.at("reset");
  const std::string timing = j.at("reset_timing");
  const std::string zero = j.at("zero_input");
  p.reset = {known(parse_reset_mechanism(reset), reset), known(parse_reset_timing(timing), timing),
             known(parse_zero_input(zero), zero)};
  p.fraction_bits = j.at("fraction_bits");
  p.decay_shift = j.at("decay_shift");
  p.decay = per_neuron_from<std::int64_t>(j.at("decay"));
  p.bias = per_neuron_from<std::int64_t>(j.at("bias"));
  p.threshold = per_neuron_from<std::int64_t>(j.at("threshold"));
  p.reset_offset = j.at("reset_offset");
  p.reset_value = per_neuron_from<std::int64_t>(j.at("reset_value"));
  const std::string synapse = j.at("synapse");
  p.synapse = known(parse_synapse(synapse), synapse);
  p.current_decay_shift = j.at("current_decay_shift");
  p.current_decay = per_neuron_from<std::int64_t>(j.at("current_decay"));
  p.current_bias = per_neuron_from<std::int64_t>(j.at("current_bias"));
  p.reset_decay = per_neuron_from<std::int64_t>(j.at("reset_decay"));
  p.reset_current = per_neuron_from<std::int64_t>(j.at("reset_current"));
  p.inhibition = j.at("inhibition");
  p.max_spikes = j.at("max_spikes");
  p.value_bits = j.at("value_bits");
  p.value_shift = j.at("value_shift");
  p.scale = per_neuron_from<double>(j.at("scale"));
  p.current_bits = j.at("current_bits");
  p.membrane_bits = j.at("membrane_bits");
  p.accumulator_bits = j.at("accumulator_bits");
  p.overflow = j.at("overflow") == "proved" ? numeric::OverflowMode::Proved
                                            : numeric::OverflowMode::Saturating;
  p.where = {j.at("where").at("file"), j.at("where").at("path")};
  return p;
}

json projection_json(const QuantizedProjection& p) {
  json j{{"name", p.name},
         {"source", p.source.kind == Source::Kind::Input ? "input" : "population"},
         {"source_index", p.source.index},
         {"target", p.target},
         {"kind", kind_of(p.connectivity)},
         {"weight_bits", p.weight_bits},
         {"delay", p.delay},
         {"where", {{"file", p.where.file}, {"path", p.where.path}}}};
  put_connectivity(j, p.connectivity);
  return j;
}

QuantizedConnectivity connectivity_from(const json& j) {
  const auto geometry_size = [&](const char* key) {
    return j.at("geometry").at(key).get<std::size_t>();
  };
  const auto weights = [&] { return j.at("weight").get<std::vector<std::int32_t>>(); };
  const std::string kind = j.at("kind");
  if (kind == "dense") {
    QuantizedDense dense;
    dense.weight.rows = j.at("rows");
    dense.weight.cols = j.at("cols");
    dense.weight.data = weights();
    return dense;
  }
  if (kind == "conv") return QuantizedConv{geometry_from<ConvGeometry>(geometry_size), weights()};
  if (kind == "maxpool") return geometry_from<MaxPool>(geometry_size);
  if (kind != "sparse") throw std::invalid_argument("unknown kind \"" + kind + "\"");
  QuantizedSparse sparse;
  sparse.sources = j.at("sources");
  sparse.targets = j.at("targets");
  const auto from = j.at("from").get<std::vector<std::uint32_t>>();
  const auto to = j.at("to").get<std::vector<std::uint32_t>>();
  const std::vector<std::int32_t> weight = weights();
  if (to.size() != from.size() || weight.size() != from.size()) {
    throw std::invalid_argument("synapse count");
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    sparse.synapses.push_back({from[i], to[i], weight[i]});
  }
  return sparse;
}

// Scales alone are real. The JSON library would make an integer of any number, without a word.
void only_whole_numbers(const json& j, const std::string& key) {
  if (j.is_array()) {
    for (const json& v : j) only_whole_numbers(v, key);
  } else if (j.is_object()) {
    for (const auto& [k, v] : j.items()) only_whole_numbers(v, k);
  } else if (j.is_number_float() && key != "scale") {
    throw std::invalid_argument("\"" + key + "\" is not a whole number");
  }
}

QuantizedProjection projection_from(const json& j) {
  QuantizedProjection p;
  p.name = j.at("name");
  p.source.kind = j.at("source") == "input" ? Source::Kind::Input : Source::Kind::Population;
  p.source.index = j.at("source_index");
  p.target = j.at("target");
  p.connectivity = connectivity_from(j);
  p.weight_bits = j.at("weight_bits");
  p.delay = j.at("delay");
  p.where = {j.at("where").at("file"), j.at("where").at("path")};
  return p;
}

}  // namespace

json to_json(const QuantizedNetwork& network, const Mapping& mapping) {
  json inputs = json::array();
  for (const QuantizedInput& i : network.inputs) {
    inputs.push_back({{"name", i.name},
                      {"shape", i.shape},
                      {"min", i.min_value},
                      {"max", i.max_value},
                      {"scale", i.scale},
                      {"static", i.is_static}});
  }
  json populations = json::array();
  for (const QuantizedPopulation& p : network.populations) {
    populations.push_back(population_json(p));
  }
  json projections = json::array();
  for (const QuantizedProjection& p : network.projections) {
    projections.push_back(projection_json(p));
  }
  json more = json::array();
  for (const Output& o : network.more_outputs) {
    more.push_back({{"population", o.population}, {"readout", std::string(name(o.readout))}});
  }
  std::vector<int> update_lanes;
  for (std::size_t p = 0; p < mapping.lanes.size(); ++p) {
    update_lanes.push_back(mapping.update_lanes_of(p));
  }
  return {{"format", "hillock-quantized-network"},
          {"version", kVersion},
          {"name", network.name},
          {"inputs", std::move(inputs)},
          {"populations", std::move(populations)},
          {"projections", std::move(projections)},
          {"output", network.output},
          {"readout", std::string(name(network.readout))},
          {"more_outputs", std::move(more)},
          {"timesteps", network.timesteps},
          {"lanes", mapping.lanes},
          {"update_lanes", update_lanes},
          {"loadable", mapping.loadable},
          {"spike_stream", mapping.spike_stream ? json(*mapping.spike_stream) : json(nullptr)}};
}

void from_json(const json& j, const std::string& file, QuantizedNetwork& network,
               Mapping& mapping) {
  try {
    if (j.at("format") != "hillock-quantized-network" || j.at("version") != kVersion) {
      throw std::invalid_argument("not a quantized network of this version");
    }
    only_whole_numbers(j, "");
    network = {};
    network.name = j.at("name");
    for (const json& i : j.at("inputs")) {
      network.inputs.push_back({i.at("name"), i.at("shape").get<Shape>(), i.at("min"), i.at("max"),
                                i.at("scale"), i.value("static", false)});
    }
    for (const json& p : j.at("populations")) network.populations.push_back(population_from(p));
    for (const json& p : j.at("projections")) network.projections.push_back(projection_from(p));
    network.output = j.at("output");
    const std::string readout = j.at("readout");
    network.readout = known(parse_readout(readout), readout);
    for (const json& o : j.at("more_outputs")) {
      const std::string how = o.at("readout");
      network.more_outputs.push_back({o.at("population"), known(parse_readout(how), how)});
    }
    network.timesteps = j.at("timesteps");
    mapping.lanes = j.at("lanes").get<std::vector<int>>();
    mapping.update_lanes = j.at("update_lanes").get<std::vector<int>>();
    mapping.loadable = j.at("loadable").get<std::vector<bool>>();
    mapping.spike_stream.reset();
    if (const json stream = j.value("spike_stream", json()); !stream.is_null()) {
      mapping.spike_stream = stream.get<std::size_t>();
    }
    verify(network);
    verify(network, mapping);
  } catch (const std::exception& e) {  // json's exceptions, and verify()'s
    support::fail(support::DiagnosticKind::BadBuild, {file}, support::JsonValue::complaint(e));
  }
}

}  // namespace hillock::ir
