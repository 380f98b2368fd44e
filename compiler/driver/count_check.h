// The counts that the energy model uses, against the RTL's own counters: of every sample.
#pragma once

#include <cstdint>

#include "compiler/ir/hardware_view.h"
#include "hw_models/energy/counts.h"
#include "sim/cosim/simulation.h"

namespace hillock::driver {

// Not thread-safe: for CosimOptions::inspect, which is called one sample at a time.
class CountCheck {
 public:
  // Under stalls the cycles are not those of the latency model, and are left out.
  CountCheck(const ir::QuantizedNetwork& network, const ir::Mapping& mapping, bool stalls)
      : counter_(network, mapping), stalls_(stalls) {}

  void look(const ir::Activity& activity, const sim::RtlSample& rtl) {
    if (rtl.run.finished == 0) return;  // compare() reports it
    const hw_models::Counts counts = counter_.count(activity);
    for (std::size_t p = 0; p < counts.populations.size(); ++p) {
      const hw_models::PopulationCounts& c = counts.populations[p];
      const auto counter = [&](ir::CounterWord word) {
        return rtl.counters[p * ir::kCounterWords + static_cast<std::size_t>(word)];
      };
      same(c.events, counter(ir::CounterWord::Events));
      same(c.weight_rows_read, counter(ir::CounterWord::WeightReads));
      same(c.updates, counter(ir::CounterWord::Updates));
      same(c.spikes, counter(ir::CounterWord::Spikes));
    }
    if (!stalls_) same(counts.cycles, rtl.counters.back());
  }

  std::uint64_t compared = 0;
  std::uint64_t unequal = 0;

 private:
  // The RTL's counters have 32 bits, and wrap.
  void same(double count, std::uint32_t rtl) {
    ++compared;
    unequal += static_cast<std::uint32_t>(static_cast<std::uint64_t>(count)) == rtl ? 0 : 1;
  }

  hw_models::ActionCounter counter_;
  bool stalls_;
};

}  // namespace hillock::driver
