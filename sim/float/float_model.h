// The float model: the imported network with its source's semantics, in double precision. This is
// where an import is proved: its spikes are compared with the source framework's own.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "sim/common/recording.h"
#include "sim/common/synapses.h"
#include "sim/float/dense_rows.h"

namespace hillock::sim {

// What a source sends in a step, in rising order of its elements.
struct FloatEvents {
  std::vector<std::uint32_t> element;
  std::vector<double> value;

  void clear() {
    element.clear();
    value.clear();
  }
  void add(std::size_t i, double v) {
    element.push_back(static_cast<std::uint32_t>(i));
    value.push_back(v);
  }
};

struct FloatResult {
  Recording<double> recording;
  std::vector<double> scores;
  std::size_t predicted = 0;
  std::vector<Decision<double>> more;  // of the further outputs
  // Membranes within 1e-6 of their threshold at the moment of comparison: there a framework that
  // computes in float32 may decide otherwise.
  std::int64_t ties = 0;
  std::int64_t spikes = 0;  // neurons that sent an event, over all steps
  std::int64_t synaptic_operations = 0;
  FloatEvents events;  // of a projection at work
};

class FloatModel {
 public:
  static constexpr double kTie = 1e-6;

  // Keeps a reference to the network, which is one that verify() has passed.
  explicit FloatModel(const ir::Network& network);

  // Runs one sample from rest. Sums are formed projection by projection, in rising order of source
  // elements, so results do not depend on threads. Thread-safe on distinct results.
  void run(const ir::Dataset& data, std::size_t sample, FloatResult& result) const;

  // The same, but the first `count` populations do what `given` says they did: what is left of the
  // network is computed from that.
  void run_after(const ir::Dataset& data, std::size_t sample, const Recording<double>& given,
                 std::size_t count, FloatResult& result) const;

 private:
  struct Incoming {
    const ir::Projection* projection;
    std::optional<DenseRows> rows;             // of a dense projection
    std::optional<Synapses<double>> synapses;  // of any other
  };
  // What a population keeps besides its membrane, per neuron.
  struct State {
    std::vector<double> current;  // I, or E of an alpha synapse
    std::vector<double> hidden;   // H of an alpha synapse
  };

  void gather(std::size_t population, std::size_t t, const ir::Dataset& data, std::size_t sample,
              std::vector<double>& sum, FloatResult& result) const;
  void update(std::size_t population, std::size_t t, const std::vector<double>& input, State& state,
              FloatResult& result) const;

  const ir::Network& network_;
  std::vector<std::vector<Incoming>> into_;
  std::vector<std::size_t> neurons_;
  std::vector<std::size_t> first_elements_;  // per input
  std::vector<bool> sends_membranes_;
};

}  // namespace hillock::sim
