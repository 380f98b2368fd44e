#include "compiler/import/nir_flatten_subgraphs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/import/limits.h"

namespace hillock::import::nir {
namespace {

using support::DiagnosticKind;
using support::DiagnosticList;
using support::fail;

// Edges are a set: an edge that is listed again (as exporters of recurrent layers do) adds nothing.
void check_edges(Graph& graph, DiagnosticList& list, std::vector<std::string>& notes) {
  std::set<std::string_view> names;
  for (const Node& node : graph.nodes) names.insert(node.name);
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<Edge> kept;
  for (Edge& edge : graph.edges) {
    for (const std::string* end : {&edge.source, &edge.target}) {
      if (names.contains(*end)) continue;
      list.error(DiagnosticKind::BadEdge, edge.where,
                 fmt::format("the edge '{}' -> '{}' names no node: there is no '{}'", edge.source,
                             edge.target, *end));
    }
    if (!seen.emplace(edge.source, edge.target).second) {
      notes.push_back(fmt::format("the edge '{}' -> '{}' is listed again, and counts once",
                                  edge.source, edge.target));
      continue;
    }
    kept.push_back(std::move(edge));
  }
  graph.edges = std::move(kept);
}

// The only node of a type in a nested graph.
const Node& only(const Graph& graph, std::string_view type, std::string_view outer) {
  const Node* found = nullptr;
  std::size_t count = 0;
  for (const Node& node : graph.nodes) {
    if (node.type != type) continue;
    found = &node;
    ++count;
  }
  if (count != 1) {
    fail(DiagnosticKind::UnsupportedGraph, graph.where,
         fmt::format("the nested graph '{}' has {} {} nodes, and one is supported", outer, count,
                     type),
         "give a nested graph one Input and one Output");
  }
  return *found;
}

// Replaces a junction by edges from each of its sources to each of its targets.
void remove_junction(const std::string& junction, Graph& graph) {
  std::vector<Edge> kept;
  std::vector<Edge> in;
  std::vector<Edge> out;
  for (Edge& edge : graph.edges) {
    const bool arrives = edge.target == junction;
    const bool leaves = edge.source == junction;
    if (arrives && leaves) {
      fail(DiagnosticKind::UnsupportedGraph, edge.where,
           fmt::format("'{}' feeds itself without a node in between", junction));
    }
    (arrives ? in : leaves ? out : kept).push_back(std::move(edge));
  }
  if (kept.size() + in.size() * out.size() > kMaxEdges) {
    fail(DiagnosticKind::FileTooLarge, graph.where, fmt::format("has over {} edges", kMaxEdges));
  }
  for (const Edge& a : in) {
    for (const Edge& b : out) kept.push_back({a.source, b.target, a.where});
  }
  graph.edges = std::move(kept);
  std::erase_if(graph.nodes, [&](const Node& node) { return node.name == junction; });
}

void inline_node(Node outer, Graph& graph) {
  Graph inner = std::move(outer.nested.front());
  const auto arrives = [&](const Edge& e) { return e.target == outer.name; };
  const auto leaves = [&](const Edge& e) { return e.source == outer.name; };
  std::set<std::string> junctions;
  std::string entry;
  std::string exit;
  const auto full_name = [&](const std::string& name) { return outer.name + "." + name; };
  if (std::any_of(graph.edges.begin(), graph.edges.end(), arrives)) {
    entry = full_name(only(inner, "Input", outer.name).name);
    junctions.insert(entry);
  }
  if (std::any_of(graph.edges.begin(), graph.edges.end(), leaves)) {
    exit = full_name(only(inner, "Output", outer.name).name);
    junctions.insert(exit);
  }
  for (Edge& edge : graph.edges) {
    // Decided before either end is renamed: an edge from the graph to itself has both.
    const bool in = arrives(edge);
    const bool out = leaves(edge);
    if (in) edge.target = entry;
    if (out) edge.source = exit;
  }
  for (Node& node : inner.nodes) {
    node.name = full_name(node.name);
    graph.nodes.push_back(std::move(node));
  }
  for (Edge& edge : inner.edges) {
    graph.edges.push_back({full_name(edge.source), full_name(edge.target), std::move(edge.where)});
  }
  for (const std::string& junction : junctions) remove_junction(junction, graph);
}

void check_names(const Graph& graph) {
  DiagnosticList list;
  std::map<std::string_view, const Node*> seen;
  for (const Node& node : graph.nodes) {
    const auto [it, fresh] = seen.emplace(node.name, &node);
    if (!fresh) {
      list.error(DiagnosticKind::DuplicateName, node.where,
                 fmt::format("the name '{}' is taken by {}", node.name, it->second->where.text()));
    }
  }
  list.stop_if_any();
}

}  // namespace

Graph flatten_subgraphs(Graph graph, std::vector<std::string>& notes) {
  DiagnosticList list;
  check_edges(graph, list, notes);
  list.stop_if_any();
  std::vector<Node> nested;
  std::vector<Node> plain;
  for (Node& node : graph.nodes) (node.nested.empty() ? plain : nested).push_back(std::move(node));
  graph.nodes = std::move(plain);
  for (Node& node : nested) {
    node.nested.front() = flatten_subgraphs(std::move(node.nested.front()), notes);
    inline_node(std::move(node), graph);
    check_names(graph);
  }
  return graph;
}

}  // namespace hillock::import::nir
