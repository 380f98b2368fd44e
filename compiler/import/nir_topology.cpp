#include "compiler/import/nir_topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

Indices all(const Graph& graph, std::string_view type) {
  Indices found;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].type == type) found.push_back(i);
  }
  if (found.empty()) {
    fail(DiagnosticKind::UnsupportedGraph, graph.where,
         fmt::format("the graph has no {} node", type),
         "export the model again with an Input and an Output");
  }
  return found;
}

// Every node that can be reached from one of `start` along `next`.
std::vector<bool> reach(const Indices& start, const std::vector<Indices>& next) {
  std::vector<bool> seen(next.size(), false);
  Indices open = start;
  for (const std::size_t n : start) seen[n] = true;
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
  const std::vector<bool> from_input = reach(t.inputs, t.targets);
  const std::vector<bool> to_output = reach(t.outputs, t.sources);
  DiagnosticList list;
  for (const std::size_t n : t.inputs) {
    if (t.sources[n].empty()) continue;
    list.error(DiagnosticKind::UnsupportedGraph, graph.nodes[n].where,
               fmt::format("'{}' leads to the Input '{}'", graph.nodes[t.sources[n].front()].name,
                           graph.nodes[n].name),
               "an Input is where a graph begins: let its readers read the other node as well");
  }
  for (const std::size_t n : t.outputs) {
    if (t.targets[n].empty()) continue;
    list.error(DiagnosticKind::UnsupportedGraph, graph.nodes[n].where,
               fmt::format("the Output '{}' leads to '{}'", graph.nodes[n].name,
                           graph.nodes[t.targets[n].front()].name),
               "an Output is where a graph ends: let its reader read what the Output reads");
  }
  const std::string_view input = t.inputs.size() == 1 ? "the input" : "any input";
  const std::string_view output = t.outputs.size() == 1 ? "the output" : "any output";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!from_input[i]) {
      list.error(DiagnosticKind::UnsupportedGraph, node.where,
                 fmt::format("nothing leads from {} to '{}'", input, node.name),
                 "leave the node out, or connect it");
    } else if (!to_output[i]) {
      list.error(DiagnosticKind::UnsupportedGraph, node.where,
                 fmt::format("nothing leads from '{}' to {}", node.name, output),
                 "leave the node out, or connect it");
    }
  }
  list.stop_if_any();
}

// What the nodes with state read, through everything that is not.
class StateGraph {
 public:
  StateGraph(const Graph& graph, Topology& t, const std::function<bool(const Node&)>& holds_state,
             const std::function<bool(const Node&)>& delays)
      : graph_(graph),
        t_(t),
        state_(graph.nodes.size()),
        input_(graph.nodes.size()),
        output_(graph.nodes.size()),
        delays_(graph.nodes.size()),
        mark_(graph.nodes.size(), Mark::New),
        instant_(graph.nodes.size()) {
    for (const std::size_t n : t.inputs) input_[n] = true;
    for (const std::size_t n : t.outputs) output_[n] = true;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      state_[i] = input_[i] || output_[i] || holds_state(graph.nodes[i]);
      delays_[i] = !state_[i] && delays(graph.nodes[i]);
    }
  }

  void order() {
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (!state_[i]) refuse_linear_cycle(i);
    }
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (state_[i] && !output_[i]) find_readers(i);
    }
    std::fill(mark_.begin(), mark_.end(), Mark::New);
    for (const std::size_t n : t_.inputs) visit(n);
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (state_[i] && !output_[i] && mark_[i] == Mark::New) visit(i);
    }
    sort();
  }

 private:
  enum class Mark { New, Open, Done };

  // A walk along nodes without state that meets itself. Iterative: graphs may be deep.
  void refuse_linear_cycle(std::size_t start) {
    if (mark_[start] != Mark::New) return;
    std::vector<std::pair<std::size_t, std::size_t>> stack{{start, 0}};
    mark_[start] = Mark::Open;
    while (!stack.empty()) {
      auto& [n, next] = stack.back();
      if (next == t_.targets[n].size()) {
        mark_[n] = Mark::Done;
        stack.pop_back();
        continue;
      }
      const std::size_t m = t_.targets[n][next++];
      if (state_[m]) continue;
      if (mark_[m] == Mark::Open) {
        Indices path;
        bool inside = false;
        for (const auto& [node, unused] : stack) {
          inside = inside || node == m;
          if (inside) path.push_back(node);
        }
        path.push_back(m);
        fail(DiagnosticKind::UnsupportedGraph, graph_.nodes[m].where,
             fmt::format("the nodes {} form a cycle without neurons",
                         names_of(graph_, path, " -> ")),
             "a recurrent connection leads through spiking neurons");
      }
      if (mark_[m] == Mark::New) {
        mark_[m] = Mark::Open;
        stack.emplace_back(m, 0);
      }
    }
  }

  // Who reads `source` in the same step, and whether it reads itself at all.
  void find_readers(std::size_t source) {
    // Once for paths that stay within the step, once for those that do not.
    std::vector<std::array<bool, 2>> seen(state_.size(), {false, false});
    std::vector<std::pair<std::size_t, bool>> open{{source, false}};
    while (!open.empty()) {
      const auto [n, late] = open.back();
      open.pop_back();
      for (const std::size_t m : t_.targets[n]) {
        if (m == source) t_.self_reading.insert(m);
        const bool later = late || delays_[m];
        if (seen[m][later ? 1 : 0]) continue;
        seen[m][later ? 1 : 0] = true;
        if (!state_[m]) {
          open.emplace_back(m, later);
        } else if (!later && !output_[m]) {
          instant_[source].push_back(m);
        }
      }
    }
    std::sort(instant_[source].begin(), instant_[source].end());
  }

  // Depth first; what leads back to a node on the way closes a cycle.
  void visit(std::size_t start) {
    std::vector<std::pair<std::size_t, std::size_t>> stack{{start, 0}};
    mark_[start] = Mark::Open;
    while (!stack.empty()) {
      auto& [n, next] = stack.back();
      if (next == instant_[n].size()) {
        mark_[n] = Mark::Done;
        stack.pop_back();
        continue;
      }
      const std::size_t m = instant_[n][next++];
      if (mark_[m] == Mark::Open) {
        t_.closing.emplace(n, m);
      } else if (mark_[m] == Mark::New) {
        mark_[m] = Mark::Open;
        stack.emplace_back(m, 0);
      }
    }
  }

  // How far along the graph a node is: the order in which a walk from the input meets it.
  std::vector<std::size_t> ranks() const {
    std::vector<std::size_t> rank(state_.size(), state_.size());
    Indices met = t_.inputs;
    for (std::size_t i = 0; i < met.size(); ++i) rank[met[i]] = i;
    for (std::size_t next = 0; next < met.size(); ++next) {
      for (const std::size_t m : t_.targets[met[next]]) {
        if (rank[m] != state_.size()) continue;
        rank[m] = met.size();
        met.push_back(m);
      }
    }
    return rank;
  }

  // Every node after those it reads in the same step; of several the one met first.
  void sort() {
    std::vector<std::size_t> waiting(state_.size(), 0);
    const auto waits = [&](std::size_t n, std::size_t m) { return !t_.closing.contains({n, m}); };
    for (std::size_t n = 0; n < state_.size(); ++n) {
      for (const std::size_t m : instant_[n]) waiting[m] += waits(n, m) ? 1 : 0;
    }
    const std::vector<std::size_t> rank = ranks();
    std::set<std::pair<std::size_t, std::size_t>> ready;
    for (std::size_t n = 0; n < state_.size(); ++n) {
      if (state_[n] && !output_[n] && waiting[n] == 0) ready.emplace(rank[n], n);
    }
    while (!ready.empty()) {
      const std::size_t n = ready.begin()->second;
      ready.erase(ready.begin());
      if (!input_[n]) t_.order.push_back(n);
      for (const std::size_t m : instant_[n]) {
        if (waits(n, m) && --waiting[m] == 0) ready.emplace(rank[m], m);
      }
    }
  }

  const Graph& graph_;
  Topology& t_;
  std::vector<bool> state_;
  std::vector<bool> input_;
  std::vector<bool> output_;
  std::vector<bool> delays_;
  std::vector<Mark> mark_;
  std::vector<Indices> instant_;  // nodes with state that read a node in the same step
};

}  // namespace

Topology topology_of(const Graph& graph, const std::function<bool(const Node&)>& holds_state,
                     const std::function<bool(const Node&)>& delays) {
  Topology t;
  t.sources.resize(graph.nodes.size());
  t.targets.resize(graph.nodes.size());
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) index[graph.nodes[i].name] = i;
  for (const Edge& edge : graph.edges) {
    t.sources[index.at(edge.target)].push_back(index.at(edge.source));
    t.targets[index.at(edge.source)].push_back(index.at(edge.target));
  }
  for (auto* list : {&t.sources, &t.targets}) {
    for (Indices& nodes : *list) std::sort(nodes.begin(), nodes.end());
  }
  t.inputs = all(graph, "Input");
  t.outputs = all(graph, "Output");
  check_connections(graph, t);
  StateGraph(graph, t, holds_state, delays).order();
  return t;
}

}  // namespace hillock::import::nir
