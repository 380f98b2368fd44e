// What the quantizer learns from data: the float model runs on samples, and its presynaptic
// activity is filtered as the target's membrane would.
#pragma once

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "compiler/passes/quantize.h"
#include "compiler/passes/recordings.h"

namespace hillock::driver {

// At most `max_samples` samples, evenly spread over the data set. Values that are not all integers
// are scaled to `input_bits` bits. `also`: other data that the network is to run on, whose values
// must fit the input as well; may be null. Throws InputError (bad-data) for values that are not
// finite.
[[nodiscard]] passes::Calibration calibrate(const ir::Network& network, const ir::Dataset& data,
                                            std::size_t max_samples, int input_bits = 8,
                                            const ir::Dataset* also = nullptr);

// Runs the float network on samples, evenly spread, and can run integers on the same; as many as
// take a few seconds. Keeps references to the network and the data.
[[nodiscard]] passes::CalibrationRun record(const ir::Network& network, const ir::Dataset& data);

}  // namespace hillock::driver
