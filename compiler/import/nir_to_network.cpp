#include "compiler/import/nir_to_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "compiler/import/limits.h"
#include "compiler/import/linear_chain.h"
#include "compiler/import/network_builder.h"
#include "compiler/import/nir_flatten_subgraphs.h"
#include "compiler/import/nir_neuron.h"
#include "compiler/import/nir_parameters.h"
#include "compiler/import/nir_topology.h"
#include "compiler/import/semantics.h"

namespace hillock::import::nir {
namespace {

using ir::Shape;
using support::DiagnosticKind;
using support::DiagnosticList;
using support::fail;
using support::Location;

constexpr std::array<std::string_view, 9> kSupported{
    "Input", "Output", "Affine", "Linear", "Scale", "Flatten", "LIF", "IF", "LI"};

void check_types(const Graph& graph) {
  DiagnosticList list;
  for (const Node& node : graph.nodes) {
    if (std::find(kSupported.begin(), kSupported.end(), node.type) != kSupported.end()) continue;
    list.error(DiagnosticKind::UnsupportedNode, node.where,
               fmt::format("'{}' is of type {}, which is not supported", node.name, node.type),
               fmt::format("supported are {}", fmt::join(kSupported, ", ")));
  }
  list.stop_if_any();
}

Shape shape_parameter(const Node& node, std::string_view name) {
  Shape shape;
  std::size_t elements = 1;
  for (const long size : whole_numbers(node, name)) {
    if (size <= 0 || static_cast<std::size_t>(size) > kMaxShape / elements) {
      fail(DiagnosticKind::BadParameter, node.where.child(name),
           fmt::format("an axis of size {} is not possible", size));
    }
    elements *= static_cast<std::size_t>(size);
    shape.push_back(static_cast<std::size_t>(size));
  }
  return shape;
}

std::vector<double> vector_of(const Node& node, std::string_view name) {
  const Array& a = finite_array(node, name);
  return a.values;
}

support::Matrix<double> matrix_of(const Node& node) {
  const Array& a = finite_array(node, "weight");
  if (a.shape.size() != 2) {
    fail(DiagnosticKind::UnsupportedNode, node.where.child("weight"),
         fmt::format("the weight of '{}' has the shape {}, and two axes (out, in) are supported",
                     node.name, ir::shape_text(a.shape)));
  }
  support::Matrix<double> m;
  m.rows = a.shape[0];
  m.cols = a.shape[1];
  m.data = a.values;
  return m;
}

// An axis as NIR counts it: from 0, without batch; below 0 from the end.
std::size_t axis(const Node& node, std::string_view name, long otherwise, std::size_t rank) {
  long a = otherwise;
  if (has(node, name)) {
    const std::vector<long> given = whole_numbers(node, name);
    if (given.size() != 1) {
      fail(DiagnosticKind::BadType, node.where.child(name), "is not one number");
    }
    a = given.front();
  }
  const long from_start = a < 0 ? a + static_cast<long>(rank) : a;
  if (from_start < 0 || from_start > static_cast<long>(rank)) {
    fail(DiagnosticKind::BadParameter, node.where.child(name),
         fmt::format("{} is {}, and its source has {} axes", name, a, rank));
  }
  return static_cast<std::size_t>(from_start);
}

void append_flatten(const Node& node, LinearChain& chain) {
  only_parameters(node, {"start_dim", "end_dim", "input_type"});
  if (has(node, "input_type")) {
    const Shape stated = shape_parameter(node, "input_type");
    if (ir::element_count(stated) != ir::element_count(chain.shape())) {
      fail(DiagnosticKind::ShapeMismatch, node.where.child("input_type"),
           fmt::format("'{}' expects the shape {}, and its source has the shape {}", node.name,
                       ir::shape_text(stated), ir::shape_text(chain.shape())));
    }
  }
  const std::size_t rank = chain.shape().size();
  const std::size_t first = axis(node, "start_dim", 1, rank);
  const std::size_t last = axis(node, "end_dim", -1, rank);
  if (first < rank && (last < first || last >= rank)) {
    fail(DiagnosticKind::BadParameter, node.where.child("end_dim"),
         fmt::format("the axes {} to {} of {} cannot be joined", first, last,
                     ir::shape_text(chain.shape())));
  }
  chain.flatten(first, last);
}

void append(const Node& node, LinearChain& chain) {
  if (node.type == "Affine") {
    only_parameters(node, {"weight", "bias"});
    chain.affine(matrix_of(node), vector_of(node, "bias"), node.name, node.where.child("weight"));
  } else if (node.type == "Linear") {
    only_parameters(node, {"weight"});
    chain.affine(matrix_of(node), {}, node.name, node.where.child("weight"));
  } else if (node.type == "Scale") {
    only_parameters(node, {"scale"});
    chain.scale(broadcast(finite_array(node, "scale"), chain.shape(), node.where.child("scale")),
                node.name);
  } else {
    append_flatten(node, chain);
  }
}

class Canonicalizer {
 public:
  Canonicalizer(const Graph& graph, const ImportOptions& options)
      : graph_(graph), topology_(topology_of(graph)), rules_(rules_for_nir(options)) {}

  ir::Network run() {
    const Node& input = graph_.nodes[topology_.input];
    sources_[topology_.input] =
        builder_.add_input(input.name, shape_parameter(input, "shape"), input.where);
    for (const std::size_t n : topology_.order) {
      if (is_neuron(graph_.nodes[n].type)) add_neurons(n);
    }
    add_output();
    report();
    return std::move(builder_.network);
  }

 private:
  // What a node reads: weights and reshapes, back to the neurons or the input they start from.
  struct Reading {
    ir::Source source;
    std::vector<std::size_t> linear_nodes;  // in order of the signal
    LinearChain chain;
  };

  Reading reading_of(std::size_t n) const {
    std::vector<std::size_t> nodes;
    std::size_t at = topology_.sources[n].front();
    for (; !sources_.contains(at); at = topology_.sources[at].front()) nodes.push_back(at);
    std::reverse(nodes.begin(), nodes.end());
    Reading r{sources_.at(at), std::move(nodes), LinearChain(builder_.shape_of(sources_.at(at)))};
    for (const std::size_t node : r.linear_nodes) append(graph_.nodes[node], r.chain);
    return r;
  }

  void add_neurons(std::size_t n) {
    const Node& node = graph_.nodes[n];
    const Reading r = reading_of(n);
    Neurons neurons = neurons_of(node, r.chain.shape(), rules_);
    if (!neurons.population.spiking && !leads_to_output(n)) {
      fail(DiagnosticKind::UnsupportedGraph, node.where,
           fmt::format("'{}' is an LI node between neurons, and its membrane cannot be sent on",
                       node.name),
           "an LI node is supported as the last one, in front of the Output");
    }
    for (std::string& note : neurons.notes) {
      builder_.network.import.notes.push_back(std::move(note));
    }
    sources_[n] = builder_.add_population(std::move(neurons.population), r.chain, r.source,
                                          neurons.gain, place_of_weights(r, node));
  }

  Location place_of_weights(const Reading& r, const Node& neurons) const {
    const auto last = last_weighted(r);
    return last ? graph_.nodes[*last].where : neurons.where;
  }

  std::optional<std::size_t> last_weighted(const Reading& r) const {
    const auto it = std::find_if(r.linear_nodes.rbegin(), r.linear_nodes.rend(),
                                 [&](std::size_t n) { return graph_.nodes[n].type != "Flatten"; });
    if (it == r.linear_nodes.rend()) return std::nullopt;
    return *it;
  }

  bool leads_to_output(std::size_t n) const {
    const auto& targets = topology_.targets[n];
    return std::all_of(targets.begin(), targets.end(), [&](std::size_t t) {
      return t == topology_.output || (graph_.nodes[t].type == "Flatten" && leads_to_output(t));
    });
  }

  // The neurons in front of the Output, or, where weights come last, a population whose membrane
  // is its input.
  void add_output() {
    const Node& output = graph_.nodes[topology_.output];
    const Reading r = reading_of(topology_.output);
    if (has(output, "shape")) {
      const Shape stated = shape_parameter(output, "shape");
      if (ir::element_count(stated) != ir::element_count(r.chain.shape())) {
        fail(DiagnosticKind::ShapeMismatch, output.where.child("shape"),
             fmt::format("the output '{}' has the shape {}, and its source has the shape {}",
                         output.name, ir::shape_text(stated), ir::shape_text(r.chain.shape())));
      }
    }
    ir::Source last = r.source;
    if (const auto n = last_weighted(r)) {
      const Node& node = graph_.nodes[*n];
      last = builder_.add_population(
          NetworkBuilder::membrane_of_weights(node.name, r.chain.shape(), node.where), r.chain,
          r.source, {}, node.where);
    }
    if (last.kind == ir::Source::Kind::Input) {
      fail(DiagnosticKind::UnsupportedGraph, output.where,
           "there is nothing but reshapes between the input and the output");
    }
    builder_.network.output = last.index;
  }

  void report() {
    ir::ImportReport& report = builder_.network.import;
    report.format = "nir";
    report.semantics = name(rules_.semantics);
    const auto assume = [&](bool matters, const std::string& assumption) {
      if (!matters || assumption.empty()) return;
      report.assumptions.push_back(assumption);
      report.grade = ir::ImportGrade::Approximate;
    };
    bool spikes = false;
    bool integrates = false;
    for (const ir::Population& p : builder_.network.populations) {
      spikes = spikes || p.spiking;
      integrates = integrates || p.spiking || p.decay.max() > 0.0;
    }
    assume(integrates, rules_.dt.assumption);
    assume(spikes, rules_.mechanism.assumption);
    assume(spikes, rules_.timing.assumption);
    assume(spikes, rules_.comparison.assumption);
  }

  const Graph& graph_;
  Topology topology_;
  Rules rules_;
  NetworkBuilder builder_;
  std::map<std::size_t, ir::Source> sources_;  // of the nodes that others can read
};

}  // namespace

ir::Network to_network(Graph graph, const ImportOptions& options) {
  graph = flatten_subgraphs(std::move(graph));
  check_types(graph);
  return Canonicalizer(graph, options).run();
}

}  // namespace hillock::import::nir
