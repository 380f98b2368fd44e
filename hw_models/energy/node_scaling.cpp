#include "hw_models/energy/node_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/support/diagnostics.h"
#include "hw_models/energy/coefficients.h"

namespace hillock::hw_models {
namespace {

using nlohmann::json;

constexpr double kLeakageError = 10;

struct Node {
  double nm = 0;
  double voltage = 0;
  double energy = 0;  // relative
};

struct Table {
  std::string citation;
  std::string note;
  double low = 1;
  double high = 1;
  std::vector<Node> nodes;
};

const Table& table() {
  static const Table kTable = [] {
    const json j = json::parse(table_text("node_scaling.json"));
    Table t{j.at("citation"), j.at("note"), j.at("low"), j.at("high"), {}};
    for (const json& n : j.at("nodes")) {
      t.nodes.push_back({n.at("nm"), n.at("voltage"), n.at("energy")});
    }
    return t;
  }();
  return kTable;
}

const Node& node(double nm) {
  const std::vector<Node>& nodes = table().nodes;
  const auto at =
      std::find_if(nodes.begin(), nodes.end(), [nm](const Node& n) { return n.nm == nm; });
  if (at != nodes.end()) return *at;
  std::vector<double> known;
  known.reserve(nodes.size());
  for (const Node& n : nodes) known.push_back(n.nm);
  support::fail(support::DiagnosticKind::BadOption, {"--node"},
                fmt::format("nothing is known of energy at {} nm", nm),
                fmt::format("choose one of: {}", fmt::join(known, ", ")));
}

}  // namespace

NodeScaling node_scaling(double from_nm, double to_nm) {
  const Node& to = node(to_nm);
  NodeScaling s{from_nm,     to_nm,        to.voltage, to.energy / node(from_nm).energy,
                table().low, table().high, ""};
  s.text = fmt::format(
      "Scaled from {} nm to {} nm at {} V: dynamic energy x {:.3g} ({}); the truth may be {} to {} "
      "times that. {}",
      from_nm, to_nm, to.voltage, s.factor, table().citation, s.low, s.high, table().note);
  return s;
}

EnergyEstimate scale_to_node(const EnergyEstimate& estimate, double to_nm) {
  const CoefficientTable& coefficients = coefficients_of(estimate.target);
  if (coefficients.memory_blocks > 0) {
    support::fail(support::DiagnosticKind::BadOption, {"--node"},
                  fmt::format("{} is a device that there is, at its own node", estimate.target),
                  "choose a target of standard cells");
  }
  const NodeScaling s = node_scaling(coefficients.node_nm, to_nm);
  const Interval leakage{1 / kLeakageError, 1, kLeakageError};
  EnergyEstimate out = estimate;
  out.energy_j = {};
  for (EnergyComponent& c : out.breakdown) {
    c.energy_j = c.energy_j * (c.name == "leakage" ? leakage : s.energy());
    out.energy_j += c.energy_j;
  }
  out.sources.insert(out.sources.begin(), s.text);
  return out;
}

}  // namespace hillock::hw_models
