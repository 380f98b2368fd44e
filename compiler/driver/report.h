// report: DIR/report.html from what the other verbs left in DIR.
#pragma once

#include <filesystem>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/options.h"
#include "compiler/ir/dataset.h"
#include "sim/cosim/simulation.h"

namespace hillock::driver {

// Writes the report and returns its path. `search`: an explore.json, or its folder, to be shown
// with the build; empty: that of the folder, or of the search whose points/N it is, where there is
// one.
std::filesystem::path report(const std::filesystem::path& folder, const CommonOptions& common,
                             const std::filesystem::path& search = {});

// What the report shows of an explore.json.
[[nodiscard]] nlohmann::json search_summary(nlohmann::json search);

// What the report shows of one sample: spikes of the float model, the integer model and the RTL,
// membranes of the neurons that spike most, and when each engine was at which step. Written as
// trace.json.
[[nodiscard]] nlohmann::json sample_trace(const Build& build, const ir::Dataset& data,
                                          std::size_t sample, const sim::RtlSample& rtl);

}  // namespace hillock::driver
