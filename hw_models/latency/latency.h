// Latency as a closed recurrence over event counts. It equals the RTL's cycles on every sample; the
// recurrence and the figure it stands for are in docs/latency.md.
#pragma once

#include <cstdint>

#include "compiler/ir/activity.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::hw_models {

// Cycles from the transfer of a sample's first beat to that of its result, both included, where the
// host always offers the next beat and takes the result at once, from an idle accelerator.
[[nodiscard]] std::int64_t predict_cycles(const ir::QuantizedNetwork& network,
                                          const ir::Mapping& mapping, const ir::Activity& activity);

// The lower bound that any layer-parallel, event-driven design of these lanes has:
// sum over steps of max over populations of max(events, 1) * groups.
[[nodiscard]] std::int64_t ideal_cycles(const ir::QuantizedNetwork& network,
                                        const ir::Mapping& mapping, const ir::Activity& activity);

}  // namespace hillock::hw_models
