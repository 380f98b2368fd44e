// nir::Graph by hand, for tests.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "compiler/import/nir_graph.h"

namespace hillock::tests {

using import::nir::Array;
using import::nir::Edge;
using import::nir::Graph;
using import::nir::Node;

inline support::Location nir_place(const std::string& node) {
  return {"model.nir", "/node/nodes/" + node};
}

inline Array vector(std::vector<double> values, bool single = false) {
  const std::size_t n = values.size();
  return {{n}, std::move(values), single};
}
inline Array scalar(double value) { return {{}, {value}, false}; }
inline Array filled(std::size_t n, double value) { return vector(std::vector<double>(n, value)); }

inline Node node(const std::string& name, const std::string& type,
                 std::map<std::string, import::nir::Parameter> parameters = {}) {
  return {name, type, nir_place(name), std::move(parameters), {}};
}
inline Node input(std::vector<double> shape) {
  return node("input", "Input", {{"shape", vector(std::move(shape))}});
}
inline Node output(std::vector<double> shape) {
  return node("output", "Output", {{"shape", vector(std::move(shape))}});
}
inline Node linear(const std::string& name, std::size_t rows, std::size_t cols,
                   std::vector<double> weight) {
  return node(name, "Linear", {{"weight", Array{{rows, cols}, std::move(weight), false}}});
}
inline Node affine(const std::string& name, std::size_t rows, std::size_t cols,
                   std::vector<double> weight, std::vector<double> bias) {
  Node n = linear(name, rows, cols, std::move(weight));
  n.type = "Affine";
  n.parameters["bias"] = vector(std::move(bias));
  return n;
}
// tau 1 ms, r 1, threshold 1: at dt 0.1 ms a decay of 0.9 and a gain of 0.1.
inline Node lif(const std::string& name, std::size_t n) {
  return node(name, "LIF",
              {{"tau", filled(n, 1e-3)},
               {"r", filled(n, 1.0)},
               {"v_leak", filled(n, 0.0)},
               {"v_threshold", filled(n, 1.0)},
               {"v_reset", filled(n, 0.0)}});
}

inline Graph graph(std::vector<Node> nodes,
                   const std::vector<std::pair<std::string, std::string>>& edges) {
  Graph g{{"model.nir", "/node"}, std::move(nodes), {}};
  for (const auto& [source, target] : edges) {
    g.edges.push_back({source, target, {"model.nir", "/node/edges", g.edges.size()}});
  }
  return g;
}

// input(2) -> fc -> lif(2) -> output(2)
inline Graph small_graph() {
  return graph(
      {input({2}), affine("fc", 2, 2, {1, 2, 3, 4}, {0.5, -0.5}), lif("lif", 2), output({2})},
      {{"input", "fc"}, {"fc", "lif"}, {"lif", "output"}});
}
inline Node& node_of(Graph& g, const std::string& name) {
  for (Node& n : g.nodes) {
    if (n.name == name) return n;
  }
  throw std::logic_error("no node " + name);
}

}  // namespace hillock::tests
