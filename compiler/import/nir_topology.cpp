#include "compiler/import/nir_topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace hillock::import::nir {
namespace {

using support::DiagnosticKind;
using support::DiagnosticList;
using support::fail;

using Indices = std::vector<std::size_t>;

std::string names_of(const Graph& graph, const Indices& nodes, std::string_view separator) {
  std::vector<std::string> names;
  for (const std::size_t n : nodes) names.push_back(graph.nodes[n].name);
  return fmt::format("{}", fmt::join(names, separator));
}

std::size_t only(const Graph& graph, std::string_view type) {
  Indices found;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].type == type) found.push_back(i);
  }
  if (found.empty()) {
    fail(DiagnosticKind::UnsupportedGraph, graph.where,
         fmt::format("the graph has no {} node", type),
         "export the model again with an Input and an Output");
  }
  if (found.size() > 1) {
    fail(DiagnosticKind::UnsupportedGraph, graph.nodes[found[1]].where,
         fmt::format("the graph has {} {} nodes ({}), and one is supported", found.size(), type,
                     names_of(graph, found, ", ")));
  }
  return found.front();
}

// One cycle among the nodes that an ordering could not place: walk backwards until one repeats.
[[noreturn]] void fail_on_cycle(const Graph& graph, const Topology& t,
                                const std::vector<bool>& placed) {
  const auto start = std::find(placed.begin(), placed.end(), false);
  Indices path{static_cast<std::size_t>(start - placed.begin())};
  for (;;) {
    const Indices& sources = t.sources[path.back()];
    const auto next =
        std::find_if(sources.begin(), sources.end(), [&](std::size_t s) { return !placed[s]; });
    const auto seen = std::find(path.begin(), path.end(), *next);
    const bool closed = seen != path.end();
    if (closed) path.erase(path.begin(), seen);
    path.push_back(*next);
    if (closed) break;
  }
  std::reverse(path.begin(), path.end());
  fail(DiagnosticKind::UnsupportedGraph, graph.nodes[path.front()].where,
       fmt::format("the nodes {} form a cycle: recurrence arrives in a later version",
                   names_of(graph, path, " -> ")),
       "use a feed-forward network");
}

void order(const Graph& graph, Topology& t) {
  std::vector<std::size_t> waiting(graph.nodes.size());
  std::vector<bool> placed(graph.nodes.size(), false);
  Indices ready;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    waiting[i] = t.sources[i].size();
    if (waiting[i] == 0) ready.push_back(i);
  }
  for (std::size_t next = 0; next < ready.size(); ++next) {
    const std::size_t n = ready[next];
    placed[n] = true;
    t.order.push_back(n);
    for (const std::size_t target : t.targets[n]) {
      if (--waiting[target] == 0) ready.push_back(target);
    }
  }
  if (t.order.size() != graph.nodes.size()) fail_on_cycle(graph, t, placed);
}

// Every node that can be reached from `start` along `next`.
std::vector<bool> reach(std::size_t start, const std::vector<Indices>& next) {
  std::vector<bool> seen(next.size(), false);
  Indices open{start};
  seen[start] = true;
  while (!open.empty()) {
    const std::size_t n = open.back();
    open.pop_back();
    for (const std::size_t m : next[n]) {
      if (!seen[m]) open.push_back(m);
      seen[m] = true;
    }
  }
  return seen;
}

void check_connections(const Graph& graph, const Topology& t) {
  const std::vector<bool> from_input = reach(t.input, t.targets);
  const std::vector<bool> to_output = reach(t.output, t.sources);
  DiagnosticList list;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (t.sources[i].size() > 1) {
      list.error(DiagnosticKind::UnsupportedGraph, node.where,
                 fmt::format("'{}' has {} sources ({}), and one is supported", node.name,
                             t.sources[i].size(), names_of(graph, t.sources[i], ", ")),
                 "use a network whose layers follow each other");
    } else if (!from_input[i]) {
      list.error(DiagnosticKind::UnsupportedGraph, node.where,
                 fmt::format("nothing leads from the input to '{}'", node.name),
                 "leave the node out, or connect it");
    } else if (!to_output[i]) {
      list.error(DiagnosticKind::UnsupportedGraph, node.where,
                 fmt::format("nothing leads from '{}' to the output", node.name),
                 "leave the node out, or connect it");
    }
  }
  list.stop_if_any();
}

}  // namespace

Topology topology_of(const Graph& graph) {
  Topology t;
  t.sources.resize(graph.nodes.size());
  t.targets.resize(graph.nodes.size());
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) index[graph.nodes[i].name] = i;
  for (const Edge& edge : graph.edges) {
    t.sources[index.at(edge.target)].push_back(index.at(edge.source));
    t.targets[index.at(edge.source)].push_back(index.at(edge.target));
  }
  order(graph, t);
  t.input = only(graph, "Input");
  t.output = only(graph, "Output");
  check_connections(graph, t);
  return t;
}

}  // namespace hillock::import::nir
