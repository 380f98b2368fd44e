// The closing tables of the verbs, for people.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace hillock::driver {

[[nodiscard]] std::string compile_text(const nlohmann::json& result,
                                       const std::filesystem::path& folder);
[[nodiscard]] std::string run_text(const nlohmann::json& result);
[[nodiscard]] std::string cosim_text(const nlohmann::json& result);
[[nodiscard]] std::string estimate_text(const nlohmann::json& result);
[[nodiscard]] std::string synth_text(const nlohmann::json& result);
[[nodiscard]] std::string power_text(const nlohmann::json& result);
[[nodiscard]] std::string flow_text(const nlohmann::json& result,
                                    const std::filesystem::path& folder);

}  // namespace hillock::driver
