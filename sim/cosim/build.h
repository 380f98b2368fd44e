// Turns emitted Verilog into a shared object, once: Verilator, then the C++ compiler. The result is
// cached by content, and independent of the memory images, which are read when a design is created.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/cosim/bench.h"

namespace hillock::sim {

struct BuildRequest {
  std::filesystem::path folder;     // the build folder; sources are relative to it
  std::string top;                  // module name
  std::vector<Port> ports;          // of the top, with those for verification
  std::vector<std::string> files;   // Verilog sources
  std::string netlist_bench;        // more Verilog: the module `top` around a netlist; may be empty
  bool stalls = true;               // able to stall within the design; a seventh slower
  bool waves = false;               // able to write a VCD; several times slower
  bool quick = false;               // little optimization: for many small designs run briefly
  std::function<void()> tick = {};  // called some times a second while it is made
};

// The path of the shared object, built or found in the cache ($HILLOCK_CACHE, else
// $XDG_CACHE_HOME/hillock, else ~/.cache/hillock). Throws InputError (tool-missing, tool-failed).
[[nodiscard]] std::filesystem::path build_simulation(const BuildRequest& request);

}  // namespace hillock::sim
