// Plays samples to a netlist of standard cells and measures what it takes: 64 samples side by side,
// with the beats of the co-simulation, checked against the integer model and the latency model.
#pragma once

#include <vector>

#include "compiler/gates/gate_power.h"
#include "compiler/ir/dataset.h"
#include "compiler/ir/quantized_network.h"
#include "hw_models/energy/counts.h"

namespace hillock::driver {

// The ports of the accelerator that a netlist is driven by.
constexpr const char* kClockPort = "clk_i";

struct GateMeasurement {
  std::size_t samples = 0;
  std::size_t mismatches = 0;  // samples whose class or cycles are not those of the models
  double cycles = 0;           // from a sample's first transfer to its result, all samples together
  hw_models::Counts counts;    // likewise
  gates::GateActivity activity;
};

// Samples [first, first + count) of the data. The netlist is that of the network on the mapping,
// without a load port. Throws InputError (tool-failed) where it does not finish a sample.
[[nodiscard]] GateMeasurement measure_gates(const ir::QuantizedNetwork& network,
                                            const ir::Mapping& mapping, const ir::Dataset& data,
                                            std::size_t first, std::size_t count,
                                            const gates::GateNetlist& netlist);

}  // namespace hillock::driver
