// Runs the choices of a search as Slurm job arrays: the same program, one choice a task, results in
// the cache that all nodes see.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/driver/explore/explore.h"

namespace hillock::driver {

// Submits `hillock ARGUMENTS --worker K` for every K of `choices` and waits until the queue holds
// none of them. `done` says how many results are there, and is asked while it waits. Where the
// search is interrupted, its jobs are cancelled. Throws InputError (no-tool) without Slurm,
// (bad-option) where sbatch refuses.
void run_on_slurm(const ExploreOptions& options, const std::vector<std::size_t>& choices,
                  const std::function<void()>& tick);

}  // namespace hillock::driver
