// Geometry that the emitted Verilog and the co-simulation must agree on without seeing each other:
// ports, widths, and where the verification ports carry each population's rows. Both derive it from
// the quantized network and the mapping. docs/rtl.md describes the ports.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

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

// Bits of a readout score, signed.
[[nodiscard]] inline int score_bits(const QuantizedNetwork& n) {
  const int steps = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n.timesteps)));
  const int membrane = n.populations[n.output].membrane_bits;
  switch (n.readout) {
    case Readout::SpikeCount:
      return steps + 1;
    case Readout::MembraneSum:
      return membrane + steps;
    case Readout::MembraneMax:
    case Readout::MembraneLast:
      return membrane;
  }
  return 0;
}

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
};

struct TraceLayout {
  std::vector<TraceRow> rows;  // per population
  int row_words = 0;           // of trace_rows_o
  int flag_words = 0;          // of trace_valid_o and stall_i: bit p, and bits 2p and 2p + 1
  int counter_words = 0;       // of trace_counters_o: population by population, then cycles
};

[[nodiscard]] inline TraceLayout trace_layout(const QuantizedNetwork& n, const Mapping& m) {
  const auto words = [](int bits) { return (bits + 31) / 32; };
  TraceLayout layout;
  for (std::size_t p = 0; p < n.populations.size(); ++p) {
    TraceRow r;
    r.lanes = m.lanes[p];
    r.groups = static_cast<int>(m.groups(n, p));
    r.membrane_bits = n.populations[p].membrane_bits;
    r.group_word = layout.row_words;
    r.spike_word = r.group_word + 1;
    r.spike_words = words(r.lanes);
    r.membrane_word = r.spike_word + r.spike_words;
    r.membrane_words = words(r.lanes * r.membrane_bits);
    layout.row_words = r.membrane_word + r.membrane_words;
    layout.rows.push_back(r);
  }
  // At least three words: simulators keep such vectors as arrays of words, whatever the network.
  layout.flag_words = std::max(3, words(2 * static_cast<int>(n.populations.size())));
  layout.counter_words = kCounterWords * static_cast<int>(n.populations.size()) + 1;
  return layout;
}

}  // namespace hillock::ir
