// The scripts that Yosys runs. Files are named relative to the folder that Yosys is started in, or
// absolutely.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/synth/target.h"

namespace hillock::synth {

// Names of what the scripts write into the scratch folder.
constexpr const char* kNetlistVerilog = "netlist.v";
constexpr const char* kNetlistJson = "netlist.json";
constexpr const char* kTimingNetlist = "timing.v";  // for OpenSTA, which reads no concatenations
constexpr const char* kCellModels = "cells.v";      // for simulation

struct ScriptRequest {
  const Target* target = nullptr;
  std::vector<std::string> sources;
  std::string top;
  std::vector<std::string> keep;  // nets of the top that shall be there in the netlist
  std::filesystem::path scratch;
  std::filesystem::path liberty;  // standard cells
  std::filesystem::path constraints;
  double goal_hz = 0;
  bool dsps = true;
  bool memory_macros = false;  // of standard cells: memories stay whole, as $mem_v2 in the JSON
  bool names = true;           // of cells, by what they belong to; takes a third of the time
  bool simulated = true;       // also as Verilog, with the cells' models
};

// RTL -> netlist.
[[nodiscard]] std::string synthesis_script(const ScriptRequest& request);

// Puts the netlist into the module `wrapper`, which is synthesized for itself (`sources`, with the
// design as a black box), so that the netlist stays what it is: scan.json is the wrapper alone,
// placed.json both.
[[nodiscard]] std::string wrapping_script(const Target& target, const std::string& wrapper,
                                          const std::vector<std::string>& sources,
                                          const std::filesystem::path& scratch);

}  // namespace hillock::synth
