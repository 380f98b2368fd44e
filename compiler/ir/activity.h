// What an accelerator did for one sample, in counts: made by the integer model, equal to the RTL's
// own counters, and all that the cost models know of a sample.
#pragma once

#include <cstdint>
#include <vector>

namespace hillock::ir {

// What reached a population over one projection.
struct ProjectionActivity {
  // [T]: the source elements that sent an event, rising. Empty for a MaxPool.
  std::vector<std::vector<std::uint32_t>> step_elements;
};

struct PopulationActivity {
  std::vector<ProjectionActivity> projections;  // in the order of projections_into()
  std::vector<std::int64_t> step_events;  // [T]: events that reached the population in each step
  std::int64_t events = 0;                // their sum
  std::int64_t synaptic_operations = 0;   // weights added
  std::int64_t updates = 0;               // neurons updated: neurons x T
  std::vector<std::int64_t> step_spikes;  // [T]: neurons that spiked, or sent their membrane
  std::int64_t spikes = 0;                // their sum
  std::int64_t saturations = 0;
};

struct Activity {
  std::vector<PopulationActivity> populations;
};

}  // namespace hillock::ir
