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

void verify_population(const Population& p, DiagnosticList& list) {
  if (p.neurons() == 0) {
    list.error(DiagnosticKind::ShapeMismatch, p.where,
               fmt::format("'{}' has no neurons: its shape is {}", p.name, shape_text(p.shape)));
  }
  verify_parameter(p, p.decay, "decay", list);
  verify_parameter(p, p.bias, "bias", list);
  verify_parameter(p, p.threshold, "threshold", list);
  verify_parameter(p, p.reset_value, "reset_value", list);
  if (p.decay.min() < 0.0 || p.decay.max() > 1.0) {
    const double bad = p.decay.min() < 0.0 ? p.decay.min() : p.decay.max();
    list.error(DiagnosticKind::BadParameter, p.where.child("decay"),
               fmt::format("decay is {}, and must be in [0, 1]", bad));
  }
  if (p.spiking && p.threshold.min() <= 0.0) {
    list.error(
        DiagnosticKind::BadParameter, p.where.child("threshold"),
        fmt::format("threshold is {}: such a neuron would fire without input", p.threshold.min()),
        "a threshold is above 0");
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
  const auto& dense = std::get<Dense>(p.connectivity);
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
  for (const Projection& p : n.projections) {
    if (p.source.kind == Source::Kind::Input) read_inputs.insert(p.source.index);
    targets.insert(p.target);
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
    }
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
  if (network.output >= network.populations.size()) {
    if (!network.populations.empty()) {
      list.error(DiagnosticKind::UnsupportedGraph, whole, "the output is no population");
    }
  } else if (!network.populations[network.output].spiking &&
             network.readout == Readout::SpikeCount) {
    list.error(DiagnosticKind::BadOption, network.populations[network.output].where,
               fmt::format("the output '{}' does not spike, so its spikes cannot be counted",
                           network.populations[network.output].name),
               "use --readout membrane_sum, membrane_max or membrane_last");
  }
  if (network.timesteps && *network.timesteps <= 0) {
    list.error(DiagnosticKind::BadOption, whole,
               fmt::format("timesteps is {}, and must be 1 or more", *network.timesteps));
  }
  list.stop_if_any();
}

}  // namespace hillock::ir
