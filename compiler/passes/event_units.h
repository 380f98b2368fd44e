// How finely membranes are sent to other populations: the unit in which the values of their events
// count. Only of populations with ir::sends_membranes().
#pragma once

#include <cstddef>

#include "compiler/passes/quantize.h"

namespace hillock::passes {

// e: a unit of the events is 2^e / scale in real numbers, `scale` being that of the population's
// neurons. The finest with which the largest membrane of the calibration fits the events' bits;
// without calibration, the largest that the weights allow. Never finer than the fraction bits.
[[nodiscard]] int event_exponent(const ir::Network& network, const QuantizeOptions& options,
                                 const Calibration& calibration, std::size_t population,
                                 double scale);

// The coarsest unit that event_exponent() can give, at any scale.
[[nodiscard]] double coarsest_event_unit(const ir::Network& network, const QuantizeOptions& options,
                                         const Calibration& calibration, std::size_t population);

}  // namespace hillock::passes
