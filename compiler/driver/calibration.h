// What the quantizer learns from data: the float model runs on samples, and its presynaptic
// activity is filtered as the target's membrane would.
#pragma once

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "compiler/passes/quantize.h"

namespace hillock::driver {

// At most `max_samples` samples, evenly spread over the data set. Throws InputError (bad-data) for
// input values that are not integers.
[[nodiscard]] passes::Calibration calibrate(const ir::Network& network, const ir::Dataset& data,
                                            std::size_t max_samples);

// Makes room for the input values of other data that the network is to run on.
void widen_input_range(const ir::Dataset& data, passes::Calibration& calibration);

}  // namespace hillock::driver
