#include "compiler/ir/network_json.h"

#include <fmt/format.h>

#include <utility>

#include "compiler/ir/connectivity_json.h"
#include "compiler/support/json_value.h"

namespace hillock::ir {
namespace {

using nlohmann::json;
using support::DiagnosticKind;
using support::JsonValue;
using support::Location;

constexpr std::size_t kVersion = 1;

json where_json(const Location& where) {
  json j{{"file", where.file}, {"path", where.path}};
  if (where.index) j["index"] = *where.index;
  return j;
}

// One number where all neurons agree, else a list.
json values_json(const PerNeuron<double>& values) {
  if (values.uniform()) return values.stored().front();
  return values.stored();
}

json population_json(const Population& p) {
  return {{"name", p.name},
          {"shape", p.shape},
          {"spiking", p.spiking},
          {"decay", values_json(p.decay)},
          {"bias", values_json(p.bias)},
          {"threshold", values_json(p.threshold)},
          {"reset_value", values_json(p.reset_value)},
          {"reset",
           {{"mechanism", name(p.reset.mechanism)},
            {"timing", name(p.reset.timing)},
            {"zero_input", name(p.reset.zero_input)}}},
          {"comparison", name(p.comparison)},
          {"synapse", name(p.synapse)},
          {"current_decay", values_json(p.current_decay)},
          {"current_bias", values_json(p.current_bias)},
          {"alpha_gain", values_json(p.alpha_gain)},
          {"inhibition", p.inhibition},
          {"max_spikes", p.max_spikes},
          {"where", where_json(p.where)}};
}

json projection_json(const Network& n, const Projection& p) {
  const bool from_input = p.source.kind == Source::Kind::Input;
  json j{{"name", p.name},
         {"source", {{from_input ? "input" : "population", n.source_name(p.source)}}},
         {"target", n.populations[p.target].name},
         {"type", kind_of(p.connectivity)},
         {"delay", p.delay},
         {"where", where_json(p.where)}};
  if (!p.weight_step.empty()) j["weight_step"] = p.weight_step;
  put_connectivity(j, p.connectivity);
  return j;
}

PerNeuron<double> values_from(const JsonValue& v) {
  if (!v.is_list()) return PerNeuron<double>(v.number());
  std::vector<double> list;
  for (const JsonValue& element : v.elements()) list.push_back(element.number());
  if (list.empty()) v.fault("is empty");
  return PerNeuron<double>(std::move(list));
}

Location location_from(const JsonValue& v) {
  Location out{v.at("file").text(), v.at("path").text()};
  if (v.has("index")) out.index = v.at("index").size();
  return out;
}

Population population_from(const JsonValue& v) {
  Population p;
  p.name = v.at("name").text();
  p.shape = v.at("shape").shape();
  p.spiking = v.at("spiking").truth();
  p.decay = values_from(v.at("decay"));
  p.bias = values_from(v.at("bias"));
  p.threshold = values_from(v.at("threshold"));
  p.reset_value = values_from(v.at("reset_value"));
  const JsonValue reset = v.at("reset");
  p.reset.mechanism = reset.at("mechanism").choice(parse_reset_mechanism);
  p.reset.timing = reset.at("timing").choice(parse_reset_timing);
  p.reset.zero_input = reset.at("zero_input").choice(parse_zero_input);
  p.comparison = v.at("comparison").choice(parse_comparison);
  // Files from before there were currents lack the following.
  if (v.has("synapse")) p.synapse = v.at("synapse").choice(parse_synapse);
  if (v.has("current_decay")) p.current_decay = values_from(v.at("current_decay"));
  if (v.has("current_bias")) p.current_bias = values_from(v.at("current_bias"));
  if (v.has("alpha_gain")) p.alpha_gain = values_from(v.at("alpha_gain"));
  if (v.has("inhibition")) p.inhibition = v.at("inhibition").truth();
  if (v.has("max_spikes")) p.max_spikes = v.at("max_spikes").whole();
  p.where = location_from(v.at("where"));
  return p;
}

// The index of what is called `name`.
template <typename T>
std::size_t find(const std::vector<T>& all, const JsonValue& v) {
  const std::string wanted = v.text();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == wanted) return i;
  }
  v.fault(fmt::format("nothing is called '{}'", wanted));
}

Source source_from(const Network& n, const JsonValue& v) {
  if (v.has("input")) return {Source::Kind::Input, find(n.inputs, v.at("input"))};
  return {Source::Kind::Population, find(n.populations, v.at("population"))};
}

std::vector<double> weights_from(const JsonValue& v) {
  std::vector<double> list;
  for (const JsonValue& w : v.elements()) list.push_back(w.number());
  return list;
}

Sparse sparse_from(const JsonValue& v) {
  Sparse sparse;
  sparse.sources = v.at("sources").size();
  sparse.targets = v.at("targets").size();
  const std::vector<JsonValue> from = v.at("from").elements();
  const std::vector<JsonValue> to = v.at("to").elements();
  const std::vector<double> weight = weights_from(v.at("weight"));
  if (to.size() != from.size() || weight.size() != from.size()) {
    v.fault(fmt::format("'from', 'to' and 'weight' have {}, {} and {} elements", from.size(),
                        to.size(), weight.size()));
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    sparse.synapses.push_back({static_cast<std::uint32_t>(from[i].size()),
                               static_cast<std::uint32_t>(to[i].size()), weight[i]});
  }
  return sparse;
}

Connectivity connectivity_from(const JsonValue& v) {
  const auto geometry_size = [&](const char* key) { return v.at("geometry").at(key).size(); };
  const std::string kind = v.at("type").text();
  if (kind == "dense") {
    Dense dense;
    dense.weight.rows = v.at("rows").size();
    dense.weight.cols = v.at("cols").size();
    dense.weight.data = weights_from(v.at("weight"));
    return dense;
  }
  if (kind == "conv") {
    return Conv{geometry_from<ConvGeometry>(geometry_size), weights_from(v.at("weight"))};
  }
  if (kind == "sparse") return sparse_from(v);
  if (kind == "maxpool") return geometry_from<MaxPool>(geometry_size);
  v.at("type").fault("is not 'dense', 'conv', 'sparse' or 'maxpool'");
}

Projection projection_from(const Network& n, const JsonValue& v) {
  Projection p;
  p.name = v.at("name").text();
  p.source = source_from(n, v.at("source"));
  p.target = find(n.populations, v.at("target"));
  p.connectivity = connectivity_from(v);
  p.delay = v.at("delay").whole();
  p.where = location_from(v.at("where"));
  if (v.has("weight_step")) {
    for (const JsonValue& step : v.at("weight_step").elements()) {
      p.weight_step.push_back(step.number());
    }
  }
  return p;
}

ImportReport report_from(const JsonValue& v) {
  ImportReport r;
  r.source = v.at("source").text();
  r.format = v.at("format").text();
  r.semantics = v.at("semantics").text();
  const std::string grade = v.at("grade").text();
  if (grade != "exact" && grade != "approximate") {
    v.at("grade").fault("is neither 'exact' nor 'approximate'");
  }
  r.grade = grade == "exact" ? ImportGrade::Exact : ImportGrade::Approximate;
  for (const JsonValue& a : v.at("assumptions").elements()) r.assumptions.push_back(a.text());
  for (const JsonValue& a : v.at("notes").elements()) r.notes.push_back(a.text());
  return r;
}

}  // namespace

json to_json(const Network& network) {
  json inputs = json::array();
  for (const Input& i : network.inputs) {
    inputs.push_back({{"name", i.name}, {"shape", i.shape}, {"where", where_json(i.where)}});
    if (i.is_static) inputs.back()["static"] = true;
  }
  json populations = json::array();
  for (const Population& p : network.populations) populations.push_back(population_json(p));
  json projections = json::array();
  for (const Projection& p : network.projections) {
    projections.push_back(projection_json(network, p));
  }
  json more = json::array();
  for (const Output& o : network.more_outputs) {
    more.push_back(
        {{"population", network.populations.at(o.population).name}, {"readout", name(o.readout)}});
  }
  const ImportReport& r = network.import;
  json j{{"format", "hillock-network"},
         {"version", kVersion},
         {"name", network.name},
         {"inputs", std::move(inputs)},
         {"populations", std::move(populations)},
         {"projections", std::move(projections)},
         {"output", network.populations.at(network.output).name},
         {"readout", name(network.readout)},
         {"import",
          {{"source", r.source},
           {"format", r.format},
           {"semantics", r.semantics},
           {"grade", name(r.grade)},
           {"assumptions", r.assumptions},
           {"notes", r.notes}}}};
  if (!more.empty()) j["more_outputs"] = std::move(more);
  if (network.timesteps) j["timesteps"] = *network.timesteps;
  return j;
}

Network network_from_json(const json& j, const std::string& file) {
  const JsonValue top(j, {file}, DiagnosticKind::BadJson);
  if (top.at("format").text() != "hillock-network") {
    top.at("format").fault("is not 'hillock-network'");
  }
  const JsonValue version = top.at("version");
  if (version.size() != kVersion) {
    version.fault(
        fmt::format("is {}, and this program reads version {}", version.size(), kVersion));
  }
  Network n;
  n.name = top.at("name").text();
  for (const JsonValue& v : top.at("inputs").elements()) {
    n.inputs.push_back({v.at("name").text(), v.at("shape").shape(), location_from(v.at("where"))});
    if (v.has("static")) n.inputs.back().is_static = v.at("static").truth();
  }
  for (const JsonValue& v : top.at("populations").elements()) {
    n.populations.push_back(population_from(v));
  }
  for (const JsonValue& v : top.at("projections").elements()) {
    n.projections.push_back(projection_from(n, v));
  }
  n.output = find(n.populations, top.at("output"));
  n.readout = top.at("readout").choice(parse_readout);
  if (top.has("more_outputs")) {
    for (const JsonValue& v : top.at("more_outputs").elements()) {
      n.more_outputs.push_back(
          {find(n.populations, v.at("population")), v.at("readout").choice(parse_readout)});
    }
  }
  if (top.has("timesteps")) n.timesteps = top.at("timesteps").whole();
  n.import = report_from(top.at("import"));
  return n;
}

}  // namespace hillock::ir
