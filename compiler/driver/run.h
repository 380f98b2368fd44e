// run: the integer or the float model over a data set; and what verbs that read data share.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/options.h"

namespace hillock::driver {

// Throws InputError (bad-data) where a label is none of the network's outputs.
void check_labels(const ir::Dataset& data, std::size_t classes);

// Throws InputError (bad-data) where the data hold time steps and are to be static, or the other
// way round. `who` wants it, for the message: "the build is for".
void check_time(const ir::Dataset& data, bool wanted_static, const char* who);

// The data set of a verb, as long as the build allows and cut to --samples.
[[nodiscard]] ir::Dataset load_data(const Build& build, const DataOptions& options);

// How many threads to use.
[[nodiscard]] int job_count(int asked);

// Runs a model over the data; writes run.json (and run-integer.json or run-float.json).
nlohmann::json run(const RunOptions& options, const CommonOptions& common);

}  // namespace hillock::driver
