#include "hw_models/latency/latency.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/ir/hardware_view.h"
#include "hw_models/latency/tap_pipeline.h"

namespace hillock::hw_models {
namespace {

using ir::TapKind;

// Cycles between stages of the RTL library; each names the module that it describes.
constexpr std::int64_t kFireDelay = 2;      // snn_engine: from issue of a group to its row
constexpr std::int64_t kIdleAfterStep = 3;  // snn_engine: idle cycles after a step's last pass
constexpr std::int64_t kScanLoad = 1;       // snn_scanner: loading a step's first word

// One projection, as far as time is concerned.
struct StreamTable {
  TapKind kind = TapKind::Dense;
  ir::Source source;
  int delay = 0;
  std::size_t in_target = 0;           // its place among projections_into() the target
  std::int64_t room = 0;               // beats of the snn_fifo in front of it, where it waits
  std::vector<std::uint32_t> taps;     // rows per address of the source
  std::vector<std::uint32_t> address;  // of an element of the source; empty: the same
  // Taps of every event, where snn_dense_taps makes them and all have as many: then the beats in
  // the middle of a step need no look one by one.
  std::optional<std::int64_t> each;
};

struct PopulationTable {
  std::vector<StreamTable> streams;
  bool fused = false;
  bool inhibition = false;
  bool split = false;           // snn_step_sums between taps and engine
  std::int64_t groups = 1;      // rows of the engine
  std::int64_t tap_groups = 1;  // rows of weights of a dense event
  std::int64_t slices = 1;      // rows of the engine in one of weights
};

// What snn_readout needs from an output's last row to the offer of its result.
struct ReadoutTable {
  std::size_t population = 0;
  std::int64_t neurons = 1;
  std::int64_t reads = 1;
};

}  // namespace

struct LatencyModel::Tables {
  std::vector<PopulationTable> populations;
  std::vector<ReadoutTable> outputs;
  std::optional<std::size_t> spike_stream;  // the population whose spikes leave as a stream
  std::size_t inputs = 1;
};

namespace {

struct StreamState {
  TapPipeline pipeline;
  std::int64_t last_accept = kLongAgo;  // of a beat from the scanner
  std::int64_t scan_idle = kLongAgo;    // the scanner may begin the next step
  std::vector<std::int64_t> released;   // per step read: its bank is seen free again
  // Of an input whose steps wait in an snn_fifo:
  std::int64_t room = 0;              // beats that it holds
  std::vector<std::int64_t> waiting;  // when those of the present step came
  std::vector<std::int64_t> left;     // when each beat of the sample left it
};

// snn_step_sums, after the latest step.
struct SumsState {
  std::int64_t free = kLongAgo;         // the next tap can be taken
  std::int64_t last_select = kLongAgo;  // the step's last row entered the output register
  std::int64_t last_taken = kLongAgo;   // and left it
  std::int64_t released = kLongAgo;     // the step's bank was read
};

struct PopulationState {
  std::vector<StreamState> streams;
  std::int64_t free = kLongAgo;        // the engine can take the next tap
  SumsState sums;                      // where they are apart
  std::vector<std::int64_t> last_row;  // per step: cycle of its last row at the takers
  std::vector<StepSpan> spans;         // per step, but for `last`
};

class Run {
 public:
  Run(const LatencyModel::Tables& tables, const ir::Activity& activity);
  std::int64_t cycles();
  // Per population and step; after cycles().
  [[nodiscard]] std::vector<std::vector<StepSpan>> timeline() const;

 private:
  void note(std::size_t p, std::size_t t, std::int64_t first, std::int64_t busy) {
    std::vector<StepSpan>& spans = state_[p].spans;
    if (spans.size() == t) spans.push_back({first, first, 0});
    spans[t].busy += busy;
  }
  [[nodiscard]] const std::vector<std::uint32_t>& elements(std::size_t p, const StreamTable& s,
                                                           std::size_t t) const {
    return activity_.populations[p].projections[s.in_target].step_elements[t];
  }
  // Taps of a step without events.
  [[nodiscard]] std::int64_t beat_without_event(std::size_t p) const {
    return tables_[p].fused ? tables_[p].tap_groups : 1;
  }
  void input(std::size_t t);
  [[nodiscard]] std::int64_t input_beat(std::int64_t offered, std::size_t input,
                                        std::optional<std::uint32_t> event, bool ends_step,
                                        std::size_t t);
  void population(std::size_t p, std::size_t t);
  void stream_out(std::size_t t);
  void spikes(std::size_t p, std::size_t k, std::size_t t, std::int64_t turn);
  void waited(std::size_t p, std::size_t k, std::size_t t);
  void rows(std::size_t p, std::size_t k, std::size_t t);
  void take(std::size_t p, std::size_t k, std::int64_t taps, bool ends_step, std::size_t t);
  void follow(std::size_t p, std::size_t k, std::int64_t beats, std::int64_t taps, std::size_t t);
  void hand_on(std::size_t p, std::int64_t last_tap, std::size_t t);
  void end_step(std::size_t p, std::int64_t last_issue);
  [[nodiscard]] std::int64_t credit(std::size_t p, std::size_t t) const;

  const std::vector<PopulationTable>& tables_;
  const ir::Activity& activity_;
  const LatencyModel::Tables& all_;
  std::vector<PopulationState> state_;
  std::vector<std::uint32_t> taps_;                           // scratch: of the beats of a step
  std::vector<std::pair<std::size_t, std::size_t>> readers_;  // (p, k) that read an input
  std::int64_t input_from_ = 0;  // the next beat of the input is offered
  // The stream of spikes that leaves:
  std::int64_t out_idle_ = kLongAgo;        // its scanner may begin the next step
  std::vector<std::int64_t> out_released_;  // per step: its bank is seen free again
};

Run::Run(const LatencyModel::Tables& tables, const ir::Activity& activity)
    : tables_(tables.populations), activity_(activity), all_(tables) {
  for (const PopulationTable& p : tables_) {
    PopulationState s;
    for (const StreamTable& k : p.streams) {
      s.streams.push_back({TapPipeline(k.kind), kLongAgo, kLongAgo, {}, k.room, {}, {}});
    }
    state_.push_back(std::move(s));
  }
  for (std::size_t p = 0; p < tables_.size(); ++p) {
    for (std::size_t k = 0; k < tables_[p].streams.size(); ++k) {
      const StreamTable& s = tables_[p].streams[k];
      if (s.source.kind == ir::Source::Kind::Input) readers_.emplace_back(p, k);
    }
  }
}

std::int64_t Run::cycles() {
  const std::size_t steps = activity_.populations[0].step_events.size();
  for (std::size_t t = 0; t < steps; ++t) {
    input(t);
    for (std::size_t p = 0; p < tables_.size(); ++p) {
      population(p, t);
      if (all_.spike_stream == p) stream_out(t);
    }
  }
  // snn_readout: the result is offered Reads + Neurons + 2 cycles after the last row; the results
  // of several outputs, when the last of them is (snn_stream_join).
  std::int64_t offered = kLongAgo;
  for (const ReadoutTable& o : all_.outputs) {
    offered = std::max(offered, state_[o.population].last_row.back() + o.reads + o.neurons + 2);
  }
  return offered + 1;
}

// Taps of a beat; one without event, or whose event reaches nothing, is one tap.
std::int64_t at_least_one(std::uint32_t taps) { return std::max<std::int64_t>(taps, 1); }

// A step of the inputs, for all projections that read one: a beat is over when all have taken it.
void Run::input(std::size_t t) {
  std::vector<const std::vector<std::uint32_t>*> events(all_.inputs, nullptr);
  for (const auto& [p, k] : readers_) {
    const StreamTable& s = tables_[p].streams[k];
    events[s.source.index] = &elements(p, s, t);
    state_[p].streams[k].waiting.clear();
  }
  // Input by input; the latest beat ends the step.
  std::size_t left = 0;
  for (const auto* of_input : events) left += of_input == nullptr ? 0 : of_input->size();
  if (left == 0) input_from_ = input_beat(input_from_, 0, std::nullopt, true, t) + 1;
  if (left > 2 && readers_.size() == 1) {
    const auto& [p, k] = readers_[0];
    if (const std::optional<std::int64_t> each = tables_[p].streams[k].each; each && k == 0) {
      const std::size_t i = tables_[p].streams[k].source.index;
      static_cast<void>(input_beat(input_from_, i, events[i]->front(), false, t));
      follow(p, k, static_cast<std::int64_t>(left) - 2, *each, t);
      const std::int64_t before = state_[p].streams[k].pipeline.accepted();
      input_from_ = input_beat(before + 1, i, events[i]->back(), true, t) + 1;
      return;
    }
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i] == nullptr) continue;
    for (const std::uint32_t e : *events[i]) {
      input_from_ = input_beat(input_from_, i, e, --left == 0, t) + 1;
    }
  }
}

// One beat, an event of `input` or none; the cycle in which the last of its takers took it.
std::int64_t Run::input_beat(std::int64_t offered, std::size_t input,
                             std::optional<std::uint32_t> event, bool ends_step, std::size_t t) {
  std::int64_t done = offered;
  for (const auto& [p, k] : readers_) {
    const PopulationTable& table = tables_[p];
    const StreamTable& stream = table.streams[k];
    const bool own = event.has_value() && stream.source.index == input;
    // snn_input_slice: what is of another input is dropped, but for the end of a step.
    if (!own && !ends_step) continue;
    StreamState& s = state_[p].streams[k];
    if (k > 0) {
      // Behind another projection it waits in an snn_fifo.
      const std::size_t index = s.left.size() + s.waiting.size();
      const auto room = static_cast<std::size_t>(s.room);
      const std::int64_t came =
          index < room ? offered : std::max(offered, s.left[index - room] + 1);
      s.waiting.push_back(came);
      done = std::max(done, came);
      continue;
    }
    const std::int64_t accepted = s.pipeline.accept(offered);
    done = std::max(done, accepted);
    // A beat without event of a fused engine is a whole pass all the same: it ends the step.
    const std::int64_t taps = own ? at_least_one(stream.taps[*event]) : beat_without_event(p);
    take(p, k, taps, ends_step, t);
  }
  return done;
}

void Run::population(std::size_t p, std::size_t t) {
  const PopulationTable& table = tables_[p];
  for (std::size_t k = 0; k < table.streams.size(); ++k) {
    const StreamTable& s = table.streams[k];
    if (s.source.kind == ir::Source::Kind::Input) {
      if (k > 0) waited(p, k, t);
      continue;
    }
    if (s.kind == TapKind::Pool)
      rows(p, k, t);
    else
      spikes(p, k, t, k == 0 ? kLongAgo : state_[p].free);
  }
  if (table.fused) return;
  // snn_engine: a pass of its own after the step's last tap.
  const std::int64_t first = std::max(state_[p].free, credit(p, t));
  note(p, t, first, table.groups);
  end_step(p, first + table.groups - 1);
}

std::vector<std::vector<StepSpan>> Run::timeline() const {
  std::vector<std::vector<StepSpan>> all;
  for (const PopulationState& s : state_) {
    all.push_back(s.spans);
    for (std::size_t t = 0; t < s.spans.size(); ++t) all.back()[t].last = s.last_row[t];
  }
  return all;
}

// A step of the input that waited in an snn_fifo: a beat can leave in the cycle after it came.
void Run::waited(std::size_t p, std::size_t k, std::size_t t) {
  const StreamTable& table = tables_[p].streams[k];
  StreamState& s = state_[p].streams[k];
  const std::vector<std::uint32_t>& events = elements(p, table, t);
  for (std::size_t n = 0; n < s.waiting.size(); ++n) {
    s.last_accept = s.pipeline.accept(std::max(s.waiting[n] + 1, s.last_accept + 1));
    s.left.push_back(s.last_accept);
    // The last beat may be another input's, and end the step.
    take(p, k, n < events.size() ? at_least_one(table.taps[events[n]]) : 1,
         n + 1 == s.waiting.size(), t);
  }
}

// `turn`: from when on a delayed projection may pass on its step.
void Run::spikes(std::size_t p, std::size_t k, std::size_t t, std::int64_t turn) {
  const StreamTable& table = tables_[p].streams[k];
  StreamState& s = state_[p].streams[k];
  const auto delay = static_cast<std::size_t>(table.delay);
  if (t < delay) {
    // snn_delay_gate: an empty step, offered at once.
    s.pipeline.accept(turn);
    take(p, k, 1, true, t);
    return;
  }
  const std::vector<std::uint32_t>& events = elements(p, table, t);
  taps_.clear();
  if (table.address.empty()) {
    for (const std::uint32_t e : events) taps_.push_back(table.taps[e]);
  } else {
    // The scanner finds spikes in the order of their slots.
    for (const std::uint32_t e : events) taps_.push_back(table.address[e]);
    std::sort(taps_.begin(), taps_.end());
    for (std::uint32_t& slot : taps_) slot = table.taps[slot];
  }
  // snn_spike_bitmap: a step can be read in the cycle after its last row, or, with a delay, when it
  // is sure not to be dropped: after the latest step that precedes the reader's.
  const std::size_t needed = delay == 0 ? t : t - 1;
  const std::int64_t full = state_[table.source.index].last_row[needed] + 1;
  const std::int64_t begin = std::max(full, s.scan_idle);
  // snn_scanner: `load`: the cycle at whose end a beat enters its output register.
  std::int64_t load = std::max(begin + (taps_.empty() ? 0 : kScanLoad), s.last_accept);
  const std::size_t beats = std::max<std::size_t>(taps_.size(), 1);
  for (std::size_t n = 0; n < beats; ++n) {
    if (n > 0) load = std::max(load + 1, s.last_accept);
    s.last_accept = s.pipeline.accept(std::max(load + 1, table.delay > 0 ? turn : kLongAgo));
    const std::int64_t taps = taps_.empty() ? beat_without_event(p) : at_least_one(taps_[n]);
    take(p, k, taps, n + 1 == beats, t);
    if (n == 0 && beats > 2 && table.each) {
      const auto more = static_cast<std::int64_t>(beats) - 2;
      follow(p, k, more, *table.each, t);
      const std::int64_t accepted = s.pipeline.accepted();
      load = more == 1 ? s.last_accept : accepted - *table.each;
      s.last_accept = accepted;
      n += beats - 2;
    }
  }
  // The bank is released when its last event enters the output register.
  s.released.push_back(load + 1);
  s.scan_idle = load + 1;
}

// A step of the stream of spikes: an event a cycle, for whoever takes it is never late.
void Run::stream_out(std::size_t t) {
  const std::size_t p = *all_.spike_stream;
  const std::int64_t spikes = activity_.populations[p].step_spikes[t];
  // As in spikes(): read from the cycle after its last row on, by a snn_scanner.
  const std::int64_t begin = std::max(state_[p].last_row[t] + 1, out_idle_);
  const std::int64_t load = begin + (spikes == 0 ? 0 : kScanLoad + spikes - 1);
  out_released_.push_back(load + 1);
  out_idle_ = load + 1;
}

// A step of a max-pooled population: every row of the source, in order.
void Run::rows(std::size_t p, std::size_t k, std::size_t t) {
  const StreamTable& table = tables_[p].streams[k];
  StreamState& s = state_[p].streams[k];
  const std::int64_t full = state_[table.source.index].last_row[t] + 1;
  // snn_pool_taps: rows are sent one a cycle, not before the step before was read to its end.
  std::int64_t offered = std::max(full, s.released.empty() ? kLongAgo : s.released.back());
  for (std::size_t n = 0; n < table.taps.size(); ++n) {
    offered = s.pipeline.accept(offered) + 1;
    take(p, k, at_least_one(table.taps[n]), n + 1 == table.taps.size(), t);
  }
  s.released.push_back(state_[p].free);
}

// The taps of the beat that was accepted last.
void Run::take(std::size_t p, std::size_t k, std::int64_t taps, bool ends_step, std::size_t t) {
  PopulationState& own = state_[p];
  TapPipeline& pipeline = own.streams[k].pipeline;
  if (tables_[p].split) {
    const std::int64_t first = std::max(pipeline.first_offer(), own.sums.free);
    pipeline.taken(first, taps);
    note(p, t, first, taps);
    own.sums.free = first + taps;
    if (ends_step) hand_on(p, first + taps - 1, t);
    return;
  }
  const bool update = tables_[p].fused && ends_step;
  std::int64_t first = std::max(pipeline.first_offer(), own.free);
  if (update) first = std::max(first, credit(p, t));
  pipeline.taken(first, taps);
  note(p, t, first, taps);
  own.free = first + taps;
  if (update) end_step(p, first + taps - 1);
}

// Taps of beats in the middle of a step, behind the one that was taken last
// (TapPipeline::follow()).
void Run::follow(std::size_t p, std::size_t k, std::int64_t beats, std::int64_t taps,
                 std::size_t t) {
  state_[p].streams[k].pipeline.follow(beats, taps);
  note(p, t, 0, beats * taps);
  (tables_[p].split ? state_[p].sums.free : state_[p].free) += beats * taps;
}

// snn_step_sums: the step whose last tap was taken in `last_tap` goes to the engine.
void Run::hand_on(std::size_t p, std::int64_t last_tap, std::size_t t) {
  const PopulationTable& table = tables_[p];
  SumsState& sums = state_[p].sums;
  const std::int64_t start = std::max(last_tap, sums.last_select) + 1;
  const std::int64_t select = std::max(start + 1, sums.last_taken);
  const std::int64_t taken = std::max({select + 1, state_[p].free, credit(p, t)});
  // Of row n: the first is selected in `select`, the others as the one before is taken.
  const auto selected = [&](std::int64_t n) { return n == 0 ? select : taken + n - 1; };
  if (table.tap_groups == 1) {
    sums.free = start;  // sums are copied
  } else {
    // Two banks: that of the next step was handed on a step ago.
    sums.free = std::max(last_tap, sums.released) + 1;
    sums.released = selected((table.tap_groups - 1) * table.slices - 1);
  }
  sums.last_select = selected(table.groups - 1);
  sums.last_taken = taken + table.groups - 1;
  end_step(p, sums.last_taken);
}

// `last_issue`: the last group of the step's update was issued.
void Run::end_step(std::size_t p, std::int64_t last_issue) {
  state_[p].free = last_issue + 1 + kIdleAfterStep;
  std::int64_t last_row = last_issue + kFireDelay;
  // snn_inhibit: the rows are sent on after the last one came, two registers later.
  if (tables_[p].inhibition) last_row += tables_[p].groups + 1;
  state_[p].last_row.push_back(last_row);
}

// From when on all takers can take step t of a population.
std::int64_t Run::credit(std::size_t p, std::size_t t) const {
  std::int64_t from = kLongAgo;
  // snn_inhibit: not while it sends the rows of the step before.
  if (tables_[p].inhibition && t > 0) from = state_[p].last_row[t - 1] + 1;
  for (std::size_t q = 0; q < tables_.size(); ++q) {
    for (std::size_t k = 0; k < tables_[q].streams.size(); ++k) {
      const StreamTable& s = tables_[q].streams[k];
      if (s.source.kind != ir::Source::Kind::Population || s.source.index != p) continue;
      // snn_spike_bitmap: two banks, or one more than the delay; earlier steps must be released.
      const std::size_t held = s.delay == 0 ? 2 : static_cast<std::size_t>(s.delay) + 1;
      if (t < held) continue;
      from = std::max(from, state_[q].streams[k].released[t - held]);
    }
  }
  if (all_.spike_stream == p && t >= 2) from = std::max(from, out_released_[t - 2]);
  return from;
}

}  // namespace

LatencyModel::LatencyModel(const ir::QuantizedNetwork& network, const ir::Mapping& mapping) {
  auto tables = std::make_unique<Tables>();
  tables->inputs = network.inputs.size();
  tables->spike_stream = mapping.spike_stream;
  for (const ir::Output& output : ir::outputs_of(network)) {
    const ir::Layout layout = ir::layout_of(network, mapping, output.population);
    ReadoutTable o{output.population,
                   static_cast<std::int64_t>(network.populations[output.population].neurons()), 0};
    const bool in_order = layout.positions * layout.blocks == 1;
    o.reads = in_order ? static_cast<std::int64_t>(layout.groups()) : o.neurons;
    tables->outputs.push_back(o);
  }
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    PopulationTable table;
    table.fused = ir::fused_update(network, p);
    table.inhibition = network.populations[p].inhibition;
    table.groups = mapping.groups(network, p);
    table.split = mapping.split(p);
    table.tap_groups = table.fused ? ir::dense_groups(network, mapping, p) : 1;
    table.slices = numeric::ceil_div(mapping.lanes[p], mapping.update_lanes_of(p));
    std::vector<std::size_t> into;
    for (std::size_t k = 0; k < network.projections.size(); ++k) {
      if (network.projections[k].target == p) into.push_back(k);
    }
    for (const std::size_t k : ir::stream_order(network, p)) {
      const ir::QuantizedProjection& projection = network.projections[k];
      StreamTable s;
      s.kind = ir::tap_kind(network, mapping, k);
      s.source = projection.source;
      s.delay = projection.delay;
      s.in_target = static_cast<std::size_t>(std::find(into.begin(), into.end(), k) - into.begin());
      s.taps = ir::tap_counts(network, mapping, k);
      s.room = ir::waiting_beats(
          static_cast<std::int64_t>(ir::element_count(network.source_shape(s.source))));
      if (s.source.kind == ir::Source::Kind::Population && s.kind != TapKind::Pool &&
          s.kind != TapKind::Dense) {
        const ir::SourceAddresses addresses(network, mapping, s.source);
        const std::size_t elements = ir::element_count(network.source_shape(s.source));
        for (std::size_t i = 0; i < elements; ++i) {
          s.address.push_back(static_cast<std::uint32_t>(addresses.of(i)));
        }
      }
      const auto differs = [&](std::uint32_t taps) { return taps != s.taps[0] || taps == 0; };
      if (s.kind == TapKind::Dense && std::none_of(s.taps.begin(), s.taps.end(), differs)) {
        s.each = s.taps[0];
      }
      table.streams.push_back(std::move(s));
    }
    tables->populations.push_back(std::move(table));
  }
  tables_ = std::move(tables);
}

LatencyModel::~LatencyModel() = default;
LatencyModel::LatencyModel(LatencyModel&&) noexcept = default;
LatencyModel& LatencyModel::operator=(LatencyModel&&) noexcept = default;

std::int64_t LatencyModel::cycles(const ir::Activity& activity) const {
  return Run(*tables_, activity).cycles();
}

std::vector<std::vector<StepSpan>> LatencyModel::timeline(const ir::Activity& activity) const {
  Run run(*tables_, activity);
  static_cast<void>(run.cycles());
  return run.timeline();
}

namespace {

// Rows of weights that the events of a step read over one projection.
std::int64_t step_reads(const StreamTable& s, const ir::PopulationActivity& a, std::size_t t) {
  std::int64_t rows = 0;
  if (s.kind == TapKind::Pool) {
    for (const std::uint32_t taps : s.taps) rows += taps;
    return rows;
  }
  for (const std::uint32_t e : a.projections[s.in_target].step_elements[t]) {
    rows += s.taps[s.address.empty() ? e : s.address[e]];
  }
  return rows;
}

}  // namespace

std::int64_t LatencyModel::ideal_cycles(const ir::Activity& activity) const {
  std::int64_t total = 0;
  for (std::size_t t = 0; t < activity.populations[0].step_events.size(); ++t) {
    std::int64_t slowest = 0;
    for (std::size_t p = 0; p < tables_->populations.size(); ++p) {
      const PopulationTable& table = tables_->populations[p];
      std::int64_t own = 0;
      for (const StreamTable& s : table.streams) {
        own += step_reads(s, activity.populations[p], t);
      }
      // A step without events is a pass all the same: it updates the neurons.
      slowest = std::max(slowest, std::max(own, table.fused ? table.tap_groups : table.groups));
    }
    total += slowest;
  }
  return total;
}

std::int64_t LatencyModel::weight_reads(const ir::Activity& activity,
                                        std::size_t population) const {
  std::int64_t rows = 0;
  const ir::PopulationActivity& a = activity.populations[population];
  for (const StreamTable& s : tables_->populations[population].streams) {
    for (std::size_t t = 0; t < a.step_events.size(); ++t) rows += step_reads(s, a, t);
  }
  return rows;
}

std::int64_t predict_cycles(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                            const ir::Activity& activity) {
  return LatencyModel(network, mapping).cycles(activity);
}

std::int64_t ideal_cycles(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                          const ir::Activity& activity) {
  return LatencyModel(network, mapping).ideal_cycles(activity);
}

}  // namespace hillock::hw_models
