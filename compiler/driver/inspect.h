// inspect: what a model or a build is, and by which rules it was read.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "compiler/driver/options.h"

namespace hillock::driver {

// A model file or a build folder. `text` is for people.
nlohmann::json inspect(const std::filesystem::path& model_or_folder,
                       const import::ImportOptions& import, const CommonOptions& common,
                       std::string& text);

}  // namespace hillock::driver
