// The options of the verbs, group by group: what each is called, takes and means.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "compiler/driver/explore/explore.h"
#include "compiler/driver/options.h"

namespace hillock::driver {

// --json, --quiet.
void add_common(CLI::App& verb, CommonOptions& common);
// How a model is read.
void add_import(CLI::App& verb, import::ImportOptions& o);
void add_timesteps(CLI::App& verb, import::ImportOptions& o);
// What compile and explore both take, and explore does not search.
void add_model(CLI::App& verb, CompileOptions& o);
void add_compile(CLI::App& verb, CompileOptions& o);
void add_data(CLI::App& verb, DataOptions& o, bool required);
void add_cosim(CLI::App& verb, CosimVerbOptions& o);
void add_estimate(CLI::App& verb, EstimateOptions& o, bool required);
// The axes of a search, its limits and how it is run.
void add_explore(CLI::App& verb, ExploreOptions& o);

// What of explore's command line is for the points to be built with: options of compile that
// explore does not search.
[[nodiscard]] std::map<std::string, std::string> stated_options(const CLI::App& verb,
                                                                const CLI::App& compile);

}  // namespace hillock::driver
