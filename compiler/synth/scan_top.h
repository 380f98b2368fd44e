// A top of five pins around a design with too many ports to be placed: an instance of snn_scan and
// one of the design.
#pragma once

#include <string>
#include <vector>

#include "compiler/synth/netlist.h"

namespace hillock::synth {

struct ScanTop {
  std::string name;       // of the module
  std::string verilog;    // the module
  std::string black_box;  // the design's ports alone, to synthesize the module without it
};

// Ports named *clk* and rst_i go to pins; the others are scanned, and those named *valid* or
// *ready* do nothing while scanning.
[[nodiscard]] ScanTop scan_top(const std::string& design, const std::vector<Port>& ports);

// The clock among the ports; "" where there is none.
[[nodiscard]] std::string clock_port(const std::vector<Port>& ports);

}  // namespace hillock::synth
