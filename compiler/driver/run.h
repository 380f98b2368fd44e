// run: the integer or the float model over a data set; and what verbs that read data share.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/options.h"

namespace hillock::driver {

// Throws InputError (bad-data) where a label is none of the network's outputs.
void check_labels(const ir::Dataset& data, const ir::Network& network);

// Throws InputError (bad-data) where the data of an input hold time steps and are to be static, or
// the other way round. `who` wants it, for the message: "the build is for".
void check_time(const ir::Dataset& data, const ir::Network& network, std::size_t input,
                bool wanted_static, const char* who);

// The data set of a verb, as long as the build allows and cut to --samples.
[[nodiscard]] ir::Dataset load_data(const Build& build, const DataOptions& options);

// How many threads to use.
[[nodiscard]] int job_count(int asked);

// Adds `accuracy`, its interval and `predictions` of the first output, for the samples from `first`
// on, and, where there are several, `outputs` with those of each. An accuracy is null without
// labels.
void add_predictions(nlohmann::json& result, const ir::Network& network,
                     const std::vector<std::vector<std::size_t>>& predictions,
                     const ir::Dataset& data, std::size_t first);

// Runs a model over the data; writes run.json (and run-integer.json or run-float.json).
nlohmann::json run(const RunOptions& options, const CommonOptions& common);

}  // namespace hillock::driver
