// Network: the imported network in floating point and discrete time. Populations of neurons are
// joined by projections of weights (PyNN's vocabulary). All parameters are those of the update
//
//   V[t] = decay * V[t-1] + X[t] + bias - reset     A[t] = sum over projections of weight * x
//
//   Synapse::None:     X[t] = A[t]
//   Synapse::Current:  X[t] = I[t] = current_decay * I[t-1] + A[t] + current_bias
//   Synapse::Alpha:    E[t] = current_decay * E[t-1] + A[t] + current_bias
//                      H[t] = decay * H[t-1] - A[t] - current_bias
//                      V[t] = E[t] + H[t]     (no bias; a reset to zero clears all three)
//                      after a spike, with a reset by subtraction:
//                      E[t] less alpha_gain * threshold, H[t] = 0,
//                      V[t] = (E[t] + H[t] of no reset) + H[t-1] / alpha_gain
//
// so that gains, time constants and time steps of a source format are already folded in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/ir/connectivity.h"
#include "compiler/ir/neuron_rule.h"
#include "compiler/ir/per_neuron.h"
#include "compiler/ir/shape.h"
#include "compiler/support/diagnostics.h"

namespace hillock::ir {

constexpr int kMaxSpikes = 255;

struct Input {
  std::string name;
  Shape shape;
  support::Location where;
  bool is_static = false;  // the data hold no time: a sample shows the same values in every step
};

struct Population {
  std::string name;
  Shape shape;
  bool spiking = true;      // false: a leaky integrator, read out by its membrane (LI)
  PerNeuron<double> decay;  // V's share that survives a step, in [0, 1]
  PerNeuron<double> bias;
  PerNeuron<double> threshold;
  PerNeuron<double> reset_value;  // of ResetMechanism::Zero with ResetTiming::SameStep
  ResetRule reset;
  Comparison comparison = Comparison::Greater;
  Synapse synapse = Synapse::None;
  PerNeuron<double> current_decay;  // of Synapse::Current and Alpha
  PerNeuron<double> current_bias;
  // Of Synapse::Alpha with a reset by subtraction: snnTorch's tau, which is already in the weights,
  // and which that reset takes out again. At least 1.
  PerNeuron<double> alpha_gain = 1.0;
  // Only the neuron with the largest V - threshold may spike, the lowest index on a tie; yet every
  // neuron above its threshold is reset (snnTorch's `inhibition`).
  bool inhibition = false;
  // Spikes in one step, 1..kMaxSpikes: with more than one, a neuron spikes and is reset as often as
  // its membrane passes the threshold, in the same step, and its event carries the count.
  int max_spikes = 1;
  support::Location where;

  [[nodiscard]] std::size_t neurons() const { return element_count(shape); }
};

using Dense = DenseOf<double>;
using Conv = ConvOf<double>;
using Sparse = SparseOf<double>;
using Connectivity = ConnectivityOf<double>;

// Either an input or a population, by index.
struct Source {
  enum class Kind { Input, Population } kind = Kind::Input;
  std::size_t index = 0;

  friend bool operator==(const Source&, const Source&) = default;
};

struct Projection {
  std::string name;
  Source source;
  std::size_t target = 0;  // population index
  Connectivity connectivity;
  int delay = 0;  // steps: reads what the source did `delay` steps earlier, nothing before step 0
  support::Location where;
  // Where the weights were trained as integers, and the file says so: what those of each output
  // channel (of a matrix, each row) are multiples of. 0 where all are 0; empty: not known.
  std::vector<double> weight_step = {};
};

enum class Readout { SpikeCount, MembraneSum, MembraneMax, MembraneLast };
[[nodiscard]] std::string_view name(Readout r);
[[nodiscard]] std::optional<Readout> parse_readout(std::string_view text);

// What is read of a sample: a population, and how its neurons are scored.
struct Output {
  std::size_t population = 0;
  Readout readout = Readout::SpikeCount;

  friend bool operator==(const Output&, const Output&) = default;
};

enum class ImportGrade {
  Exact,        // computes the same spikes as the source framework, ties excepted
  Approximate,  // something was assumed or differs: see the assumptions
};
[[nodiscard]] std::string_view name(ImportGrade g);

// How a file was read: what it was, by whose rules, and what had to be assumed.
struct ImportReport {
  std::string source;     // the file's name, without folders
  std::string format;     // "nir", "pytorch-state-dict", "network-json"
  std::string semantics;  // "nir", "snntorch", "norse"
  ImportGrade grade = ImportGrade::Exact;
  std::vector<std::string> assumptions;  // what was defaulted, a sentence each
  std::vector<std::string> notes;        // what was stated, folded, removed or recovered
};

struct Network {
  std::string name;
  std::vector<Input> inputs;
  std::vector<Population> populations;  // in topological order of the zero-delay projections
  std::vector<Projection> projections;
  std::size_t output = 0;  // population index
  Readout readout = Readout::SpikeCount;
  std::vector<Output> more_outputs;  // besides that first one, each of another population
  std::optional<int> timesteps;
  ImportReport import;

  [[nodiscard]] const Shape& source_shape(const Source& s) const {
    return s.kind == Source::Kind::Input ? inputs[s.index].shape : populations[s.index].shape;
  }
  [[nodiscard]] const std::string& source_name(const Source& s) const {
    return s.kind == Source::Kind::Input ? inputs[s.index].name : populations[s.index].name;
  }
};

// All outputs of a network, float or quantized, the first one first.
template <typename N>
[[nodiscard]] std::vector<Output> outputs_of(const N& network) {
  std::vector<Output> all{{network.output, network.readout}};
  all.insert(all.end(), network.more_outputs.begin(), network.more_outputs.end());
  return all;
}

// How a population is read out, where it is an output.
template <typename N>
[[nodiscard]] std::optional<Readout> readout_of(const N& network, std::size_t population) {
  for (const Output& output : outputs_of(network)) {
    if (output.population == population) return output.readout;
  }
  return std::nullopt;
}

// A step's values of all inputs stand side by side, in order. Where those of input `i` begin; the
// number of all where `i` is the number of inputs.
template <typename N>
[[nodiscard]] std::size_t first_element(const N& network, std::size_t i) {
  std::size_t before = 0;
  for (std::size_t k = 0; k < i; ++k) before += element_count(network.inputs[k].shape);
  return before;
}

// Rows and columns at which a population has a neuron of each channel: those of its first
// convolution or pooling, else one. Neuron j is of channel j / positions.
[[nodiscard]] std::size_t positions_of(const Network& network, std::size_t population);

// Whether a population's events carry its membranes: it does not spike, and weights read it.
[[nodiscard]] bool sends_membranes(const Network& network, std::size_t population);

// Reports everything that makes the network unfit: shapes that do not agree, values that are not
// finite, a decay outside [0, 1], names that repeat, an order that is not topological.
void verify(const Network& network);

}  // namespace hillock::ir
