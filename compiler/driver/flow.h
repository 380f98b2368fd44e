// flow: all of it, and the closing table.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/options.h"

namespace hillock::driver {

struct FlowOptions {
  CompileOptions compile;
  CosimVerbOptions cosim;
  EstimateOptions estimate;
};

// compile, run (float and integer), cosim, estimate, report; writes flow.json.
nlohmann::json flow(const FlowOptions& options, const CommonOptions& common);

}  // namespace hillock::driver
