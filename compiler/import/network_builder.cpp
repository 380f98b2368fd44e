#include "compiler/import/network_builder.h"

#include <fmt/format.h>

#include <utility>

#include "compiler/import/limits.h"

namespace hillock::import {

using support::Location;

ir::Source NetworkBuilder::add_input(std::string name, ir::Shape shape, Location where) {
  network.inputs.push_back({std::move(name), std::move(shape), std::move(where)});
  return {ir::Source::Kind::Input, network.inputs.size() - 1};
}

ir::Source NetworkBuilder::add_population(ir::Population population, const LinearChain& chain,
                                          const ir::Source& source, const std::vector<double>& gain,
                                          const Location& where) {
  // Weights are stored one by one, however little the file needed to say them.
  const std::size_t inputs = ir::element_count(shape_of(source));
  if (inputs != 0 && population.neurons() > (kMaxElements - weights_) / inputs) {
    support::fail(support::DiagnosticKind::FileTooLarge, where,
                  fmt::format("'{}' would need {}x{} weights, and a network has at most {}",
                              population.name, population.neurons(), inputs, kMaxElements));
  }
  weights_ += population.neurons() * inputs;

  std::vector<double> bias = chain.bias(gain);
  for (std::size_t j = 0; j < bias.size(); ++j) bias[j] += population.bias[j];
  population.bias = ir::PerNeuron<double>(std::move(bias));

  ir::Projection projection;
  projection.name = chain.weighted()
                        ? chain.name()
                        : fmt::format("{}->{}", network.source_name(source), population.name);
  projection.source = source;
  projection.target = network.populations.size();
  projection.connectivity = chain.dense(gain);
  projection.where = where;
  if (chain.composed()) note(projection.name, "composed into one matrix in double precision");
  if (!gain.empty()) {
    note(projection.name, fmt::format("the gain of '{}' was folded into it", population.name));
  }
  network.populations.push_back(std::move(population));
  network.projections.push_back(std::move(projection));
  return {ir::Source::Kind::Population, network.populations.size() - 1};
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

void NetworkBuilder::note(std::string_view name, std::string_view text) {
  network.import.notes.push_back(fmt::format("{}: {}", name, text));
}

}  // namespace hillock::import
