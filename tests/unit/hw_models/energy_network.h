// A small network, worked out by hand in the tests of counts and energy:
//
//   4 inputs -> h: 5 neurons in 2 lanes (3 groups), thresholds stored -> o: 2 neurons in 2 lanes
#pragma once

#include "compiler/ir/activity.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::test {

inline ir::QuantizedPopulation energy_population(const char* name, std::size_t neurons) {
  ir::QuantizedPopulation p;
  p.name = name;
  p.shape = {neurons};
  p.fraction_bits = 2;
  p.decay_shift = 8;
  p.decay = 230;
  p.threshold = 20;
  p.scale = 1.0;
  p.membrane_bits = 10;
  p.accumulator_bits = 12;
  return p;
}

inline ir::QuantizedNetwork energy_network() {
  ir::QuantizedNetwork n;
  n.name = "net";
  n.inputs.push_back({"input", {4}, 0, 1});
  n.populations.push_back(energy_population("h", 5));
  n.populations[0].threshold =
      ir::PerNeuron<std::int64_t>(std::vector<std::int64_t>{20, 21, 22, 23, 24});
  n.populations.push_back(energy_population("o", 2));
  const auto dense = [&n](ir::Source source, std::size_t target, std::size_t from, std::size_t to) {
    ir::QuantizedProjection p;
    p.name = "w";
    p.source = source;
    p.target = target;
    p.connectivity = ir::QuantizedDense{support::Matrix<std::int32_t>(to, from)};
    p.weight_bits = 6;
    n.projections.push_back(p);
  };
  dense({ir::Source::Kind::Input, 0}, 0, 4, 5);
  dense({ir::Source::Kind::Population, 0}, 1, 5, 2);
  n.output = 1;
  n.timesteps = 3;
  return n;
}

inline ir::Mapping energy_mapping() { return {{2, 2}}; }

// Three steps: 2, 0 and 1 events into h, 3, 0 and 1 into o.
inline ir::Activity energy_activity() {
  ir::Activity a;
  a.populations.resize(2);
  a.populations[0] = {{{{{0, 1}, {}, {2}}}}, {2, 0, 1}, 3, 15, 15, {3, 0, 1}, 4, 0};
  a.populations[1] = {{{{{0, 1, 2}, {}, {3}}}}, {3, 0, 1}, 4, 8, 6, {1, 0, 1}, 2, 0};
  return a;
}

}  // namespace hillock::test
