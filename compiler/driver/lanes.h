// Which lanes a network gets: as asked for, or chosen by the exact cycle model and the size model.
#pragma once

#include <vector>

#include "compiler/driver/options.h"
#include "compiler/ir/activity.h"
#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::driver {

// A number, or nothing, for every population of the network. Throws UsageError where a word is no
// number from lo to hi, InputError (bad-option) where there is no population of that name.
[[nodiscard]] std::vector<std::optional<int>> per_population(const std::string& option,
                                                             const PerPopulationOption& given,
                                                             const ir::Network& network, int lo,
                                                             int hi);

// The mapping of a quantized network. `given`: what of it is known without the lanes. `data`:
// samples whose activity says how long a step is; may be null. Throws InputError (bad-option) where
// lanes are too many, or a target is out of reach.
[[nodiscard]] ir::Mapping choose_lanes(const LaneOptions& options, const ir::Network& network,
                                       const ir::QuantizedNetwork& quantized,
                                       const ir::Mapping& given, const ir::Dataset* data);

// The same, with the activity of the samples known: what deciding_activity() gives.
[[nodiscard]] ir::Mapping choose_lanes(const LaneOptions& options, const ir::Network& network,
                                       const ir::QuantizedNetwork& quantized,
                                       const ir::Mapping& given,
                                       const std::vector<ir::Activity>& activity);
[[nodiscard]] std::vector<ir::Activity> deciding_activity(const ir::QuantizedNetwork& quantized,
                                                          const ir::Dataset* data);

}  // namespace hillock::driver
