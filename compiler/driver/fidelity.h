// How faithful integers are to the float network, beyond accuracy: which samples spike exactly
// alike, how firing rates drift, and which population loses the accuracy.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/build_folder.h"
#include "compiler/ir/dataset.h"

namespace hillock::driver {

// The `fidelity` part of run.json. Looks at some of `samples` (indices into the data), evenly
// spread, as many as take a few seconds:
//   samples, identical_samples   every integer spike of every population equals the float one
//   populations                  rate_float, rate_integer (spikes per neuron and step), rate_drift
//                                (relative), spikes_differing (share of neurons x steps)
//   loss                         points of accuracy (without labels: of agreement with the float
//                                network) that are lost on the way: with each population made
//                                integer after those before it, then by saturation
[[nodiscard]] nlohmann::json fidelity(const Build& build, const ir::Dataset& data,
                                      const std::vector<std::size_t>& samples);

}  // namespace hillock::driver
