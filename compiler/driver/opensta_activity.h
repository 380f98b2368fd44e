// The switching activity of a netlist as a script for OpenSTA, to reconcile its report_power with
// ours: docs/energy.md.
#pragma once

#include <filesystem>
#include <string>

#include "compiler/gates/gate_simulator.h"

namespace hillock::driver {

// Tcl that reads library and netlist, annotates every pin of every cell with its transitions a
// cycle and its share of time at 1, and reports power.
[[nodiscard]] std::string opensta_activity(const gates::GateNetlist& netlist,
                                           const gates::GateActivity& activity,
                                           const std::filesystem::path& liberty,
                                           const std::filesystem::path& verilog, double clock_hz);

}  // namespace hillock::driver
