#include "compiler/import/network_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/import/limits.h"

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;
using support::Location;

std::size_t stored_weights(const ir::Connectivity& c) {
  if (const auto* all = ir::weights_of(c)) return all->size();
  if (const auto* sparse = std::get_if<ir::Sparse>(&c)) return sparse->synapses.size();
  return 0;
}

std::string_view form_of(const ir::Connectivity& c) {
  if (std::holds_alternative<ir::Conv>(c)) return "convolution";
  if (std::holds_alternative<ir::Sparse>(c)) return "list of synapses";
  return "matrix";
}

ir::PerNeuron<double> plus(const ir::PerNeuron<double>& a, const std::vector<double>& b) {
  if (b.empty()) return a;
  std::vector<double> sum = b;
  for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += a[j];
  return ir::PerNeuron<double>(std::move(sum));
}

// The depthwise convolution of ones whose sum is above 0.5 where a window holds a spike.
ir::Conv any_of(const ir::MaxPool& p) {
  ir::Conv conv;
  ir::ConvGeometry& g = conv.geometry;
  g.in_channels = g.out_channels = g.groups = p.channels;
  g.in_height = p.in_height;
  g.in_width = p.in_width;
  g.out_height = p.out_height;
  g.out_width = p.out_width;
  g.kernel_height = p.kernel_height;
  g.kernel_width = p.kernel_width;
  g.stride_height = p.stride_height;
  g.stride_width = p.stride_width;
  g.pad_top = p.pad_top;
  g.pad_left = p.pad_left;
  g.dilation_height = p.dilation_height;
  g.dilation_width = p.dilation_width;
  conv.weight.assign(g.weights(), 1.0);
  return conv;
}

ir::Population relay(std::string name, ir::Shape shape, Location where) {
  ir::Population p;
  p.name = std::move(name);
  p.shape = std::move(shape);
  p.decay = 0.0;
  p.threshold = 0.5;
  p.reset = {ir::ResetMechanism::None, ir::ResetTiming::SameStep, ir::ZeroInput::Kept};
  p.comparison = ir::Comparison::Greater;
  p.where = std::move(where);
  return p;
}

}  // namespace

ir::Source NetworkBuilder::add_input(std::string name, ir::Shape shape, Location where) {
  network.inputs.push_back({std::move(name), std::move(shape), std::move(where)});
  return {ir::Source::Kind::Input, network.inputs.size() - 1};
}

Signal NetworkBuilder::signal_of(const ir::Source& source) const {
  Signal signal(source, shape_of(source));
  if (source.kind == ir::Source::Kind::Population) {
    const auto it = spike_factors_.find(source.index);
    if (it != spike_factors_.end()) signal.scale(it->second, {}, {});
  }
  return signal;
}

void NetworkBuilder::set_spike_factors(const ir::Source& source, std::vector<double> factors) {
  spike_factors_[source.index] = std::move(factors);
}

std::optional<bool> NetworkBuilder::is_binary(const ir::Source& input) const {
  return input.index < binary_inputs.size() ? binary_inputs[input.index] : std::nullopt;
}

bool NetworkBuilder::of_spikes(const Signal& signal) const {
  if (signal.terms().size() != 1 || !signal.bias().empty()) return false;
  const Signal::Term& t = signal.terms().front();
  if (!t.map.identity() || t.delay != 0) return false;
  if (t.source.kind == ir::Source::Kind::Input) return is_binary(t.source).value_or(true);
  const ir::Population& p = network.populations[t.source.index];
  return p.spiking && p.max_spikes == 1;
}

void NetworkBuilder::settle(Signal& signal) {
  if (!signal.maximum()) return;
  if (of_spikes(signal))
    settle_spikes(signal);
  else
    settle_currents(signal);
}

void NetworkBuilder::settle_currents(Signal& signal) {
  const ir::MaxPool& p = signal.maximum()->pool;
  const Step& step = signal.maximum()->step;
  ir::Population sent = membrane_of_weights(free_name(step.name),
                                            {p.channels, p.out_height, p.out_width}, step.place);
  signal.restart(add_population(std::move(sent), signal, {}, step.place));
}

void NetworkBuilder::settle_spikes(Signal& signal) {
  const Signal::Maximum maximum = *signal.maximum();
  const ir::Source source = signal.terms().front().source;
  const bool of_input = source.kind == ir::Source::Kind::Input;
  if (of_input && !is_binary(source)) {
    assume(maximum.step.name,
           "the input was taken to hold zeros and ones only, whose maximum is a spike (state with "
           "\"binary\" true or false at the architecture's input whether it does)",
           true);
  }
  const ir::MaxPool& p = maximum.pool;
  const bool one_axis = shape_of(source).size() == 2;
  ir::Shape shape{p.channels, p.out_height, p.out_width};
  if (one_axis) shape.erase(shape.begin() + 1);
  ir::Projection projection;
  network.populations.push_back(
      relay(free_name(maximum.step.name), std::move(shape), maximum.step.place));
  const std::size_t target = network.populations.size() - 1;
  const std::string& name = network.populations[target].name;
  projection.name = free_projection_name(fmt::format("{}->{}", network.source_name(source), name));
  projection.source = source;
  projection.target = target;
  projection.connectivity = any_of(p);
  projection.where = maximum.step.place;
  network.projections.push_back(std::move(projection));
  note(name,
       "the maximum of spikes became neurons that pass on any spike of their window, in the "
       "same step");
  signal.restart({ir::Source::Kind::Population, target});
}

ir::Source NetworkBuilder::add_relay(std::string name, const Signal& signal, Location where) {
  return add_population(relay(std::move(name), signal.shape(), where), signal, {}, where);
}

ir::Source NetworkBuilder::add_currents(Signal& signal) {
  signal.make_planes();
  const Signal::Maximum& maximum = *signal.maximum();
  const bool named = signal.weighted();
  const ir::MaxPool& p = maximum.pool;
  ir::Shape shape{p.channels, p.in_height, p.in_width};
  const Location place = named ? signal.last_step().place : maximum.step.place;
  ir::Population population = membrane_of_weights(
      free_name(named ? signal.last_step().name : maximum.step.name + ".currents"),
      std::move(shape), place);
  network.populations.push_back(std::move(population));
  const std::size_t index = network.populations.size() - 1;
  note(network.populations[index].name,
       fmt::format("its currents are kept, for the maximum that '{}' takes of them",
                   maximum.step.name));
  connect(index, signal, {}, maximum.step.place);
  return {ir::Source::Kind::Population, index};
}

void NetworkBuilder::connect_maximum(std::size_t target, const ir::Source& currents,
                                     const ir::MaxPool& pool, const Step& step) {
  ir::Projection projection;
  projection.name = free_projection_name(step.name);
  projection.source = currents;
  projection.target = target;
  projection.connectivity = pool;
  projection.where = step.place;
  network.projections.push_back(std::move(projection));
}

ir::Source NetworkBuilder::add_population(ir::Population population, const Signal& given,
                                          const std::vector<double>& gain, const Location& where) {
  Signal signal = given;
  // A maximum of currents can be added to a membrane, and to nothing else.
  if (signal.maximum() && (of_spikes(signal) || population.synapse != ir::Synapse::None ||
                           (!gain.empty() && !signal.scales_before_maximum(gain, {})))) {
    settle(signal);
  }
  if (!signal.maximum()) {
    network.populations.push_back(std::move(population));
    connect(network.populations.size() - 1, signal, gain, where);
    return {ir::Source::Kind::Population, network.populations.size() - 1};
  }
  if (!gain.empty()) {
    signal.scale(gain, {}, {});
    note(signal.maximum()->step.name,
         fmt::format("the gain of '{}' was taken in front of the maximum", population.name));
  }
  const Signal::Maximum maximum = *signal.maximum();
  const ir::Source currents = add_currents(signal);
  network.populations.push_back(std::move(population));
  const std::size_t target = network.populations.size() - 1;
  connect_maximum(target, currents, maximum.pool, maximum.step);
  return {ir::Source::Kind::Population, target};
}

void NetworkBuilder::connect(std::size_t target, const Signal& given,
                             const std::vector<double>& gain, const Location& where) {
  Signal signal = given;
  const std::string name = network.populations[target].name;
  if (!gain.empty()) signal.scale(gain, {}, {});
  ir::Population& population = network.populations[target];
  ir::PerNeuron<double>& bias =
      population.synapse == ir::Synapse::None ? population.bias : population.current_bias;
  bias = plus(bias, signal.bias());
  for (const Signal::Term& t : signal.terms()) {
    ir::Projection projection;
    const std::string term_name = t.name();
    projection.name = free_projection_name(
        term_name.empty() ? fmt::format("{}->{}", network.source_name(t.source), name) : term_name);
    projection.source = t.source;
    projection.target = target;
    // Neurons that inhibit each other are compared with each other: positions have no meaning.
    projection.connectivity =
        network.populations[target].inhibition ? t.map.unrolled(where) : t.map.connectivity();
    projection.delay = t.delay;
    projection.where = term_name.empty() ? where : t.where;
    const std::size_t weights = stored_weights(projection.connectivity);
    if (weights > kMaxElements - weights_) {
      fail(DiagnosticKind::FileTooLarge, where,
           fmt::format("'{}' would need {} weights more, and a network has at most {}", name,
                       weights, kMaxElements));
    }
    weights_ += weights;
    if (t.names.size() > 1) {
      note(projection.name, fmt::format("composed into one {} in double precision",
                                        form_of(projection.connectivity)));
    }
    if (!gain.empty()) {
      note(projection.name, fmt::format("the gain of '{}' was folded into it", name));
    }
    network.projections.push_back(std::move(projection));
  }
}

void NetworkBuilder::keep_in_step(std::size_t target) {
  ir::Source source{ir::Source::Kind::Input, 0};
  for (const ir::Projection& p : network.projections) {
    if (p.target != target) continue;
    if (p.delay == 0) return;
    if (p.source.kind == ir::Source::Kind::Population && p.source.index < target) {
      source = p.source;
    }
  }
  const ir::Population& population = network.populations[target];
  ir::Projection projection;
  projection.name = free_projection_name(
      fmt::format("{}->{}.step", network.source_name(source), population.name));
  projection.source = source;
  projection.target = target;
  projection.connectivity =
      ir::Sparse{ir::element_count(shape_of(source)), population.neurons(), {{0, 0, 0.0}}};
  projection.where = population.where;
  note(population.name, fmt::format("reads only what is delayed; a synapse of weight 0 from '{}' "
                                    "gives it its steps",
                                    network.source_name(source)));
  network.projections.push_back(std::move(projection));
}

ir::Population NetworkBuilder::membrane_of_weights(std::string name, ir::Shape shape,
                                                   Location where) {
  ir::Population population;
  population.name = std::move(name);
  population.shape = std::move(shape);
  population.spiking = false;
  population.decay = 0.0;
  population.where = std::move(where);
  return population;
}

std::string NetworkBuilder::free_name(const std::string& wanted) const {
  const auto taken = [&](const std::string& name) {
    const auto called = [&](const auto& thing) { return thing.name == name; };
    return std::any_of(network.populations.begin(), network.populations.end(), called) ||
           std::any_of(network.inputs.begin(), network.inputs.end(), called);
  };
  std::string name = wanted;
  for (int i = 2; taken(name); ++i) name = fmt::format("{}.{}", wanted, i);
  return name;
}

std::string NetworkBuilder::free_projection_name(const std::string& wanted) const {
  std::string name = wanted;
  const auto called = [&](const ir::Projection& p) { return p.name == name; };
  for (int i = 2; std::any_of(network.projections.begin(), network.projections.end(), called);
       ++i) {
    name = fmt::format("{}.{}", wanted, i);
  }
  return name;
}

void NetworkBuilder::note(std::string_view name, std::string_view text) {
  network.import.notes.push_back(fmt::format("{}: {}", name, text));
}

void NetworkBuilder::note_sent_membranes() {
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    if (!ir::sends_membranes(network, p)) continue;
    note(network.populations[p].name,
         "does not spike, and weights read it: its membrane is sent on in every step, exactly in "
         "the "
         "float model, rounded to --value-bits in integers");
  }
}

void NetworkBuilder::assume(std::string_view name, std::string_view text, bool approximate) {
  network.import.assumptions.push_back(fmt::format("{}: {}", name, text));
  if (approximate) network.import.grade = ir::ImportGrade::Approximate;
}

}  // namespace hillock::import
