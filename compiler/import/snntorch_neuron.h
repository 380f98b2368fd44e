// A neuron layer of snnTorch 0.9 with its tensors -> a population, by the rules of its class
// (snntorch/_neurons). docs/import.md has the table of rules.
#pragma once

#include <string>
#include <vector>

#include "compiler/import/architecture.h"
#include "compiler/import/import.h"
#include "compiler/import/layer_tensors.h"
#include "compiler/import/network_builder.h"

namespace hillock::import {

struct NeuronLayer {
  ir::Population population;
  std::vector<double> gain;           // of everything that reaches it, per neuron; empty: ones
  std::vector<double> spike_factors;  // of what it sends, per neuron; empty: ones
};

// `shape` is that of the layer's input. Notes and assumptions go to the builder. Throws InputError:
// missing-field, shape-mismatch, bad-parameter, bad-architecture, bad-option, unsupported-node.
[[nodiscard]] NeuronLayer neuron_layer(const Layer& layer, const ir::Shape& shape,
                                       LayerTensors& tensors, const ImportOptions& options,
                                       const std::string& file, NetworkBuilder& builder);

// The layer's own spikes of the step before, through its recurrent weights; their bias counts in
// every step. For layers that are not recurrent: nothing.
void connect_recurrence(const Layer& layer, const ir::Source& neurons,
                        const std::vector<double>& gain, LayerTensors& tensors,
                        const std::string& file, NetworkBuilder& builder);

}  // namespace hillock::import
