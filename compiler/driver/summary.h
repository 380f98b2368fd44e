// The closing tables of the verbs, for people.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace hillock::driver {

// 3.2e-6, "J" -> "3.2 uJ"
[[nodiscard]] std::string quantity(double value, const char* unit);

[[nodiscard]] std::string compile_text(const nlohmann::json& result,
                                       const std::filesystem::path& folder);
[[nodiscard]] std::string run_text(const nlohmann::json& result);
[[nodiscard]] std::string cosim_text(const nlohmann::json& result);
[[nodiscard]] std::string estimate_text(const nlohmann::json& result);
[[nodiscard]] std::string synth_text(const nlohmann::json& result);
[[nodiscard]] std::string fpga_power_text(const nlohmann::json& result);
[[nodiscard]] std::string power_text(const nlohmann::json& result);
[[nodiscard]] std::string flow_text(const nlohmann::json& result,
                                    const std::filesystem::path& folder);

}  // namespace hillock::driver
