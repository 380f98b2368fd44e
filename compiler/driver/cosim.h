// cosim: the RTL against the integer model.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/options.h"

namespace hillock::driver {

// Writes cosim.json and, where they differ, a waveform of the first divergence. The result's
// `mismatches` decides the exit status.
nlohmann::json cosim(const CosimVerbOptions& options, const CommonOptions& common);

// The command that sees the same data under the same stalls again, without which samples.
[[nodiscard]] std::string replay_command(const CosimVerbOptions& options);

// The flagship message: where model and RTL first differ, and how to see it.
[[nodiscard]] std::string divergence_text(const nlohmann::json& cosim_result);

}  // namespace hillock::driver
