// A convolution's weights as its events walk them, and where in the target's slots these land.
#pragma once

#include "compiler/ir/quantized_network.h"
#include "sim/fast/kernels.h"
#include "sim/fast/slots.h"

namespace hillock::sim::fast {

// `slots`: of the target. W: int8_t or int16_t, which holds every weight.
template <typename W>
[[nodiscard]] ConvPlan<W> plan_conv(const ir::QuantizedConv& conv, const Slots& slots);

}  // namespace hillock::sim::fast
