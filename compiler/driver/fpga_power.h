// power --target ice40-up5k: energy of the FPGA's netlist on real samples, from the transitions
// that its simulation counts and a bench's measurements.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/options.h"

namespace hillock::driver {

// Simulates DIR/synth-TARGET's netlist on samples, each compared with the models; writes
// power.json. Throws InputError (bad-option, bad-build, tool-failed, tool-missing).
nlohmann::json fpga_power(const PowerOptions& options, const CommonOptions& common);

}  // namespace hillock::driver
