// compile: import, quantize, prove, emit. Also the parts of it that other verbs use.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/options.h"

namespace hillock::driver {

// Writes the build folder and returns compile.json.
nlohmann::json compile(const CompileOptions& options, const CommonOptions& common);

// The `import` part of compile.json.
[[nodiscard]] nlohmann::json import_summary(const ir::Network& network);

// The `populations` part of compile.json.
[[nodiscard]] nlohmann::json population_summary(const ir::Network& network,
                                                const ir::QuantizedNetwork& quantized,
                                                const ir::Mapping& mapping);

// Bits of memory: {"weights", "state"}.
[[nodiscard]] nlohmann::json memory_summary(const ir::QuantizedNetwork& quantized,
                                            const ir::Mapping& mapping);

}  // namespace hillock::driver
