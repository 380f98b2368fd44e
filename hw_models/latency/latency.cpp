#include "hw_models/latency/latency.h"

#include <algorithm>
#include <vector>

namespace hillock::hw_models {
namespace {

// Cycles between stages of the RTL library; each names the module that it describes.
constexpr std::int64_t kFireDelay = 2;      // snn_engine: from issue of a group to its row
constexpr std::int64_t kIdleAfterStep = 3;  // snn_engine: idle cycles after a step's last pass
constexpr std::int64_t kScanLoad = 1;       // snn_scanner: loading a step's first word
constexpr std::int64_t kLongAgo = -1000000;

// When things happened in one population, step by step. Cycles count from the first transfer.
struct Timeline {
  std::vector<std::int64_t> pass_end;  // last group of the step's last pass was issued
  std::vector<std::int64_t> released;  // the source's bank is seen free again
};

class Recurrence {
 public:
  Recurrence(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
             const ir::Activity& activity)
      : network_(network), mapping_(mapping), activity_(activity) {}

  std::int64_t run() {
    const std::size_t populations = network_.populations.size();
    const std::size_t steps = activity_.populations[0].step_events.size();
    timeline_.resize(populations);
    last_accept_.assign(populations, kLongAgo);
    scan_idle_.assign(populations, kLongAgo);
    for (Timeline& t : timeline_) {
      t.pass_end.reserve(steps);
      t.released.reserve(steps);
    }
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t p = 0; p < populations; ++p) step(p, t);
    }
    const auto outputs = static_cast<std::int64_t>(network_.populations[network_.output].neurons());
    // snn_readout: the result is offered Groups + Neurons + 2 cycles after the last row.
    return timeline_[network_.output].pass_end.back() + kFireDelay +
           mapping_.groups(network_, network_.output) + outputs + 2 + 1;
  }

 private:
  // One step of one population. Symbols as in docs/latency.md.
  void step(std::size_t p, std::size_t t) {
    Timeline& own = timeline_[p];
    const std::int64_t groups = mapping_.groups(network_, p);
    const std::int64_t events = activity_.populations[p].step_events[t];
    const std::int64_t beats = std::max<std::int64_t>(events, 1);
    const std::int64_t previous = t == 0 ? kLongAgo : own.pass_end[t - 1];
    const ir::Source source = network_.projections_into(p)[0]->source;
    const bool from_input = source.kind == ir::Source::Kind::Input;

    // The first beat is offered ...
    std::int64_t offered = 0;
    std::int64_t load = 0;  // cycle at whose end it enters the scanner's output register
    if (!from_input) {
      const std::int64_t full = timeline_[source.index].pass_end[t] + kFireDelay + 1;
      const std::int64_t begin = std::max(full, scan_idle_[p]);
      load = std::max(begin + (events > 0 ? kScanLoad : 0), last_accept_[p]);
      offered = load + 1;
    }
    // ... and accepted when the engine issues the last group of the beat before it.
    const std::int64_t accept = std::max(offered, t == 0 ? 0 : previous);
    const std::int64_t issue = std::max(accept + 1, previous + 1 + kIdleAfterStep);
    // The last pass also waits for the consumer to release the bank of two steps ago.
    std::int64_t last_pass = issue + (beats - 1) * groups;
    if (p != network_.output && t >= 2) {
      last_pass = std::max(last_pass, timeline_[consumer(p)].released[t - 2]);
    }
    own.pass_end.push_back(last_pass + groups - 1);
    last_accept_[p] = beats == 1 ? accept : issue + (beats - 1) * groups - 1;
    if (!from_input) {
      // The bank is released when its last event enters the output register.
      std::int64_t release = load;
      if (beats == 2) release = accept;
      if (beats > 2) release = issue + (beats - 2) * groups - 1;
      own.released.push_back(release + 1);
      scan_idle_[p] = release + 1;
    }
  }

  [[nodiscard]] std::size_t consumer(std::size_t p) const {
    for (const ir::QuantizedProjection& k : network_.projections) {
      if (k.source.kind == ir::Source::Kind::Population && k.source.index == p) return k.target;
    }
    return p;
  }

  const ir::QuantizedNetwork& network_;
  const ir::Mapping& mapping_;
  const ir::Activity& activity_;
  std::vector<Timeline> timeline_;
  std::vector<std::int64_t> last_accept_;  // the previous step's last beat was accepted
  std::vector<std::int64_t> scan_idle_;    // the scanner may begin the next step
};

}  // namespace

std::int64_t predict_cycles(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                            const ir::Activity& activity) {
  return Recurrence(network, mapping, activity).run();
}

std::int64_t ideal_cycles(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                          const ir::Activity& activity) {
  std::int64_t total = 0;
  for (std::size_t t = 0; t < activity.populations[0].step_events.size(); ++t) {
    std::int64_t slowest = 0;
    for (std::size_t p = 0; p < activity.populations.size(); ++p) {
      slowest =
          std::max(slowest, std::max<std::int64_t>(activity.populations[p].step_events[t], 1) *
                                mapping.groups(network, p));
    }
    total += slowest;
  }
  return total;
}

}  // namespace hillock::hw_models
