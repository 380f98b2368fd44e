// QuantizedNetwork: integers only. THE CONTRACT: the integer model, the Verilog and the cost models
// each read this and nothing else of the network. Its arithmetic is docs/arithmetic.md.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/network.h"
#include "compiler/numeric/fixed_point.h"

namespace hillock::ir {

// Integer events: value = round(x * scale); binary spikes have scale 1, range 0..1.
struct QuantizedInput {
  std::string name;
  Shape shape;
  std::int64_t min_value = 0;
  std::int64_t max_value = 1;
  double scale = 1;  // 1: the data are integers already
  // The same values in every step: its events come in step 0, and what they add is kept.
  bool is_static = false;

  [[nodiscard]] bool binary() const { return min_value >= 0 && max_value <= 1; }
};

struct QuantizedPopulation {
  std::string name;
  Shape shape;
  bool spiking = true;
  ResetRule reset;
  int fraction_bits = 0;              // f: weights count in units of 2^f of the membrane
  int decay_shift = 0;                // k
  PerNeuron<std::int64_t> decay;      // m, 0..2^k
  PerNeuron<std::int64_t> bias;       // in membrane units
  PerNeuron<std::int64_t> threshold;  // spike at V > threshold
  int reset_offset = 0;               // subtract: threshold + reset_offset (1 where >= was folded)
  PerNeuron<std::int64_t> reset_value;
  // Synapse::Current and Alpha: the current decays by current_decay / 2^current_decay_shift, and is
  // counted in membrane units.
  Synapse synapse = Synapse::None;
  int current_decay_shift = 0;
  PerNeuron<std::int64_t> current_decay;
  PerNeuron<std::int64_t> current_bias;
  // Synapse::Alpha with a reset by subtraction: after a spike H decays by reset_decay /
  // 2^decay_shift (up to 2), and E loses reset_current.
  PerNeuron<std::int64_t> reset_decay;
  PerNeuron<std::int64_t> reset_current;
  bool inhibition = false;  // see Population; all neurons share one scale then
  // What its events carry. Spikes of a step, up to max_spikes: a number where that is above 1, else
  // nothing. Where it does not spike and weights read it, its membranes: graded() to value_bits
  // bits, 0 where nothing but a readout or a max-pooling does.
  int max_spikes = 1;
  int value_bits = 0;
  int value_shift = 0;
  PerNeuron<double> scale;  // S: real membrane = V / (S * 2^f). For people; no arithmetic uses it.

  // Widths in bits, by the overflow proof (analysis/overflow). The sum of a step is formed in
  // accumulator_bits; the membrane after it has membrane_bits (fewer only where it saturates).
  int membrane_bits = 0;
  int accumulator_bits = 0;
  int current_bits =
      0;  // of the running sum of a current, or of a maximum; 0 where there is neither
  numeric::OverflowMode overflow = numeric::OverflowMode::Proved;

  support::Location where;

  [[nodiscard]] std::size_t neurons() const { return element_count(shape); }
  [[nodiscard]] numeric::Decay decay_of(std::size_t j) const { return {decay[j], decay_shift}; }
  [[nodiscard]] numeric::Decay current_decay_of(std::size_t j) const {
    return {current_decay[j], current_decay_shift};
  }
  [[nodiscard]] bool alpha_subtracts() const {
    return spiking && synapse == Synapse::Alpha && reset.mechanism == ResetMechanism::Subtract;
  }
  [[nodiscard]] numeric::Decay reset_decay_of(std::size_t j) const {
    return {reset_decay[j], decay_shift};
  }
  [[nodiscard]] bool sends_counts() const { return max_spikes > 1; }
  [[nodiscard]] bool sends_membranes() const { return value_bits > 0; }
  // What the event of a neuron with membrane `v` carries; 0 is no event. Of sends_membranes().
  [[nodiscard]] std::int64_t value_of(std::int64_t v) const {
    return numeric::graded(v, value_shift, value_bits);
  }
  // What a reset by subtraction takes away.
  [[nodiscard]] std::int64_t reset_amount(std::size_t j) const {
    return threshold[j] + reset_offset;
  }
  // Real value of a membrane, for people.
  [[nodiscard]] double real(std::int64_t v, std::size_t j) const {
    return static_cast<double>(v) /
           (scale[j] * static_cast<double>(std::int64_t{1} << fraction_bits));
  }
};

using QuantizedDense = DenseOf<std::int32_t>;
using QuantizedConv = ConvOf<std::int32_t>;
using QuantizedSparse = SparseOf<std::int32_t>;
using QuantizedConnectivity = ConnectivityOf<std::int32_t>;

// A MaxPool joins populations of equal fraction bits; its source's membranes are the values.
struct QuantizedProjection {
  std::string name;
  Source source;
  std::size_t target = 0;
  QuantizedConnectivity connectivity;
  int weight_bits = 0;  // 1: the bit is a sign, +1 or -1; 0: a MaxPool, which has no weights
  int delay = 0;
  support::Location where;
};

struct QuantizedNetwork {
  std::string name;
  std::vector<QuantizedInput> inputs;
  std::vector<QuantizedPopulation> populations;  // topological order
  std::vector<QuantizedProjection> projections;
  std::size_t output = 0;
  Readout readout = Readout::SpikeCount;
  std::vector<Output> more_outputs;
  int timesteps = 0;  // the longest sample that the overflow proof covers

  [[nodiscard]] const Shape& source_shape(const Source& s) const {
    return s.kind == Source::Kind::Input ? inputs[s.index].shape : populations[s.index].shape;
  }
  [[nodiscard]] const std::string& source_name(const Source& s) const {
    return s.kind == Source::Kind::Input ? inputs[s.index].name : populations[s.index].name;
  }
  // The projections that end at a population, in order.
  [[nodiscard]] std::vector<const QuantizedProjection*> projections_into(std::size_t target) const;
};

// How the network is laid on hardware; meaning is not touched by it.
struct Mapping {
  // Per population, 1..max_lanes(): weights added in a cycle.
  std::vector<int> lanes;
  // Per population: neurons whose step ends in a cycle. Fewer than `lanes` only where the update
  // can be apart (split_allowed()): snn_step_sums then adds up the events. Empty: as many as
  // `lanes`.
  std::vector<int> update_lanes = {};
  // Populations whose weights, lists and stored parameters are RAM, loaded at run time; empty:
  // none.
  std::vector<bool> loadable = {};
  // The population whose spikes leave as a stream of events beside the result.
  std::optional<std::size_t> spike_stream = {};

  [[nodiscard]] bool is_loadable(std::size_t population) const {
    return population < loadable.size() && loadable[population];
  }
  [[nodiscard]] bool any_loadable() const {
    return std::find(loadable.begin(), loadable.end(), true) != loadable.end();
  }

  [[nodiscard]] int update_lanes_of(std::size_t population) const {
    return update_lanes.empty() ? lanes[population] : update_lanes[population];
  }
  // Whether sums and neurons are apart.
  [[nodiscard]] bool split(std::size_t population) const {
    return update_lanes_of(population) != lanes[population];
  }
  // Rows of `update_lanes` neurons of a population: cycles of a pass over all of them.
  [[nodiscard]] std::int64_t groups(const QuantizedNetwork& n, std::size_t population) const;
};

// Broken invariants are ours, not the user's: throws std::logic_error.
void verify(const QuantizedNetwork& network);
void verify(const QuantizedNetwork& network, const Mapping& mapping);

}  // namespace hillock::ir
