// overflow.json: the proof against overflow as an artefact, neuron by neuron, for a checker that
// shares no code with us (scripts/verify_certificate.py).
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/ir/quantized_network.h"

namespace hillock::driver {

// Of a network that has its widths. Throws std::logic_error where a bound does not fit them.
[[nodiscard]] nlohmann::json overflow_certificate(const ir::QuantizedNetwork& network);

}  // namespace hillock::driver
