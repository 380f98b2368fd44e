// A design in, a netlist, its size and its speed out: Yosys, and behind it what there is for the
// target: nextpnr, icetime and icepack, or OpenSTA. The room knows Verilog and tools, no networks.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/synth/target.h"

namespace hillock::synth {

struct SynthRequest {
  const Target* target = nullptr;
  std::filesystem::path rtl_folder;  // the tools run in it: memory images are named without folder
  std::vector<std::string> sources;  // relative to rtl_folder
  std::string top;
  std::vector<std::string> keep;  // nets of the top that shall be there in the netlist
  bool scan = true;               // reach the ports by a scan chain, for place and route
  std::filesystem::path liberty;  // of target asic; may be gzipped
  std::filesystem::path pins;     // constraints of pins (.pcf, .lpf); empty: placed anywhere
  std::optional<double> clock_hz;
  bool dsps = true;            // may be used where the target has some
  bool memory_macros = false;  // of target asic: memories stay whole
  bool measured = false;       // for many designs: only what their energy is measured by
  int seeds = 1;               // of place and route; the fastest is taken
  double timeout_seconds = 0;  // of each tool; 0: none
  std::function<void(const std::string& stage)> stage;  // called as each begins
  std::function<void()> tick;                           // some times a second
};

struct SynthResult {
  nlohmann::json summary;        // but for the places of netlist and bitstream
  std::filesystem::path folder;  // in the cache: netlist, bitstream, logs
  bool cached = false;
};

// Throws InputError (tool-missing, tool-failed, bad-liberty, bad-option). A design that does not
// fit is a result: "fits" is false and "remedy" says what to do.
[[nodiscard]] SynthResult synthesize(const SynthRequest& request);

}  // namespace hillock::synth
