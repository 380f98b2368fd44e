#include "compiler/ir/network.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace hillock::ir {
namespace {

using support::DiagnosticKind;
using support::DiagnosticList;
using support::Location;

constexpr std::array<std::pair<Readout, std::string_view>, 4> kReadouts{
    {{Readout::SpikeCount, "spike_count"},
     {Readout::MembraneSum, "membrane_sum"},
     {Readout::MembraneMax, "membrane_max"},
     {Readout::MembraneLast, "membrane_last"}}};

// Reports the first element that is not finite.
template <typename Values>
bool finite(const Values& values, const Location& where, std::string_view what,
            DiagnosticList& list) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    list.error(DiagnosticKind::NotFinite, where.child(what).at(i),
               fmt::format("{} is {}", what, values[i]));
    return false;
  }
  return true;
}

void verify_parameter(const Population& p, const PerNeuron<double>& parameter,
                      std::string_view what, DiagnosticList& list) {
  if (!parameter.uniform() && parameter.stored().size() != p.neurons()) {
    list.error(DiagnosticKind::ShapeMismatch, p.where.child(what),
               fmt::format("{} values for {} neurons", parameter.stored().size(), p.neurons()));
  }
  finite(parameter.stored(), p.where, what, list);
}

void verify_decay(const Population& p, const PerNeuron<double>& decay, std::string_view what,
                  DiagnosticList& list) {
  if (decay.min() >= 0.0 && decay.max() <= 1.0) return;
  const double bad = decay.min() < 0.0 ? decay.min() : decay.max();
  list.error(DiagnosticKind::BadParameter, p.where.child(what),
             fmt::format("{} is {}, and must be in [0, 1]", what, bad));
}

// The membrane of an alpha synapse is no state of its own, which leaves few ways to reset it.
void verify_alpha(const Population& p, DiagnosticList& list) {
  if (p.bias.min() != 0 || p.bias.max() != 0) {
    list.error(DiagnosticKind::BadParameter, p.where.child("bias"),
               fmt::format("'{}' has alpha synapses, whose membrane takes no bias", p.name),
               "add it to the input: current_bias");
  }
  if (p.alpha_gain.min() < 1) {
    list.error(DiagnosticKind::BadParameter, p.where.child("alpha_gain"),
               fmt::format("alpha_gain is {}, and must be 1 or more", p.alpha_gain.min()));
  }
  const bool none = !p.spiking || p.reset.mechanism == ResetMechanism::None;
  const bool delayed = p.reset.timing == ResetTiming::Delayed;
  const bool zero =
      p.reset.mechanism == ResetMechanism::Zero && p.reset.zero_input == ZeroInput::Lost;
  if (none || (delayed && (zero || p.reset.mechanism == ResetMechanism::Subtract))) return;
  list.error(
      DiagnosticKind::UnsupportedSemantics, p.where,
      fmt::format("'{}' has alpha synapses and resets by {}, {}", p.name, name(p.reset.mechanism),
                  name(p.reset.timing)),
      "alpha synapses reset by subtraction, or to zero with the input lost, delayed, or not at "
      "all");
}

void verify_max_spikes(const Population& p, DiagnosticList& list) {
  const Location where = p.where.child("max_spikes");
  if (p.max_spikes < 1 || p.max_spikes > kMaxSpikes) {
    list.error(DiagnosticKind::BadParameter, where,
               fmt::format("max_spikes is {}, and must be 1 to {}", p.max_spikes, kMaxSpikes));
  }
  if (p.max_spikes <= 1) return;
  if (!p.spiking) {
    list.error(DiagnosticKind::UnsupportedSemantics, where,
               fmt::format("'{}' has max_spikes and does not spike", p.name));
  } else if (p.reset.timing != ResetTiming::SameStep || p.inhibition) {
    list.error(DiagnosticKind::UnsupportedSemantics, where,
               fmt::format("'{}' spikes several times in a step, and {}", p.name,
                           p.inhibition ? "has inhibition" : "is not reset in that step"),
               "several spikes a step take a reset of timing same-step, and no inhibition");
  }
}

void verify_population(const Population& p, DiagnosticList& list) {
  if (p.neurons() == 0) {
    list.error(DiagnosticKind::ShapeMismatch, p.where,
               fmt::format("'{}' has no neurons: its shape is {}", p.name, shape_text(p.shape)));
  }
  verify_parameter(p, p.decay, "decay", list);
  verify_parameter(p, p.bias, "bias", list);
  verify_parameter(p, p.threshold, "threshold", list);
  verify_parameter(p, p.reset_value, "reset_value", list);
  verify_parameter(p, p.current_decay, "current_decay", list);
  verify_parameter(p, p.current_bias, "current_bias", list);
  verify_parameter(p, p.alpha_gain, "alpha_gain", list);
  verify_decay(p, p.decay, "decay", list);
  verify_decay(p, p.current_decay, "current_decay", list);
  if (p.synapse == Synapse::Alpha) verify_alpha(p, list);
  verify_max_spikes(p, list);
  if (p.spiking && p.threshold.min() <= 0.0) {
    list.error(
        DiagnosticKind::BadParameter, p.where.child("threshold"),
        fmt::format("threshold is {}: such a neuron would fire without input", p.threshold.min()),
        "a threshold is above 0");
  }
}

// Whether the sizes of a projection are those of what it joins.
void verify_counts(const Network& n, const Projection& p, DiagnosticList& list) {
  const std::size_t inputs = element_count(n.source_shape(p.source));
  const std::size_t neurons = n.populations[p.target].neurons();
  if (source_count(p.connectivity) == inputs && target_count(p.connectivity) == neurons) return;
  list.error(
      DiagnosticKind::ShapeMismatch, p.where,
      fmt::format("projection '{}' joins {} elements to {} neurons, but '{}' has {} and '{}' "
                  "has {}",
                  p.name, source_count(p.connectivity), target_count(p.connectivity),
                  n.source_name(p.source), inputs, n.populations[p.target].name, neurons));
}

void verify_dense(const Network& n, const Projection& p, const Dense& dense, DiagnosticList& list) {
  const std::size_t inputs = element_count(n.source_shape(p.source));
  const std::size_t neurons = n.populations[p.target].neurons();
  const bool fits = dense.weight.rows == neurons && dense.weight.cols == inputs &&
                    dense.weight.data.size() == neurons * inputs;
  if (!fits) {
    list.error(
        DiagnosticKind::ShapeMismatch, p.where.child("weight"),
        fmt::format("weight is {}x{}, and '{}' with {} neurons reading {} of '{}' needs {}x{}",
                    dense.weight.rows, dense.weight.cols, n.populations[p.target].name, neurons,
                    inputs, n.source_name(p.source), neurons, inputs));
  }
  finite(dense.weight.data, p.where, "weight", list);
}

void verify_conv(const Projection& p, const Conv& conv, DiagnosticList& list) {
  if (conv.weight.size() != conv.geometry.weights()) {
    list.error(DiagnosticKind::ShapeMismatch, p.where.child("weight"),
               fmt::format("the convolution '{}' has {} weights and needs {}", p.name,
                           conv.weight.size(), conv.geometry.weights()));
  }
  finite(conv.weight, p.where, "weight", list);
}

void verify_sparse(const Projection& p, const Sparse& sparse, DiagnosticList& list) {
  for (std::size_t i = 0; i < sparse.synapses.size(); ++i) {
    const Sparse::Synapse& s = sparse.synapses[i];
    const Location where = p.where.child("synapses").at(i);
    if (s.source >= sparse.sources || s.target >= sparse.targets) {
      list.error(DiagnosticKind::ShapeMismatch, where,
                 fmt::format("a synapse from {} to {}, among {} elements and {} neurons", s.source,
                             s.target, sparse.sources, sparse.targets));
      return;
    }
    if (i > 0 && std::pair(s.source, s.target) <=
                     std::pair(sparse.synapses[i - 1].source, sparse.synapses[i - 1].target)) {
      list.error(
          DiagnosticKind::BadEdge, where,
          fmt::format("the synapse from {} to {} repeats or is not in order", s.source, s.target),
          "sort synapses by source, then target, each pair once");
      return;
    }
    if (!std::isfinite(s.weight)) {
      list.error(DiagnosticKind::NotFinite, where, fmt::format("weight is {}", s.weight));
      return;
    }
  }
}

void verify_connectivity(const Network& n, const Projection& p, DiagnosticList& list) {
  if (const auto* dense = std::get_if<Dense>(&p.connectivity)) {
    verify_dense(n, p, *dense, list);
    return;
  }
  const auto* conv = std::get_if<Conv>(&p.connectivity);
  const auto* pool = std::get_if<MaxPool>(&p.connectivity);
  const std::string fault = conv ? fault_of(conv->geometry) : pool ? fault_of(*pool) : "";
  if (!fault.empty()) {
    list.error(DiagnosticKind::ShapeMismatch, p.where,
               fmt::format("projection '{}': {}", p.name, fault));
    return;
  }
  verify_counts(n, p, list);
  if (conv) verify_conv(p, *conv, list);
  if (const auto* sparse = std::get_if<Sparse>(&p.connectivity)) verify_sparse(p, *sparse, list);
}

// A max-pooling compares the currents of its source, which are the membranes of neurons that keep
// nothing from step to step.
void verify_max_pool(const Network& n, const Projection& p, DiagnosticList& list) {
  const auto refuse = [&](std::string text, std::string help = {}) {
    list.error(DiagnosticKind::UnsupportedGraph, p.where,
               fmt::format("max-pooling '{}': {}", p.name, text), std::move(help));
  };
  if (p.source.kind == Source::Kind::Input) {
    refuse("its source is an input", "pool the data instead");
    return;
  }
  if (p.delay != 0) refuse("it has a delay");
  for (const Projection& other : n.projections) {
    if (&other != &p && other.target == p.target) {
      refuse(fmt::format("'{}' is also reached by '{}'", n.populations[p.target].name, other.name));
    }
  }
  const Population& source = n.populations[p.source.index];
  const Population& target = n.populations[p.target];
  const bool memoryless = !source.spiking && source.decay.max() == 0 &&
                          source.synapse == Synapse::None && !source.inhibition;
  if (!memoryless) {
    refuse(fmt::format("its source '{}' spikes or keeps a state: only currents are compared",
                       source.name));
  }
  if (target.synapse != Synapse::None) {
    refuse(fmt::format("'{}' has synapses with a current of their own", target.name));
  }
  const auto& pool = std::get<MaxPool>(p.connectivity);
  if (positions_of(n, p.source.index) != pool.in_height * pool.in_width) {
    refuse(fmt::format("its source '{}' is not a convolution of {}x{} positions", source.name,
                       pool.in_height, pool.in_width));
  }
}

void verify_projection(const Network& n, const Projection& p, DiagnosticList& list) {
  const bool from_input = p.source.kind == Source::Kind::Input;
  const std::size_t sources = from_input ? n.inputs.size() : n.populations.size();
  if (p.source.index >= sources || p.target >= n.populations.size()) {
    list.error(DiagnosticKind::BadEdge, p.where,
               fmt::format("projection '{}' joins what does not exist", p.name));
    return;
  }
  if (p.delay < 0) {
    list.error(DiagnosticKind::BadParameter, p.where.child("delay"),
               fmt::format("delay is {}, and must be 0 or more steps", p.delay));
  }
  if (p.delay == 0 && !from_input && p.source.index >= p.target) {
    list.error(DiagnosticKind::UnsupportedGraph, p.where,
               fmt::format("projection '{}' without delay goes from '{}' back to '{}'", p.name,
                           n.source_name(p.source), n.populations[p.target].name),
               "a projection against the order of the populations has a delay of 1 or more");
  }
  if (p.delay > 0 && from_input) {
    list.error(DiagnosticKind::UnsupportedGraph, p.where,
               fmt::format("projection '{}' delays the input '{}' by {} steps", p.name,
                           n.source_name(p.source), p.delay),
               "delay the data instead, or put a population between");
  }
  const bool steps = std::all_of(p.weight_step.begin(), p.weight_step.end(),
                                 [](double s) { return std::isfinite(s) && s >= 0; });
  if (!steps) {
    list.error(DiagnosticKind::BadParameter, p.where.child("weight_step"),
               fmt::format("a step of the weights of '{}' is below 0 or not finite", p.name));
  }
  verify_connectivity(n, p, list);
  if (std::holds_alternative<MaxPool>(p.connectivity)) verify_max_pool(n, p, list);
}

void verify_names(const Network& n, DiagnosticList& list) {
  std::map<std::string, Location> seen;
  const auto claim = [&](const std::string& name, const Location& where) {
    if (name.empty()) {
      list.error(DiagnosticKind::MissingField, where, "has no name");
    } else if (const auto [it, fresh] = seen.emplace(name, where); !fresh) {
      list.error(DiagnosticKind::DuplicateName, where,
                 fmt::format("the name '{}' is taken by {}", name, it->second.text()));
    }
  };
  for (const Input& i : n.inputs) claim(i.name, i.where);
  for (const Population& p : n.populations) claim(p.name, p.where);
  seen.clear();
  for (const Projection& p : n.projections) claim(p.name, p.where);
}

// Populations that nothing reaches, and inputs that reach nothing.
void verify_reach(const Network& n, DiagnosticList& list) {
  std::set<std::size_t> read_inputs;
  std::set<std::size_t> targets;
  std::set<std::size_t> fed;  // within the same step
  for (const Projection& p : n.projections) {
    if (p.source.kind == Source::Kind::Input) read_inputs.insert(p.source.index);
    targets.insert(p.target);
    if (p.delay == 0) fed.insert(p.target);
  }
  for (std::size_t i = 0; i < n.inputs.size(); ++i) {
    if (!read_inputs.contains(i)) {
      list.error(DiagnosticKind::UnsupportedGraph, n.inputs[i].where,
                 fmt::format("nothing reads the input '{}'", n.inputs[i].name));
    }
  }
  for (std::size_t i = 0; i < n.populations.size(); ++i) {
    if (!targets.contains(i)) {
      list.error(DiagnosticKind::UnsupportedGraph, n.populations[i].where,
                 fmt::format("no projection reaches '{}'", n.populations[i].name));
    } else if (!fed.contains(i)) {
      list.error(DiagnosticKind::UnsupportedGraph, n.populations[i].where,
                 fmt::format("only delayed projections reach '{}'", n.populations[i].name),
                 "a population needs a projection without delay");
    }
  }
}

void verify_outputs(const Network& n, DiagnosticList& list) {
  if (n.populations.empty()) return;
  std::set<std::size_t> seen;
  for (const Output& output : outputs_of(n)) {
    if (output.population >= n.populations.size()) {
      list.error(DiagnosticKind::UnsupportedGraph, {n.import.source},
                 "the output is no population");
      continue;
    }
    const Population& p = n.populations[output.population];
    if (!seen.insert(output.population).second) {
      list.error(DiagnosticKind::UnsupportedGraph, p.where,
                 fmt::format("'{}' is an output twice", p.name),
                 "read it out once: its spikes and membranes are there for every use");
    }
    if (!p.spiking && output.readout == Readout::SpikeCount) {
      list.error(
          DiagnosticKind::BadOption, p.where,
          fmt::format("the output '{}' does not spike, so its spikes cannot be counted", p.name),
          "use --readout membrane_sum, membrane_max or membrane_last");
    }
  }
}

// Inhibition compares all neurons of a population at once, in their order.
void verify_inhibition(const Network& n, DiagnosticList& list) {
  for (const Projection& p : n.projections) {
    const bool flat = std::holds_alternative<Dense>(p.connectivity) ||
                      std::holds_alternative<Sparse>(p.connectivity);
    if (flat || p.target >= n.populations.size() || !n.populations[p.target].inhibition) continue;
    list.error(DiagnosticKind::UnsupportedGraph, p.where,
               fmt::format("'{}' has inhibition, and '{}' reaches it by a {}",
                           n.populations[p.target].name, p.name, kind_of(p.connectivity)),
               "inhibition works among neurons that dense or single synapses reach");
  }
}

}  // namespace

std::string_view name(Readout r) {
  for (const auto& [value, text] : kReadouts) {
    if (value == r) return text;
  }
  return "?";
}

std::optional<Readout> parse_readout(std::string_view text) {
  for (const auto& [value, name] : kReadouts) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string_view name(ImportGrade g) { return g == ImportGrade::Exact ? "exact" : "approximate"; }

std::size_t positions_of(const Network& n, std::size_t population) {
  for (const Projection& p : n.projections) {
    if (p.target != population) continue;
    if (const auto* conv = std::get_if<Conv>(&p.connectivity)) {
      return conv->geometry.out_height * conv->geometry.out_width;
    }
    if (const auto* pool = std::get_if<MaxPool>(&p.connectivity)) {
      return pool->out_height * pool->out_width;
    }
  }
  return 1;
}

bool sends_membranes(const Network& n, std::size_t population) {
  return !n.populations[population].spiking &&
         std::any_of(n.projections.begin(), n.projections.end(), [&](const Projection& p) {
           return p.source == Source{Source::Kind::Population, population} &&
                  !std::holds_alternative<MaxPool>(p.connectivity);
         });
}

void verify(const Network& network) {
  DiagnosticList list;
  const Location whole{network.import.source};
  if (network.inputs.empty()) {
    list.error(DiagnosticKind::UnsupportedGraph, whole, "the network has no input");
  }
  if (network.populations.empty()) {
    list.error(DiagnosticKind::UnsupportedGraph, whole, "the network has no neurons");
  }
  for (const Input& i : network.inputs) {
    if (element_count(i.shape) == 0) {
      list.error(
          DiagnosticKind::ShapeMismatch, i.where,
          fmt::format("input '{}' has no elements: its shape is {}", i.name, shape_text(i.shape)));
    }
  }
  for (const Population& p : network.populations) verify_population(p, list);
  for (const Projection& p : network.projections) verify_projection(network, p, list);
  verify_names(network, list);
  verify_reach(network, list);
  verify_inhibition(network, list);
  verify_outputs(network, list);
  if (network.timesteps && *network.timesteps <= 0) {
    list.error(DiagnosticKind::BadOption, whole,
               fmt::format("timesteps is {}, and must be 1 or more", *network.timesteps));
  }
  list.stop_if_any();
}

}  // namespace hillock::ir
