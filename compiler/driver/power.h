// power: energy of a netlist of standard cells on real samples, from its switching activity and the
// tables of the Liberty file.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/options.h"

namespace hillock::driver {

// Measures DIR/synth-asic, the netlist that `synth --target asic` made with the same library;
// writes power.json. Throws InputError (bad-option, bad-build, bad-liberty, tool-failed).
nlohmann::json power(const PowerOptions& options, const CommonOptions& common);

}  // namespace hillock::driver
