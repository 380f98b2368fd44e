// Geometry that the emitted Verilog and the co-simulation must agree on without seeing each other:
// ports, widths, and where the verification ports carry each population's rows. Both derive it from
// the quantized network and the mapping. docs/rtl.md describes the ports.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/layout.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::ir {

// ceil(log2(n)) for n >= 1, at least 1: the width of an address of n things.
[[nodiscard]] inline int address_bits(std::int64_t n) {
  return n <= 2 ? 1 : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n - 1)));
}

// Bits of an event's value: 1 for binary spikes, else two's complement of the input's range.
[[nodiscard]] inline int value_bits(const QuantizedInput& input) {
  return input.binary() ? 1
                        : std::max(2, numeric::bits_for_range(input.min_value, input.max_value));
}

// The events of all inputs come in one stream: its addresses are the inputs' elements, one input
// behind the other (first_element()), its values as wide as the widest.
[[nodiscard]] inline int input_address_bits(const QuantizedNetwork& n) {
  return address_bits(static_cast<std::int64_t>(first_element(n, n.inputs.size())));
}
[[nodiscard]] inline int input_value_bits(const QuantizedNetwork& n) {
  int bits = 1;
  for (const QuantizedInput& input : n.inputs) bits = std::max(bits, value_bits(input));
  return bits;
}

// Bits of what an event carries as it leaves its population: 1 for binary spikes, else a count
// (unsigned) or a membrane (signed).
[[nodiscard]] inline int event_bits(const QuantizedPopulation& p) {
  if (p.sends_membranes()) return p.value_bits;
  return numeric::unsigned_bits_for(static_cast<std::uint64_t>(p.max_spikes));
}

// Bits of an event's value where it is multiplied with weights: 1 for binary spikes, else signed.
[[nodiscard]] inline int value_bits(const QuantizedNetwork& n, const Source& source) {
  if (source.kind == Source::Kind::Input) return value_bits(n.inputs[source.index]);
  const QuantizedPopulation& p = n.populations[source.index];
  return event_bits(p) + (p.sends_counts() ? 1 : 0);
}

// Bits of a readout score, signed.
[[nodiscard]] inline int score_bits(const QuantizedNetwork& n, const Output& output) {
  const int steps = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n.timesteps)));
  const QuantizedPopulation& p = n.populations[output.population];
  const auto spikes =
      static_cast<std::uint64_t>(n.timesteps) * static_cast<std::uint64_t>(p.max_spikes);
  const int membrane = p.membrane_bits;
  switch (output.readout) {
    case Readout::SpikeCount:
      return static_cast<int>(std::bit_width(spikes)) + 1;
    case Readout::MembraneSum:
      return membrane + steps;
    case Readout::MembraneMax:
    case Readout::MembraneLast:
      return membrane;
  }
  return 0;
}

// Where the result's ports carry each output's class and score: side by side, the first lowest.
struct ResultField {
  int class_at = 0;
  int class_bits = 0;
  int score_at = 0;
  int score_bits = 0;
};
[[nodiscard]] std::vector<ResultField> result_fields(const QuantizedNetwork& n);

// Steps of the input that wait in front of a projection that another precedes are kept by an
// snn_fifo of so many beats: a step in full, its end, and what may come ahead.
[[nodiscard]] inline std::int64_t waiting_beats(std::int64_t elements) { return elements + 8; }

// The stream of the spikes of Mapping::spike_stream, as it leaves the accelerator.
struct SpikeStream {
  std::size_t population = 0;
  int addr_bits = 1;     // of the index of a neuron
  int value_bits = 1;    // 1: every event is one spike; else its count, without a sign
  bool in_order = true;  // a neuron's slot is its index
};
[[nodiscard]] std::optional<SpikeStream> spike_stream(const QuantizedNetwork& n, const Mapping& m);

// Words of 32 bits in the activity counters of one population, in this order.
enum class CounterWord { Events, WeightReads, Updates, Spikes, Saturations };
constexpr int kCounterWords = 5;

// Where the verification port trace_rows_o carries a population's row, in words of 32 bits.
struct TraceRow {
  int lanes = 0;
  int groups = 0;
  int membrane_bits = 0;
  int group_word = 0;  // one word
  int spike_word = 0;  // spike_words words, lane 0 in the lowest bit
  int spike_words = 0;
  int membrane_word = 0;  // membrane_words words, lane 0 in the lowest membrane_bits bits
  int membrane_words = 0;
  // Of populations whose events carry values: value_words words, lane 0 in the lowest value_bits
  // bits. Else there are none.
  int value_bits = 0;
  bool value_signed = false;
  int value_word = 0;
  int value_words = 0;
};

struct TraceLayout {
  std::vector<TraceRow> rows;  // per population
  int row_words = 0;           // of trace_rows_o
  int flag_words = 0;          // of trace_valid_o (bit p) and stall_i
  int stall_bits = 0;          // used bits of stall_i: a projection each, then a population each
  int counter_words = 0;       // of trace_counters_o: population by population, then cycles
};

// Whether a projection brings its events in a sample's first step only, because its input is
// static; and whether a population keeps what such projections added, for the steps that follow.
[[nodiscard]] bool from_static_input(const QuantizedNetwork& n, const QuantizedProjection& p);
[[nodiscard]] bool keeps_static_sum(const QuantizedNetwork& n, std::size_t population);

// The projections into a population, by index, in the order in which hardware adds them up within a
// step: from static inputs (what they add is kept as the sum that it makes, which must be theirs
// alone), from inputs (whose streams cannot wait), from this step, from earlier steps.
[[nodiscard]] std::vector<std::size_t> stream_order(const QuantizedNetwork& n,
                                                    std::size_t population);

// Whether the events of a population visit all its groups in order, so that the last event of a
// step ends it as well: one dense projection.
[[nodiscard]] bool fused_update(const QuantizedNetwork& n, std::size_t population);

// Rows of weights over which a beat of a projection that is dense is spread: of the lanes that add.
[[nodiscard]] std::int64_t dense_groups(const QuantizedNetwork& n, const Mapping& m,
                                        std::size_t population);

// Bits of the sums of a step where sums and neurons are apart (Mapping::split()): of all that a
// step can bring to a neuron, in units of weights, but no more than the neuron's own sum can hold.
// Where other weights may be loaded, as many as that.
[[nodiscard]] int step_sum_bits(const QuantizedNetwork& n, const Mapping& m,
                                std::size_t population);

// How hardware walks from an event to its rows of weights.
enum class TapKind { Dense, Conv, Sparse, Pool };
// A Conv whose source is stored in an order that a convolution cannot decode is taken as Sparse.
[[nodiscard]] TapKind tap_kind(const QuantizedNetwork& n, const Mapping& m, std::size_t projection);

// Rows of weights, a cycle each, of every address of a projection's source: of an element of the
// input, of a slot of a population, of a row (group) of a max-pooled one. 0: none is reached.
[[nodiscard]] std::vector<std::uint32_t> tap_counts(const QuantizedNetwork& n, const Mapping& m,
                                                    std::size_t projection);

// The addresses by which a projection knows its source: elements of an input, slots of a
// population.
class SourceAddresses {
 public:
  SourceAddresses(const QuantizedNetwork& n, const Mapping& m, const Source& source);

  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t of(std::size_t element) const {
    return layout_ ? layout_->slot_of(element) : element;
  }
  // nullopt where a slot has no neuron.
  [[nodiscard]] std::optional<std::size_t> element_at(std::size_t address) const {
    return layout_ ? layout_->neuron_at(address) : address;
  }

 private:
  std::size_t elements_;
  std::optional<Layout> layout_;  // of a population
};

[[nodiscard]] TraceLayout trace_layout(const QuantizedNetwork& n, const Mapping& m);

// Which of a population's parameters differ between neurons and so are stored.
struct StoredParameters {
  bool threshold = false;
  bool decay = false;
  bool bias = false;
  bool reset_value = false;
  bool current_decay = false;
  bool current_bias = false;
  bool reset_decay = false;
  bool reset_current = false;

  [[nodiscard]] bool any() const {
    return threshold || decay || bias || reset_value || current_decay || current_bias ||
           reset_decay || reset_current;
  }
  // Bits per neuron of the parameter memory.
  [[nodiscard]] int bits(const QuantizedPopulation& p) const;
};
[[nodiscard]] StoredParameters stored_parameters(const QuantizedPopulation& p);

}  // namespace hillock::ir
