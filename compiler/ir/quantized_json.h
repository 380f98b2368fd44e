// QuantizedNetwork and Mapping as JSON: what a build folder keeps (quantized.json).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "compiler/ir/quantized_network.h"

namespace hillock::ir {

[[nodiscard]] nlohmann::json to_json(const QuantizedNetwork& network, const Mapping& mapping);

// Throws InputError (bad-build) naming `file` where the JSON is not what to_json() wrote.
void from_json(const nlohmann::json& json, const std::string& file, QuantizedNetwork& network,
               Mapping& mapping);

}  // namespace hillock::ir
