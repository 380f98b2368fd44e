// What every importer does with a signal that ends in neurons: adds a population and the
// projections that feed it, and works a max-pool into populations of its own.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/signal.h"
#include "compiler/ir/network.h"

namespace hillock::import {

class NetworkBuilder {
 public:
  [[nodiscard]] ir::Source add_input(std::string name, ir::Shape shape, support::Location where);

  // What a source sends: its spikes times their factors, where those were set.
  [[nodiscard]] Signal signal_of(const ir::Source& source) const;
  void set_spike_factors(const ir::Source& source, std::vector<double> factors);

  // Before anything but the membranes of neurons reads a signal: a maximum of spikes becomes a
  // relay, a population that passes it on in the same step; a maximum of anything else a population
  // that sends it on as its membrane.
  void settle(Signal& signal);
  // A population that repeats in the same step what reaches it over an all-ones convolution or
  // one to one: it spikes where its input is above 0.5.
  [[nodiscard]] ir::Source add_relay(std::string name, const Signal& signal,
                                     support::Location where);

  // The population reads `signal`, multiplied by `gain` per neuron (empty: by 1); the signal's bias
  // is added to its own, or to that of its current. `where` is the place of its projections that
  // have no weights. Throws InputError (file-too-large, unsupported-graph).
  ir::Source add_population(ir::Population population, const Signal& signal,
                            const std::vector<double>& gain, const support::Location& where);
  // Adds the projections to a population that is there already.
  void connect(std::size_t target, const Signal& signal, const std::vector<double>& gain,
               const support::Location& where);

  // A population that reads only what is delayed gets a synapse of weight 0 besides: neurons take
  // their steps from something that they read without delay.
  void keep_in_step(std::size_t target);

  // A population that does not spike and whose membrane is its input, for weights that come last.
  [[nodiscard]] static ir::Population membrane_of_weights(std::string name, ir::Shape shape,
                                                          support::Location where);

  [[nodiscard]] const ir::Shape& shape_of(const ir::Source& s) const {
    return network.source_shape(s);
  }
  void note(std::string_view name, std::string_view text);
  // Says of which populations the membranes are sent on.
  void note_sent_membranes();
  // Lists what had to be taken for granted; `approximate`: the spikes depend on it.
  void assume(std::string_view name, std::string_view text, bool approximate);

  ir::Network network;
  // Per input: whether it holds zeros and ones only, if known. Empty: of none.
  std::vector<std::optional<bool>> binary_inputs;

 private:
  // Whether an input holds zeros and ones only, if known.
  [[nodiscard]] std::optional<bool> is_binary(const ir::Source& input) const;
  [[nodiscard]] bool of_spikes(const Signal& signal) const;
  void settle_spikes(Signal& signal);
  void settle_currents(Signal& signal);
  // A population whose membrane is what a max-pool takes the maximum of.
  ir::Source add_currents(Signal& signal);
  void connect_maximum(std::size_t target, const ir::Source& currents, const ir::MaxPool& pool,
                       const Step& step);
  [[nodiscard]] std::string free_name(const std::string& wanted) const;
  [[nodiscard]] std::string free_projection_name(const std::string& wanted) const;

  std::map<std::size_t, std::vector<double>> spike_factors_;  // by population
  std::size_t weights_ = 0;
};

}  // namespace hillock::import
