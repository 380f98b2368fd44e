// Which lanes `explore` tries for a network.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/options.h"
#include "compiler/ir/network.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::driver {

// Words of --lanes. With `given`, those; else, for each population, the powers of two, all neurons,
// and the fewest lanes that take as few rows as one of these; in all combinations where these are
// few, else the same for all and one population at a time. What gives all populations the same
// comes first; how many those are is `uniform`.
struct LaneChoices {
  std::vector<std::string> words;
  std::size_t uniform = 0;
};
[[nodiscard]] LaneChoices lane_choices(const std::vector<std::string>& given,
                                       const ir::QuantizedNetwork& network);

}  // namespace hillock::driver
