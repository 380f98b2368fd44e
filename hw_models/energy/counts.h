// What the accelerator did for one inference, in actions. Exact: derived from the integer model's
// activity, which equals the RTL's own counters, and from the sizes of the engines. Means over
// samples are why they are not integers.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/activity.h"
#include "compiler/ir/quantized_network.h"
#include "hw_models/geometry/geometry.h"
#include "hw_models/latency/latency.h"

namespace hillock::hw_models {

struct PopulationCounts {
  double events = 0;
  double weight_rows_read = 0;    // rows that the events reach: groups of a dense projection
  double weight_bits_read = 0;    // x lanes x weight bits
  double state_rows_read = 0;     // one with every weight row, and the update's
  double state_rows_written = 0;  // as many: an update writes the prepared sums
  double state_bits_moved = 0;    // read and written
  double sum_rows_read = 0;       // of snn_step_sums, where sums and neurons are apart
  double sum_rows_written = 0;
  double parameter_rows_read = 0;  // steps x groups, where any parameter differs between neurons
  double parameter_bits_read = 0;
  double additions = 0;       // of a weight to a sum: events x neurons (synaptic operations)
  double lane_additions = 0;  // the same with the idle lanes of the last group
  double updates = 0;         // leak, compare, reset: neurons x steps
  double lane_updates = 0;    // the same with the idle lanes of the last group
  double update_groups = 0;   // cycles in which the update pipeline holds a group
  double spikes = 0;
  // A bit a lane, group and step, where the spikes feed a population; and the values beside them.
  double bitmap_bits_written = 0;
  double event_bits_read = 0;  // of values: a row of them with every event
  // Words of the bitmap that the consumer scanned. Empty words are skipped, and the activity knows
  // how many spikes a step had, not in which words: the truth lies between the two.
  double scan_words_min = 0;
  double scan_words_max = 0;
  double score_bits_moved = 0;  // readout scores read and written; outputs only

  friend bool operator==(const PopulationCounts&, const PopulationCounts&) = default;
};

// Per inference.
struct Counts {
  std::vector<PopulationCounts> populations;
  double cycles = 0;

  // Weights added to sums, over all populations.
  [[nodiscard]] double synaptic_operations() const;

  friend bool operator==(const Counts&, const Counts&) = default;
};

// Counts samples of a network on a mapping. Keeps a reference to the network; thread-safe.
class ActionCounter {
 public:
  ActionCounter(const ir::QuantizedNetwork& network, const ir::Mapping& mapping);

  // Of one sample, with the cycles that the latency model predicts.
  [[nodiscard]] Counts count(const ir::Activity& activity) const;

 private:
  const ir::QuantizedNetwork& network_;
  LatencyModel latency_;
  std::optional<std::size_t> spike_stream_;
  std::vector<EngineSize> sizes_;  // per population
};

// Sums over samples; an empty Counts is the zero of it. Both must be of the same network.
[[nodiscard]] Counts operator+(const Counts& a, const Counts& b);

// Every count times `factor`: 1 / samples makes a mean of a sum.
[[nodiscard]] Counts scale(const Counts& counts, double factor);

}  // namespace hillock::hw_models
