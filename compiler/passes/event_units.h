// How finely membranes are sent to other populations: the unit in which the values of their events
// count. Only of populations with ir::sends_membranes().
#pragma once

#include <cstddef>

#include "compiler/passes/quantize.h"

namespace hillock::passes {

// The finest unit, in real numbers, with which the largest membrane of the calibration fits the
// events' bits; without calibration, the largest that the weights allow.
[[nodiscard]] double finest_event_unit(const ir::Network& network, const QuantizeOptions& options,
                                       const Calibration& calibration, std::size_t population);

// e: a unit of the events is 2^e / scale in real numbers, `scale` being that of the population's
// neurons: the least that is not below `least_unit`, nor finer than the fraction bits.
[[nodiscard]] int event_exponent(const QuantizeOptions& options, std::size_t population,
                                 double least_unit, double scale);

// So much coarser than `least_unit` it can be, at any scale.
inline constexpr double kCoarsestOverLeast = 2;

}  // namespace hillock::passes
