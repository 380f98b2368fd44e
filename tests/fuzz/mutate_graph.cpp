// The mutator of NIR graphs (nir_wire.h): nodes change their type, their parameters and their
// place, so that what is made of a graph is fuzzed without HDF5 in between.
#include <array>
#include <cmath>
#include <limits>

#include "compiler/import/nir_wire.h"
#include "tests/fuzz/fuzzing.h"

namespace hillock::fuzz {
namespace {

using import::nir::Array;
using import::nir::Edge;
using import::nir::Graph;
using import::nir::Node;
using import::nir::Parameter;
using Names = std::vector<std::string>;

constexpr std::size_t kMostNodes = 24;

double number(Random& random) {
  static std::vector<double> values = {0,
                                       1,
                                       -1,
                                       2,
                                       3,
                                       4,
                                       0.5,
                                       0.9,
                                       1e-3,
                                       1e-4,
                                       2e-4,
                                       1.5,
                                       7,
                                       -0.5,
                                       1e-9,
                                       1e9,
                                       1e300,
                                       -1e300,
                                       5e-324,
                                       65536,
                                       4294967296.0,
                                       std::numeric_limits<double>::infinity(),
                                       std::nan("")};
  return any(random, values);
}

Array array(Random& random, std::size_t around) {
  if (one_in(random, 16)) return {{0, std::size_t{1} << below(random, 64)}, {}, false};
  Array a;
  for (std::size_t rank = below(random, 5); rank > 0; --rank) {
    a.shape.push_back(one_in(random, 3) ? around : below(random, 5));
  }
  std::size_t n = 1;
  for (const std::size_t size : a.shape) n *= size;
  if (n > 256) return {{around}, std::vector<double>(around, number(random)), false};
  for (; n > 0; --n) a.values.push_back(number(random));
  a.single_precision = one_in(random, 2);
  return a;
}

Array row(std::size_t n, double value) { return {{n}, std::vector<double>(n, value), false}; }

// The number of elements that a node's arrays speak of.
std::size_t width(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    for (const auto& [name, value] : node.parameters) {
      const auto* a = std::get_if<Array>(&value);
      if (a != nullptr && name != "shape" && !a->shape.empty() && a->shape[0] > 0 &&
          a->shape[0] < 65) {
        return a->shape[0];
      }
    }
  }
  return 2;
}

// A node that could stand between two others of n elements, or between planes.
Node plausible(Random& random, std::size_t n) {
  Node node;
  node.name = "n" + std::to_string(below(random, 1000));
  auto& p = node.parameters;
  const Array pair = row(2, static_cast<double>(1 + below(random, 2)));
  switch (below(random, 14)) {
    case 0:
      node.type = "Linear";
      p["weight"] = Array{{n, n}, std::vector<double>(n * n, 0.5), one_in(random, 2)};
      break;
    case 1:
      node.type = "Affine";
      p["weight"] = Array{{n, n}, std::vector<double>(n * n, -0.5), false};
      p["bias"] = row(n, 0.25);
      break;
    case 2:
      node.type = "Scale";
      p["scale"] = row(n, number(random));
      break;
    case 3:
      node.type = "LIF";
      p = {{"tau", row(n, 1e-3)},
           {"r", row(n, number(random))},
           {"v_leak", row(n, 0)},
           {"v_threshold", row(n, 1)}};
      if (one_in(random, 2)) p["v_reset"] = row(n, 0);
      break;
    case 4:
      node.type = "IF";
      p = {{"r", row(n, 1)}, {"v_threshold", row(n, 1)}};
      break;
    case 5:
      node.type = "CubaLIF";
      p = {{"tau_syn", row(n, 1e-3)}, {"tau_mem", row(n, 2e-3)},  {"r", row(n, 1)},
           {"v_leak", row(n, 0)},     {"v_threshold", row(n, 1)}, {"w_in", row(n, 1)}};
      break;
    case 6:
      node.type = one_in(random, 2) ? "LI" : "CubaLI";
      p = {{node.type == "LI" ? "tau" : "tau_mem", row(n, 1e-3)},
           {"r", row(n, 1)},
           {"v_leak", row(n, 0)}};
      if (node.type == "CubaLI") p["tau_syn"] = row(n, 1e-3);
      break;
    case 7:
      node.type = "I";
      p["r"] = row(n, 1);
      break;
    case 8:
      node.type = "Threshold";
      p["threshold"] = row(n, 1);
      break;
    case 9:
      node.type = "Delay";
      p["delay"] = row(one_in(random, 2) ? 1 : n, 1e-4 * static_cast<double>(below(random, 4)));
      break;
    case 10:
      node.type = "Flatten";
      p = {{"start_dim", Array{{}, {0}, false}}, {"end_dim", Array{{}, {-1}, false}}};
      break;
    case 11:
      node.type = one_in(random, 2) ? "SumPool2d" : "AvgPool2d";
      p = {{"kernel_size", pair}, {"stride", pair}, {"padding", row(2, 0)}};
      break;
    case 12: {
      node.type = "Conv2d";
      const std::size_t out = 1 + below(random, 3);
      const std::size_t k = 1 + below(random, 3);
      p = {{"weight", Array{{out, 1 + below(random, 2), k, k}, {}, false}},
           {"stride", row(2, static_cast<double>(1 + below(random, 2)))},
           {"padding", row(2, static_cast<double>(below(random, 2)))},
           {"dilation", row(2, 1)},
           {"groups", Array{{}, {1}, false}},
           {"bias", row(out, 0.125)}};
      auto& w = std::get<Array>(p["weight"]);
      w.values.assign(w.shape[0] * w.shape[1] * k * k, 0.5);
      if (one_in(random, 4)) p["padding"] = std::string(one_in(random, 2) ? "same" : "valid");
      break;
    }
    default: {
      node.type = "Conv1d";
      p = {{"weight", Array{{2, 1, 2}, std::vector<double>(4, 0.5), false}},
           {"stride", row(1, 1)},
           {"padding", row(1, 0)},
           {"dilation", row(1, 1)},
           {"groups", Array{{}, {1}, false}}};
    }
  }
  return node;
}

const Names& parameter_names() {
  static const Names names = {"weight",  "bias",       "scale",      "tau",         "tau_syn",
                              "tau_mem", "r",          "v_leak",     "v_threshold", "v_reset",
                              "w_in",    "threshold",  "delay",      "shape",       "stride",
                              "padding", "dilation",   "groups",     "kernel_size", "start_dim",
                              "end_dim", "input_type", "input_shape"};
  return names;
}

void change_parameter(Random& random, Node& node, std::size_t n) {
  if (node.parameters.empty() || one_in(random, 8)) {
    Names names = parameter_names();
    node.parameters[any(random, names)] = array(random, n);
    return;
  }
  auto at = node.parameters.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(below(random, node.parameters.size())));
  Parameter& value = at->second;
  auto* a = std::get_if<Array>(&value);
  switch (below(random, 8)) {
    case 0:
      node.parameters.erase(at);
      return;
    case 1:
      value = array(random, n);
      return;
    case 2:
      value = std::string(one_in(random, 2) ? "same" : "?");
      return;
    case 3:
      value = import::nir::Unreadable{"a group"};
      return;
    case 4:
      if (a != nullptr) a->values.assign(a->values.size(), number(random));
      return;
    case 5:
      if (a != nullptr && a->shape.size() == 1) *a = row(below(random, 6), number(random));
      return;
    default:
      if (a != nullptr && !a->values.empty()) any(random, a->values) = number(random);
  }
}

void insert(Random& random, Graph& graph) {
  Node made = plausible(random, width(graph));
  if (graph.edges.empty() || one_in(random, 8)) {
    graph.nodes.push_back(std::move(made));
    return;
  }
  Edge& edge = any(random, graph.edges);
  const std::string target = edge.target;
  edge.target = made.name;
  graph.edges.push_back({made.name, target, edge.where});
  graph.nodes.push_back(std::move(made));
}

void change(Random& random, Graph& graph) {
  if (graph.nodes.empty()) {
    insert(random, graph);
    return;
  }
  Node& node = any(random, graph.nodes);
  if (!node.nested.empty() && !one_in(random, 3)) {
    change(random, node.nested.front());
    return;
  }
  const std::string& other = any(random, graph.nodes).name;
  switch (below(random, 12)) {
    case 0:
    case 1:
      if (graph.nodes.size() < kMostNodes) insert(random, graph);
      return;
    case 2:
      graph.edges.push_back({node.name, other, {}});
      return;
    case 3:
      if (!graph.edges.empty()) {
        graph.edges.erase(graph.edges.begin() +
                          static_cast<std::ptrdiff_t>(below(random, graph.edges.size())));
      }
      return;
    case 4:
      if (!graph.edges.empty()) any(random, graph.edges).target = other;
      return;
    case 5:
      node.type = plausible(random, 2).type;
      return;
    case 6: {
      // One out of the middle: its edges close over it.
      for (Edge& edge : graph.edges) {
        if (edge.target == node.name) edge.target = other;
      }
      return;
    }
    case 7:
      if (graph.nodes.size() < kMostNodes && one_in(random, 4)) {
        Graph inner = graph;
        node.type = "NIRGraph";
        node.parameters.clear();
        node.nested.assign(1, std::move(inner));
      } else {
        node.name = mutated(node.name, 4);
      }
      return;
    default:
      change_parameter(random, node, width(graph));
  }
}

}  // namespace
}  // namespace hillock::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  using namespace hillock;
  fuzz::Random random(seed + 1);
  if (size == 0 || fuzz::one_in(random, 8)) return LLVMFuzzerMutate(data, size, max_size);
  import::nir::Graph graph;
  try {
    graph =
        import::nir::from_bytes({reinterpret_cast<const char*>(data) + 1, size - 1}, "model.nir");
  } catch (const std::exception&) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  auto options = static_cast<char>(data[0]);
  if (fuzz::one_in(random, 6)) options = static_cast<char>(random() >> 8U);
  for (std::size_t times = 1 + fuzz::below(random, 3); times > 0; --times) {
    fuzz::change(random, graph);
  }
  return fuzz::put_back(options + import::nir::to_bytes(graph), data, size, max_size);
}
