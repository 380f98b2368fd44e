// A small network that is fit, for tests to spoil.
#pragma once

#include "compiler/ir/network.h"

namespace hillock::tests {

// input(2) -> a(3) -> b(2)
inline ir::Network small_network() {
  ir::Network n;
  n.name = "small";
  n.import.source = "small.nir";
  n.import.format = "nir";
  n.import.semantics = "nir";
  n.inputs.push_back({"input", {2}, {"small.nir", "/node/nodes/input"}});
  ir::Population a;
  a.name = "a";
  a.shape = {3};
  a.decay = 0.9;
  a.bias = ir::PerNeuron<double>({0.1, 0.2, 0.3});
  a.threshold = 1.0;
  a.where = {"small.nir", "/node/nodes/a"};
  ir::Population b = a;
  b.name = "b";
  b.shape = {2};
  b.bias = 0.0;
  b.where = {"small.nir", "/node/nodes/b"};
  n.populations = {a, b};
  const auto projection = [](std::string name, ir::Source source, std::size_t target,
                             std::size_t rows, std::size_t cols) {
    ir::Projection p;
    p.name = std::move(name);
    p.source = source;
    p.target = target;
    ir::Dense dense;
    dense.weight = support::Matrix<double>(rows, cols, 0.1);
    p.connectivity = dense;
    p.where = {"small.nir", "/node/nodes/" + p.name};
    return p;
  };
  n.projections = {projection("fc1", {ir::Source::Kind::Input, 0}, 0, 3, 2),
                   projection("fc2", {ir::Source::Kind::Population, 0}, 1, 2, 3)};
  n.output = 1;
  return n;
}

}  // namespace hillock::tests
