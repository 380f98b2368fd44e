// The netlist that `cosim --netlist` names, as something that can be simulated.
#pragma once

#include <string>

#include "compiler/driver/build_folder.h"
#include "sim/cosim/build.h"

namespace hillock::driver {

// The folder of a target's results within a build: "synth-ice40-hx8k".
[[nodiscard]] std::string synth_folder(const std::string& target);

// Per population, the beginning of its row's nets in the top. Throws InputError (bad-build) where
// an earlier version compiled the build.
[[nodiscard]] std::vector<std::string> row_nets(const Build& build);

// `netlist`: a target of `synth`, or a Verilog file with the models of its cells beside it, in
// cells.v. Throws InputError (bad-option, bad-build).
[[nodiscard]] sim::BuildRequest netlist_request(const Build& build, const std::string& netlist);

}  // namespace hillock::driver
