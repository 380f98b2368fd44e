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

// "lif", "if", "li", with "cuba_" in front where a current decays, too, or "alpha".
std::string model_of(const ir::Population& p) {
  if (p.synapse == ir::Synapse::Alpha) return p.spiking ? "alpha" : "alpha_li";
  const std::string plain = !p.spiking ? "li" : p.decay.min() < 1 ? "lif" : "if";
  return p.synapse == ir::Synapse::Current ? "cuba_" + plain : plain;
}

std::size_t synapses_of(const ir::Connectivity& c) {
  if (const auto* dense = std::get_if<ir::Dense>(&c)) return dense->weight.data.size();
  std::size_t n = 0;
  for (std::size_t i = 0; i < ir::source_count(c); ++i) {
    ir::for_each_synapse(c, i, [&](std::size_t, double) { ++n; });
  }
  return n;
}

std::size_t weights_of(const ir::Connectivity& c) {
  if (const auto* all = ir::weights_of(c)) return all->size();
  if (const auto* sparse = std::get_if<ir::Sparse>(&c)) return sparse->synapses.size();
  return 0;
}

// What a kernel is like: "3x3, stride 2x2, pad 1x1".
std::string windows_text(std::size_t kernel_height, std::size_t kernel_width,
                         std::size_t stride_height, std::size_t stride_width, std::size_t pad_top,
                         std::size_t pad_left, std::size_t dilation_height,
                         std::size_t dilation_width) {
  std::string out = fmt::format("{}x{}", kernel_height, kernel_width);
  if (stride_height * stride_width != 1) {
    out += fmt::format(", stride {}x{}", stride_height, stride_width);
  }
  if (pad_top + pad_left != 0) out += fmt::format(", pad {}x{}", pad_top, pad_left);
  if (dilation_height * dilation_width != 1) {
    out += fmt::format(", dilation {}x{}", dilation_height, dilation_width);
  }
  return out;
}

std::string geometry_text(const ir::Connectivity& c) {
  if (const auto* conv = std::get_if<ir::Conv>(&c)) {
    const ir::ConvGeometry& g = conv->geometry;
    std::string out = windows_text(g.kernel_height, g.kernel_width, g.stride_height, g.stride_width,
                                   g.pad_top, g.pad_left, g.dilation_height, g.dilation_width);
    if (g.groups != 1) out += fmt::format(", {} groups", g.groups);
    if (g.pool_height * g.pool_width != 1) {
      out += fmt::format(", over sums of {}x{}", g.pool_height, g.pool_width);
    }
    return out;
  }
  if (const auto* p = std::get_if<ir::MaxPool>(&c)) {
    return windows_text(p->kernel_height, p->kernel_width, p->stride_height, p->stride_width,
                        p->pad_top, p->pad_left, p->dilation_height, p->dilation_width);
  }
  return fmt::format("{}x{}", ir::target_count(c), ir::source_count(c));
}

json network_json(const ir::Network& n) {
  json populations = json::array();
  for (const ir::Population& p : n.populations) {
    populations.push_back({{"name", p.name},
                           {"neurons", p.neurons()},
                           {"shape", p.shape},
                           {"model", model_of(p)},
                           {"decay", range_json(p.decay)},
                           {"threshold", p.spiking ? range_json(p.threshold) : json(nullptr)},
                           {"bias", range_json(p.bias)},
                           {"reset_value", range_json(p.reset_value)},
                           {"reset", std::string(ir::name(p.reset.mechanism))},
                           {"reset_timing", std::string(ir::name(p.reset.timing))},
                           {"zero_input", std::string(ir::name(p.reset.zero_input))},
                           {"comparison", std::string(ir::name(p.comparison))},
                           {"synapse", std::string(ir::name(p.synapse))},
                           {"current_decay", range_json(p.current_decay)},
                           {"current_bias", range_json(p.current_bias)},
                           {"inhibition", p.inhibition},
                           {"where", p.where.text()}});
  }
  json inputs = json::array();
  for (const ir::Input& i : n.inputs) inputs.push_back({{"name", i.name}, {"shape", i.shape}});
  json outputs = json::array();
  for (const ir::Output& o : ir::outputs_of(n)) {
    outputs.push_back({{"population", n.populations[o.population].name},
                       {"readout", std::string(ir::name(o.readout))}});
  }
  json projections = json::array();
  for (const ir::Projection& p : n.projections) {
    projections.push_back({{"name", p.name},
                           {"source", n.source_name(p.source)},
                           {"target", n.populations[p.target].name},
                           {"kind", ir::kind_of(p.connectivity)},
                           {"geometry", geometry_text(p.connectivity)},
                           {"delay", p.delay},
                           {"synapses", synapses_of(p.connectivity)},
                           {"weights", weights_of(p.connectivity)},
                           {"where", p.where.text()}});
  }
  return {{"name", n.name},
          {"import", import_summary(n)},
          {"inputs", std::move(inputs)},
          {"populations", std::move(populations)},
          {"projections", std::move(projections)},
          {"output", n.populations[n.output].name},
          {"readout", std::string(ir::name(n.readout))},
          {"outputs", std::move(outputs)},
          {"timesteps", n.timesteps ? json(*n.timesteps) : json(nullptr)}};
}

std::string network_text(const ir::Network& n) {
  std::string out = fmt::format("{} ({}, read by the rules of {}): {}\n", n.import.source,
                                n.import.format, n.import.semantics, ir::name(n.import.grade));
  for (const std::string& a : n.import.assumptions) out += paragraph(2, "assumed: " + a);
  for (const std::string& s : n.import.notes) out += paragraph(2, "note: " + s);
  out += "\n";
  for (const ir::Input& i : n.inputs) {
    out += fmt::format("input {}: {}\n", i.name, ir::shape_text(i.shape));
  }
  std::vector<std::vector<std::string>> rows = {
      {"population", "from", "neurons", "model", "decay", "threshold", "reset", "spike at"}};
  for (std::size_t k = 0; k < n.populations.size(); ++k) {
    const ir::Population& p = n.populations[k];
    std::string from;
    for (const ir::Projection& projection : n.projections) {
      if (projection.target != k) continue;
      const std::string& source = n.source_name(projection.source);
      from += (from.empty() ? "" : ", ") + (source == p.name ? "itself" : source);
    }
    const std::string reset =
        p.reset.mechanism == ir::ResetMechanism::None
            ? "none"
            : fmt::format("{}, {}{}", ir::name(p.reset.mechanism), ir::name(p.reset.timing),
                          p.inhibition ? ", one spike in a step" : "");
    std::string decay = range_text(p.decay);
    if (p.synapse != ir::Synapse::None) {
      decay = fmt::format("{}, current {}", decay, range_text(p.current_decay));
    }
    rows.push_back({p.name, from, ir::shape_text(p.shape), model_of(p), decay,
                    p.spiking ? range_text(p.threshold) : "-", p.spiking ? reset : "-",
                    !p.spiking                                ? "-"
                    : p.comparison == ir::Comparison::Greater ? "V > threshold"
                                                              : "V >= threshold"});
  }
  out += table(rows, TableHead::FirstRow);
  rows = {{"projection", "from", "to", "kind", "size", "weights", "delay"}};
  for (const ir::Projection& p : n.projections) {
    rows.push_back({p.name, n.source_name(p.source), n.populations[p.target].name,
                    ir::kind_of(p.connectivity), geometry_text(p.connectivity),
                    fmt::format("{}", weights_of(p.connectivity)), fmt::format("{}", p.delay)});
  }
  out += "\n" + table(rows, TableHead::FirstRow) + "\n";
  for (const ir::Output& o : ir::outputs_of(n)) {
    out += fmt::format("output {}, read out by {}\n", n.populations[o.population].name,
                       ir::name(o.readout));
  }
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
