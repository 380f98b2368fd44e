// --weight-bits auto: the fewest weight bits that lose no more accuracy than allowed.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "compiler/driver/quantizer.h"

namespace hillock::driver {

struct AutoBits {
  std::vector<int> weight_bits;  // per population
  ir::QuantizedNetwork network;  // with these; lacks its widths
  nlohmann::json summary;        // the `auto` part of compile.json
};

// The calibration samples are cut in halves; each calibrates once, and the other decides. Integers
// hold where their loss over both, two thirds of it expected from how far margins moved
// (expected_loss(), above what the widest bits cost) and one third counted, is at most `max_drop`
// percent points (without labels: of decisions that are the float network's). First the narrowest
// width that holds for all populations is found, from 8 bits down (up, where 8 do not hold); then
// fewer bits are tried population by population, and more bits in small populations for fewer in
// large ones. So there are never more bits in total than with the best uniform width. `fixed`:
// populations whose bits were stated. Throws InputError (bad-option) where even 16 bits do not
// hold, or there are no samples to decide by.
[[nodiscard]] AutoBits find_bits(const ir::Network& network,
                                 const passes::QuantizeOptions& quantize,
                                 const std::vector<std::optional<int>>& fixed,
                                 QuantizerMethod method, const QuantizerData& data,
                                 double max_drop);

}  // namespace hillock::driver
