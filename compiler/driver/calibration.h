// What the quantizer learns from data: the float model runs on samples, and its presynaptic activity
// is filtered as the target's membrane would.
#pragma once

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "compiler/passes/quantize.h"

namespace hillock::driver {

// At most `max_samples` samples, evenly spread over the data set. Data that are not integers in
// -32767..32767 get a scale, so that the largest value just fits `input_bits` bits (2..16). Throws
// InputError (bad-data) for input values that are not finite.
[[nodiscard]] passes::Calibration calibrate(const ir::Network& network, const ir::Dataset& data,
                                            std::size_t max_samples, int input_bits = 8);

}  // namespace hillock::driver
