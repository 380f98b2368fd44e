// Energy of one memory: what an access costs on a target, what the memory costs while it waits, and
// what it leaks.
#pragma once

#include "hw_models/energy/coefficients.h"
#include "hw_models/energy/interval.h"
#include "hw_models/geometry/geometry.h"

namespace hillock::hw_models {

// Joules of one row read or written. An SRAM macro by default; a register where depth is 1, as in
// snn_ram_1r1w; block RAMs where the target has them. A memory of at most 8,192 bits, the smallest
// macro of the sources, may be flip-flops: their figure is then the lower bound.
[[nodiscard]] Interval read_energy(const CoefficientTable& table, const MemorySize& memory);
[[nodiscard]] Interval write_energy(const CoefficientTable& table, const MemorySize& memory);

// Joules while the clock runs and nothing is accessed: `cycles` in all, `accesses` in them.
[[nodiscard]] Interval idle_energy(const CoefficientTable& table, const MemorySize& memory,
                                   double cycles, double accesses);

// Watts. Zero where a target's static power covers all of the device.
[[nodiscard]] Interval memory_leakage(const CoefficientTable& table, const MemorySize& memory);

}  // namespace hillock::hw_models
