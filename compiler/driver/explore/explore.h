// explore: searches bits, decays, lanes, steps and clocks for the Pareto front of accuracy,
// latency, energy and area.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/explore/space.h"
#include "compiler/driver/options.h"

namespace hillock::driver {

struct SlurmOptions {
  std::vector<std::string> sbatch;  // further arguments: "--partition=long"
  double poll_seconds = 2;
};

struct ExploreOptions {
  CompileOptions compile;  // what is not searched; output: where everything goes
  std::vector<Axis> axes;  // options of axis_options(); those not there are at their default
  std::vector<std::string> lanes;
  std::vector<double> clocks_hz;  // empty: the target's
  std::string target;             // empty: asic45
  int jobs = 0;
  std::optional<std::size_t> samples;
  std::optional<std::size_t> budget;  // networks of integers, at most
  std::optional<double> max_drop;     // percent points
  std::optional<double> max_luts;
  std::optional<double> max_energy_j;
  std::optional<double> target_cycles;
  std::optional<std::size_t> verify;  // points of the front, at most; nullopt: all
  std::optional<std::size_t> verify_samples;
  std::filesystem::path liberty;  // cells that verified points are synthesized to; "": none
  bool slurm = false;
  SlurmOptions slurm_options;
  // Options of the command line as they stand, for the points to be built again: name to value.
  std::map<std::string, std::string> stated;
  std::vector<std::string> arguments;  // the whole command line, for workers
  std::optional<std::size_t> worker;   // evaluates this choice alone, into the cache
};

// Writes explore.json and returns it. What was evaluated is kept in DIR/cache, so that a search
// that was stopped goes on where it was. Exit status 3 is due where a verified point disagrees:
// that is "disagreements".
nlohmann::json explore(const ExploreOptions& options, const CommonOptions& common);

// The front as a table of at most 80 columns, the pick, and how to build it.
[[nodiscard]] std::string explore_text(const nlohmann::json& result,
                                       const std::filesystem::path& folder);

}  // namespace hillock::driver
