// `hillock synth`: area, clock frequency, netlist and bitstream of a build.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/options.h"

namespace hillock::driver {

// Writes synth-TARGET.json, and into synth-TARGET/ the netlist, its cells' models, the bitstream
// where there is one, and the tools' logs. A design that does not fit is a result as well.
nlohmann::json synth(const SynthOptions& options, const CommonOptions& common);

// Throws InputError (does-not-fit) where the result says so.
void check_fits(const nlohmann::json& synth_result);

}  // namespace hillock::driver
