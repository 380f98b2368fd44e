// activity.json: what the integer model counted over a data set, kept in the build folder so that
// `estimate` can be asked for other targets and clocks without running the data again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

#include "hw_models/energy/counts.h"

namespace hillock::driver {

struct ActivitySummary {
  std::size_t samples = 0;
  std::int64_t min_cycles = 0;  // predicted, which co-simulation compares with the RTL
  double mean_cycles = 0;
  std::int64_t max_cycles = 0;
  hw_models::Counts mean;  // per inference
};

// Adds samples from any thread.
class ActivityCollector {
 public:
  ActivityCollector(const ir::QuantizedNetwork& network, const ir::Mapping& mapping)
      : counter_(network, mapping) {}

  void add(const ir::Activity& activity);
  [[nodiscard]] ActivitySummary summary() const;

 private:
  hw_models::ActionCounter counter_;
  mutable std::mutex mutex_;
  ActivitySummary sum_;
  double cycles_ = 0;
};

void write_activity(const std::filesystem::path& folder, const ActivitySummary& summary);
// nullopt where the folder has none. Throws InputError (bad-build) where it is not ours.
[[nodiscard]] std::optional<ActivitySummary> read_activity(const std::filesystem::path& folder);

}  // namespace hillock::driver
