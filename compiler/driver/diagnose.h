// What is wrong with a network although it compiles: in words, with what to do.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::driver {

// The `warnings` part of compile.json: [{id, population, message, help}].
//   layer-silent      no neuron spikes on the calibration samples (or can spike at all)
//   layer-saturated   its neurons spike in nearly every step
//   decay-coarse      the decay bits cannot express a decay: time constants off by more than 5 %
//   threshold-coarse  a threshold counts so few units that it is off by more than 5 %
// `calibration` may be null. The network has its widths.
[[nodiscard]] nlohmann::json diagnose(const ir::Network& network,
                                      const ir::QuantizedNetwork& quantized,
                                      const std::vector<std::vector<bool>>& silent,
                                      const ir::Dataset* calibration);

}  // namespace hillock::driver
