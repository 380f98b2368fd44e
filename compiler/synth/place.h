// Place and route, timing and bitstream for the FPGAs that have open tools.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "compiler/synth/target.h"
#include "compiler/synth/tools.h"

namespace hillock::synth {

struct PlaceRequest {
  const Target* target = nullptr;
  std::string json;            // file in the scratch folder
  std::filesystem::path pins;  // constraints; empty: placed anywhere
  double goal_hz = 0;
  int seeds = 1;
  std::function<void(const std::string&)> stage;
};

// The programs that this target needs for it; empty where there is no open flow.
[[nodiscard]] std::vector<std::string> place_tools(const Target& target);

// Adds to `summary`: "fits" (and "does_not_fit"), "fmax_hz", "timing", "critical_path",
// "placed_cells", "seed"; leaves the bitstream as bitstream.* in the scratch folder.
void place_and_route(const PlaceRequest& request, const ToolRunner& tools, nlohmann::json& summary);

}  // namespace hillock::synth
