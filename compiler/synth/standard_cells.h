// What standard cells need beside Yosys: the library's text, abc's constraints, timing by OpenSTA.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "compiler/synth/liberty.h"
#include "compiler/synth/tools.h"

namespace hillock::synth {

// The text of a Liberty file, which may be gzipped.
[[nodiscard]] std::string read_liberty_file(const std::filesystem::path& file,
                                            const ToolRunner& tools);

// What drives the inputs (the library's smallest buffer) and loads the outputs (four of it).
[[nodiscard]] std::string abc_constraints(const Liberty& library);

struct CellTimingRequest {
  std::string top;
  std::string clock;  // port
  double goal_hz = 0;
  bool opensta = false;  // else abc's delay of the logic
};

// Adds "fmax_hz", "timing" and "critical_path" to `summary`. From register to register; wires have
// no length yet.
void standard_cell_timing(const CellTimingRequest& request, const ToolRunner& tools,
                          nlohmann::json& summary);

}  // namespace hillock::synth
