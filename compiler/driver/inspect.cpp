#include "compiler/driver/inspect.h"

#include <fmt/format.h>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/terminal.h"
#include "compiler/support/file.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

// "0.9" or, where neurons differ, "0.85..0.95".
std::string range_text(const ir::PerNeuron<double>& p) {
  return p.uniform() ? fmt::format("{:.6g}", p[0])
                     : fmt::format("{:.4g}..{:.4g}", p.min(), p.max());
}

json range_json(const ir::PerNeuron<double>& p) { return {{"min", p.min()}, {"max", p.max()}}; }

json network_json(const ir::Network& n) {
  json populations = json::array();
  for (const ir::Population& p : n.populations) {
    populations.push_back({{"name", p.name},
                           {"neurons", p.neurons()},
                           {"shape", p.shape},
                           {"model", !p.spiking          ? "li"
                                     : p.decay.min() < 1 ? "lif"
                                                         : "if"},
                           {"decay", range_json(p.decay)},
                           {"threshold", p.spiking ? range_json(p.threshold) : json(nullptr)},
                           {"bias", range_json(p.bias)},
                           {"reset_value", range_json(p.reset_value)},
                           {"reset", std::string(ir::name(p.reset.mechanism))},
                           {"reset_timing", std::string(ir::name(p.reset.timing))},
                           {"zero_input", std::string(ir::name(p.reset.zero_input))},
                           {"comparison", std::string(ir::name(p.comparison))},
                           {"where", p.where.text()}});
  }
  json inputs = json::array();
  for (const ir::Input& i : n.inputs) inputs.push_back({{"name", i.name}, {"shape", i.shape}});
  json projections = json::array();
  for (const ir::Projection& p : n.projections) {
    projections.push_back({{"name", p.name},
                           {"source", n.source_name(p.source)},
                           {"target", n.populations[p.target].name},
                           {"kind", "dense"},
                           {"delay", p.delay},
                           {"synapses", std::get<ir::Dense>(p.connectivity).weight.data.size()},
                           {"where", p.where.text()}});
  }
  return {{"name", n.name},
          {"import", import_summary(n)},
          {"inputs", std::move(inputs)},
          {"populations", std::move(populations)},
          {"projections", std::move(projections)},
          {"output", n.populations[n.output].name},
          {"readout", std::string(ir::name(n.readout))},
          {"timesteps", n.timesteps ? json(*n.timesteps) : json(nullptr)}};
}

std::string network_text(const ir::Network& n) {
  std::string out = fmt::format("{} ({}, read by the rules of {}): {}\n", n.import.source,
                                n.import.format, n.import.semantics, ir::name(n.import.grade));
  for (const std::string& a : n.import.assumptions) out += fmt::format("  assumed: {}\n", a);
  for (const std::string& s : n.import.notes) out += fmt::format("  note: {}\n", s);
  out += "\n";
  for (const ir::Input& i : n.inputs) {
    out += fmt::format("input {}: {}\n", i.name, ir::shape_text(i.shape));
  }
  std::vector<std::vector<std::string>> rows = {
      {"population", "from", "neurons", "decay", "threshold", "reset", "spike at"}};
  for (std::size_t k = 0; k < n.populations.size(); ++k) {
    const ir::Population& p = n.populations[k];
    std::string from;
    for (const ir::Projection& projection : n.projections) {
      if (projection.target == k) from = n.source_name(projection.source);
    }
    const std::string reset =
        p.reset.mechanism == ir::ResetMechanism::None
            ? "none"
            : fmt::format("{}, {}", ir::name(p.reset.mechanism), ir::name(p.reset.timing));
    rows.push_back({p.name, from, fmt::format("{}", p.neurons()), range_text(p.decay),
                    p.spiking ? range_text(p.threshold) : "-", p.spiking ? reset : "-",
                    !p.spiking                                ? "-"
                    : p.comparison == ir::Comparison::Greater ? "V > threshold"
                                                              : "V >= threshold"});
  }
  out += table(rows, TableHead::FirstRow);
  out +=
      fmt::format("output {}, read out by {}\n", n.populations[n.output].name, ir::name(n.readout));
  return out;
}

}  // namespace

json inspect(const std::filesystem::path& path, const import::ImportOptions& import,
             const CommonOptions& common, std::string& text) {
  json result;
  if (is_build(path)) {
    const Build build = load_build(path);
    result = network_json(build.network);
    result["build"] = build.summary;
    text = network_text(build.network);
    std::vector<std::vector<std::string>> rows = {
        {"population", "lanes", "weight bits", "membrane bits", "sum bits", "overflow"}};
    for (const json& p : build.summary.at("populations")) {
      rows.push_back({p.at("name"), p.at("lanes").dump(), p.at("weight_bits").dump(),
                      p.at("membrane_bits").dump(), p.at("accumulator_bits").dump(),
                      p.at("overflow")});
    }
    text += "\n" + table(rows, TableHead::FirstRow);
  } else {
    const ir::Network network = import::import_model(path, import);
    ir::verify(network);
    result = network_json(network);
    text = network_text(network);
  }
  if (!common.json.empty()) support::write_file(common.json, result.dump(2) + "\n");
  return result;
}

}  // namespace hillock::driver
