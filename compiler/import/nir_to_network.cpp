#include "compiler/import/nir_to_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "compiler/import/limits.h"
#include "compiler/import/network_builder.h"
#include "compiler/import/nir_flatten_subgraphs.h"
#include "compiler/import/nir_linear.h"
#include "compiler/import/nir_neuron.h"
#include "compiler/import/nir_parameters.h"
#include "compiler/import/nir_topology.h"
#include "compiler/import/semantics.h"
#include "compiler/import/signal.h"

namespace hillock::import::nir {
namespace {

using ir::Shape;
using support::DiagnosticKind;
using support::DiagnosticList;
using support::fail;
using support::Location;

constexpr std::string_view kSupported =
    "Input, Output, Affine, Linear, Scale, Flatten, Conv1d, Conv2d, SumPool2d, AvgPool2d, Delay, "
    "Threshold, LIF, IF, LI, I, CubaLIF, CubaLI";

bool is_supported(std::string_view type) {
  return type == "Input" || type == "Output" || type == "Delay" || is_linear(type) ||
         is_neuron(type);
}

void check_types(const Graph& graph) {
  DiagnosticList list;
  for (const Node& node : graph.nodes) {
    if (is_supported(node.type)) continue;
    list.error(DiagnosticKind::UnsupportedNode, node.where,
               fmt::format("'{}' is of type {}, which is not supported", node.name, node.type),
               fmt::format("supported are {}", kSupported));
  }
  list.stop_if_any();
}

class Canonicalizer {
 public:
  Canonicalizer(const Graph& graph, const ImportOptions& options)
      : graph_(graph),
        rules_(rules_for_nir(options)),
        topology_(topology_of(
            graph, [](const Node& n) { return is_neuron(n.type); },
            [this](const Node& n) { return is_late(n); })) {}

  ir::Network run() {
    for (const std::size_t n : topology_.inputs) {
      const Node& input = graph_.nodes[n];
      sources_[n] = builder_.add_input(input.name, shape_parameter(input, "shape"), input.where);
    }
    find_shapes();
    add_input_relays();
    // All populations first: what closes a cycle reads one that comes later.
    for (const std::size_t n : topology_.order) add_neurons(n);
    for (const std::size_t n : topology_.order) connect(n);
    add_outputs();
    report();
    return std::move(builder_.network);
  }

 private:
  bool is_late(const Node& n) const {
    if (n.type != "Delay") return false;
    const std::vector<int> steps = delay_steps(n, rules_.dt.value);
    return *std::min_element(steps.begin(), steps.end()) >= 1;
  }

  // The shape of what every node yields, from the inputs onwards: a cycle's nodes get theirs from
  // outside the cycle.
  void find_shapes() {
    shapes_.resize(graph_.nodes.size());
    std::vector<std::size_t> open = topology_.inputs;
    for (const std::size_t n : open) shapes_[n] = builder_.shape_of(sources_.at(n));
    for (std::size_t next = 0; next < open.size(); ++next) {
      const std::size_t n = open[next];
      for (const std::size_t m : topology_.targets[n]) {
        if (shapes_[m]) continue;
        Signal signal(*shapes_[n]);
        const Node& node = graph_.nodes[m];
        if (is_linear(node.type)) append(node, signal);
        shapes_[m] = signal.shape();
        open.push_back(m);
      }
    }
  }

  // An input cannot be kept for later steps; neurons that repeat it can.
  void add_input_relays() {
    for (const std::size_t input : topology_.inputs) add_input_relays(input);
  }

  void add_input_relays(std::size_t input) {
    const std::vector<bool> reached = reached_by(input);
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      if (node.type != "Delay" || !reached[n]) continue;
      const std::vector<int> steps = delay_steps(node, rules_.dt.value);
      if (*std::max_element(steps.begin(), steps.end()) == 0) continue;
      // The name is taken where another input comes here too.
      const std::string relay_name =
          relays_.contains(n) ? node.name + "." + graph_.nodes[input].name : node.name;
      const ir::Source relay =
          builder_.add_relay(relay_name, builder_.signal_of(sources_.at(input)), node.where);
      builder_.network.import.notes.push_back(
          fmt::format("{}: neurons that repeat the input keep it for the delay", node.name));
      builder_.assume(
          node.name,
          "the input was taken to hold zeros and ones only: other values cannot be kept "
          "for a delay as spikes",
          false);
      relays_[n].emplace_back(sources_.at(input), relay);
    }
  }

  // The nodes that an input reaches without passing through neurons.
  std::vector<bool> reached_by(std::size_t input) const {
    std::vector<bool> reached(graph_.nodes.size(), false);
    std::vector<std::size_t> open{input};
    while (!open.empty()) {
      const std::size_t n = open.back();
      open.pop_back();
      for (const std::size_t m : topology_.targets[n]) {
        if (reached[m] || is_neuron(graph_.nodes[m].type)) continue;
        reached[m] = true;
        open.push_back(m);
      }
    }
    return reached;
  }

  void add_neurons(std::size_t n) {
    const Node& node = graph_.nodes[n];
    Neurons neurons = neurons_of(node, *shapes_[n], topology_.self_reading.contains(n), rules_);
    for (std::string& note : neurons.notes) {
      builder_.network.import.notes.push_back(std::move(note));
    }
    if (node.type == "Threshold") {
      builder_.note(node.name, "the threshold became neurons without memory");
    }
    builder_.network.populations.push_back(std::move(neurons.population));
    sources_[n] = {ir::Source::Kind::Population, builder_.network.populations.size() - 1};
    gains_[n] = std::move(neurons.gain);
  }

  void connect(std::size_t n) {
    const Node& node = graph_.nodes[n];
    Signal signal = into(n);
    for (const ir::Source& late : closing_sources(n)) {
      signal.close_cycle(late);
      builder_.note(node.name,
                    fmt::format("reads what '{}' did in the step before, which closes a cycle",
                                builder_.network.source_name(late)));
    }
    builder_.connect(sources_.at(n).index, signal, gains_.at(n), node.where);
    builder_.keep_in_step(sources_.at(n).index);
  }

  std::vector<ir::Source> closing_sources(std::size_t n) const {
    std::vector<ir::Source> found;
    for (const auto& [source, target] : topology_.closing) {
      if (target == n) found.push_back(sources_.at(source));
    }
    return found;
  }

  // The sum of what a node's sources yield.
  Signal into(std::size_t n) {
    const Node& node = graph_.nodes[n];
    const Step step{node.name, node.where, node.where};
    const std::vector<std::size_t>& sources = topology_.sources[n];
    Signal sum = out_of(sources.front());
    for (std::size_t i = 1; i < sources.size(); ++i) sum.add(out_of(sources[i]), step);
    return sum;
  }

  Signal out_of(std::size_t n) {
    if (const auto it = sources_.find(n); it != sources_.end())
      return builder_.signal_of(it->second);
    compose(n);
    if (topology_.targets[n].size() > 1) return made_.at(n);
    return std::move(made_.extract(n).mapped());
  }

  // What a linear node yields, after what it reads. Iterative: chains may be long.
  void compose(std::size_t last) {
    const auto known = [&](std::size_t n) { return sources_.contains(n) || made_.contains(n); };
    std::vector<std::size_t> open{last};
    while (!open.empty()) {
      const std::size_t n = open.back();
      const std::vector<std::size_t>& sources = topology_.sources[n];
      const auto missing = std::find_if_not(sources.begin(), sources.end(), known);
      if (!known(n) && missing != sources.end()) {
        open.push_back(*missing);
        continue;
      }
      open.pop_back();
      if (known(n)) continue;
      Signal signal = into(n);
      if (graph_.nodes[n].type == "Delay") {
        delay(n, signal);
      } else {
        append(graph_.nodes[n], signal);
      }
      made_.emplace(n, std::move(signal));
    }
  }

  void delay(std::size_t n, Signal& signal) {
    const Node& node = graph_.nodes[n];
    if (const auto it = relays_.find(n); it != relays_.end()) {
      for (const auto& [input, relay] : it->second) {
        if (signal.replace_plain(input, relay)) continue;
        fail(DiagnosticKind::UnsupportedGraph, node.where,
             fmt::format("'{}' delays the input behind weights, and values that are no spikes "
                         "cannot be kept",
                         node.name),
             "put the delay in front of the weights, or behind neurons");
      }
    }
    const Step step{node.name, node.where, node.where.child("delay")};
    signal.delay(delay_steps(node, signal.shape(), rules_.dt.value), step);
  }

  // The neurons in front of the Output, or, where weights come last, a population whose membrane
  // is its input.
  void add_outputs() {
    for (const std::size_t n : topology_.outputs) {
      const std::size_t population = add_output(n);
      if (n == topology_.outputs.front())
        builder_.network.output = population;
      else
        builder_.network.more_outputs.push_back({population, ir::Readout::SpikeCount});
    }
  }

  std::size_t add_output(std::size_t n) {
    const Node& output = graph_.nodes[n];
    Signal signal = into(n);
    if (has(output, "shape")) {
      const Shape stated = shape_parameter(output, "shape");
      if (ir::element_count(stated) != ir::element_count(signal.shape())) {
        fail(DiagnosticKind::ShapeMismatch, output.where.child("shape"),
             fmt::format("the output '{}' has the shape {}, and its source has the shape {}",
                         output.name, ir::shape_text(stated), ir::shape_text(signal.shape())));
      }
    }
    const Signal::Term& first = signal.terms().front();
    ir::Source last = first.source;
    const bool plain = signal.terms().size() == 1 && first.map.identity() && first.delay == 0;
    if (!plain) {
      const Step at =
          signal.weighted() ? signal.last_step() : Step{output.name, output.where, output.where};
      last = builder_.add_population(
          NetworkBuilder::membrane_of_weights(at.name, signal.shape(), at.place), signal, {},
          at.place);
      builder_.keep_in_step(last.index);
    }
    if (last.kind == ir::Source::Kind::Input) {
      fail(DiagnosticKind::UnsupportedGraph, output.where,
           "there is nothing but reshapes between the input and the output");
    }
    return last.index;
  }

  void report() {
    builder_.note_sent_membranes();
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
    bool current = false;
    bool leaks = false;  // by a time constant
    for (const std::size_t n : topology_.order) {
      const ir::Population& p = builder_.network.populations[sources_.at(n).index];
      const bool threshold = graph_.nodes[n].type == "Threshold";
      spikes = spikes || (p.spiking && !threshold);
      integrates = integrates || (p.spiking && !threshold) || p.decay.max() > 0.0;
      leaks = leaks || graph_.nodes[n].type == "LIF" || graph_.nodes[n].type == "LI";
      current = current || p.synapse == ir::Synapse::Current;
    }
    integrates = integrates || !relays_.empty();
    assume(integrates, rules_.dt.assumption);
    assume(leaks, rules_.norm_input.assumption);
    if (spikes && rules_.semantics == Semantics::Sinabs) {
      report.notes.emplace_back(
          "sinabs: its export does not say whether membranes have a lower bound (min_v_mem); none, "
          "the default of its layers, was taken");
    }
    assume(spikes, rules_.mechanism.assumption);
    assume(spikes, rules_.timing.assumption);
    assume(spikes, rules_.comparison.assumption);
    if (current && rules_.semantics == Semantics::Norse) {
      assume(true,
             "currents: Norse's own neurons read the current of the step before; the current of "
             "the same step, as NIR's equations have it, was taken");
    }
  }

  const Graph& graph_;
  Rules rules_;
  Topology topology_;
  NetworkBuilder builder_;
  std::vector<std::optional<Shape>> shapes_;   // of what nodes yield
  std::map<std::size_t, ir::Source> sources_;  // of the nodes that hold state, and the inputs
  std::map<std::size_t, std::vector<double>> gains_;
  // Of the delays that read inputs: each input, and the neurons that repeat it.
  std::map<std::size_t, std::vector<std::pair<ir::Source, ir::Source>>> relays_;
  std::map<std::size_t, Signal> made_;        // of linear nodes, until their last reader took it
};

}  // namespace

ir::Network to_network(Graph graph, const ImportOptions& options) {
  std::vector<std::string> notes;
  graph = flatten_subgraphs(std::move(graph), notes);
  check_types(graph);
  ir::Network network = Canonicalizer(graph, options).run();
  network.import.notes.insert(network.import.notes.begin(), notes.begin(), notes.end());
  return network;
}

}  // namespace hillock::import::nir
