// One network of integers of a search: made, run over all data once, and laid on many lanes.
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/explore/space.h"
#include "compiler/driver/prepare.h"

namespace hillock::driver {

// What holds for a whole search.
struct SearchSetting {
  CompileOptions base;             // what is not searched
  std::vector<std::string> lanes;  // words of --lanes; empty: chosen
  std::vector<double> clocks_hz;   // at least one
  std::string target;
  std::optional<std::size_t> samples;  // only the first
  std::optional<double> max_luts;      // nothing larger is evaluated
};

// Model and data as read for a choice of time steps, and what the float model says of them.
class Sources {
 public:
  explicit Sources(const CompileOptions& base) : base_(base) {}

  // Thread-safe; the result lives as long as this does.
  const Prepared& prepared(const std::optional<int>& timesteps);

 private:
  const CompileOptions& base_;
  std::mutex mutex_;
  std::map<int, std::unique_ptr<Prepared>> prepared_;  // by steps; 0: all
};

// The test data of a search: --data, or their first samples.
[[nodiscard]] ir::Dataset search_data(const SearchSetting& setting, const Prepared& prepared);

// Of these, the samples that the quantizer does not see where it sees some; empty: it sees none.
[[nodiscard]] std::vector<std::size_t> unseen_samples(const Prepared& prepared,
                                                      const ir::Dataset& data);

// Predictions of the float network, in order of the samples.
[[nodiscard]] std::vector<std::size_t> float_predictions(const Prepared& prepared,
                                                         const ir::Dataset& data, int jobs);

// Evaluates a choice; the result is JSON because it is kept in a file:
//   {"refused": text}     the options cannot be had together (a threshold that does not fit, ...)
//   {"accuracy", "accuracy_interval", "held_out", "saturations", "weight_memory_bits", "networks",
//    "pruned": how many lanes were given up, "mappings": [{"lanes", "update_lanes", "word", "luts",
//    "state_memory_bits", "cycles": {min, mean, max}, "energy": [one a clock: {low, nominal,
//    high}]}]}
// Accuracy is that of `run`; without labels the share of samples decided as `wanted` says. The
// counts of every mapping are exact, over all samples. A mapping is given up where what it has cost
// on a part of the samples is more than another one costs on all of them, at no smaller size: so
// none is that could be on the front. Deterministic.
[[nodiscard]] nlohmann::json evaluate_choice(const SearchSetting& setting, Sources& sources,
                                             const Choice& choice,
                                             const std::vector<std::size_t>& wanted);

}  // namespace hillock::driver
