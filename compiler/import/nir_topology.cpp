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

// The graph's own ends: a value comes in at the one and leaves at the other.
void check_ends(const Graph& graph, const Topology& t) {
  for (const Edge& edge : graph.edges) {
    const std::string& input = graph.nodes[t.input].name;
    const std::string& output = graph.nodes[t.output].name;
    if (edge.target == input) {
      fail(DiagnosticKind::BadEdge, edge.where,
           fmt::format("leads from '{}' into the graph's Input '{}'", edge.source, input),
           "let it lead to what the Input leads to");
    }
    if (edge.source == output) {
      fail(DiagnosticKind::BadEdge, edge.where,
           fmt::format("leads out of the graph's Output '{}' to '{}'", output, edge.target),
           "let it come from what leads to the Output");
    }
  }
}

void check_connections(const Graph& graph, const Topology& t) {
  const std::vector<bool> from_input = reach(t.input, t.targets);
  const std::vector<bool> to_output = reach(t.output, t.sources);
  DiagnosticList list;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!from_input[i]) {
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

// What the nodes with state read, through everything that is not.
class StateGraph {
 public:
  StateGraph(const Graph& graph, Topology& t, const std::function<bool(const Node&)>& holds_state,
             const std::function<bool(const Node&)>& delays)
      : graph_(graph),
        t_(t),
        state_(graph.nodes.size()),
        delays_(graph.nodes.size()),
        mark_(graph.nodes.size(), Mark::New),
        instant_(graph.nodes.size()) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      state_[i] = i == t.input || i == t.output || holds_state(graph.nodes[i]);
      delays_[i] = !state_[i] && delays(graph.nodes[i]);
    }
  }

  void order() {
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (!state_[i]) refuse_linear_cycle(i);
    }
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (state_[i] && i != t_.output) find_readers(i);
    }
    std::fill(mark_.begin(), mark_.end(), Mark::New);
    visit(t_.input);
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (state_[i] && i != t_.output && mark_[i] == Mark::New) visit(i);
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
        } else if (!later && m != t_.output) {
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
    Indices met{t_.input};
    rank[t_.input] = 0;
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
      if (state_[n] && n != t_.output && waiting[n] == 0) ready.emplace(rank[n], n);
    }
    while (!ready.empty()) {
      const std::size_t n = ready.begin()->second;
      ready.erase(ready.begin());
      if (n != t_.input) t_.order.push_back(n);
      for (const std::size_t m : instant_[n]) {
        if (waits(n, m) && --waiting[m] == 0) ready.emplace(rank[m], m);
      }
    }
  }

  const Graph& graph_;
  Topology& t_;
  std::vector<bool> state_;
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
  t.input = only(graph, "Input");
  t.output = only(graph, "Output");
  check_ends(graph, t);
  check_connections(graph, t);
  StateGraph(graph, t, holds_state, delays).order();
  return t;
}

}  // namespace hillock::import::nir
