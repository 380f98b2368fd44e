// estimate: latency (exact) and energy (an interval) per inference.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "compiler/driver/options.h"

namespace hillock::driver {

// Writes estimate.json. Counts come from --data, or else from what `run` left in the folder.
nlohmann::json estimate(const EstimateOptions& options, const CommonOptions& common);

// Throws InputError (bad-option) where there is no such target.
void check_target(const std::string& target);

// "asic45, ice40-up5k, ...", for the help.
[[nodiscard]] std::string target_list();

}  // namespace hillock::driver
