// Latency: clock cycles of a sample, from its event counts alone. A recurrence over the beats of
// every projection, not a simulation of the RTL; equal to the RTL's own count on every sample, or
// it is a bug. docs/latency.md derives it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/ir/activity.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::hw_models {

// A step of a population, in cycles since the transfer of the sample's first beat.
struct StepSpan {
  std::int64_t first = 0;  // its first row of weights is taken
  std::int64_t last = 0;   // its last row of neurons is handed on
  std::int64_t busy =
      0;  // cycles in between in which rows of weights are taken, or neurons updated
};

// Made once for a network and its mapping; copies what it needs.
class LatencyModel {
 public:
  LatencyModel(const ir::QuantizedNetwork& network, const ir::Mapping& mapping);
  ~LatencyModel();
  LatencyModel(LatencyModel&&) noexcept;
  LatencyModel& operator=(LatencyModel&&) noexcept;

  // Cycles from the transfer of a sample's first beat to that of its result, both included, where
  // neither end is ever made to wait and the accelerator was idle before. Thread-safe.
  [[nodiscard]] std::int64_t cycles(const ir::Activity& activity) const;

  // When each population was at which step: [population][step].
  [[nodiscard]] std::vector<std::vector<StepSpan>> timeline(const ir::Activity& activity) const;

  // Sum over steps of the largest number of cycles that any population needs for its rows of
  // weights: what no pipelining could beat.
  [[nodiscard]] std::int64_t ideal_cycles(const ir::Activity& activity) const;

  // Rows of weights that a population reads for a sample.
  [[nodiscard]] std::int64_t weight_reads(const ir::Activity& activity,
                                          std::size_t population) const;

  struct Tables;  // of the implementation

 private:
  std::unique_ptr<const Tables> tables_;
};

// The same for a single use.
[[nodiscard]] std::int64_t predict_cycles(const ir::QuantizedNetwork& network,
                                          const ir::Mapping& mapping, const ir::Activity& activity);
[[nodiscard]] std::int64_t ideal_cycles(const ir::QuantizedNetwork& network,
                                        const ir::Mapping& mapping, const ir::Activity& activity);

}  // namespace hillock::hw_models
