// How the spikes of a population are cut into words on their way to a reader: snn_spike_bitmap
// stores them, snn_scanner searches a word for its first spike, and the words for the first that
// holds one. The emitted Verilog and the cost models must agree on it.
#pragma once

namespace hillock::ir {

struct ScanShape {
  int pack = 1;       // rows of spikes in a word; a power of two
  int slices = 1;     // words of a row; a power of two. Only one of the two is above 1
  int word_bits = 1;  // spikes of a word
  int words = 1;      // of a step
  int pitch = 1;      // addresses from word to word, or, where a row is sliced, from row to row
};

// For `groups` rows of `lanes` spikes, both at least 1. A word has about the square root of all
// bits, 8 to 32: then both searches are short.
[[nodiscard]] ScanShape scan_shape(int lanes, int groups);

}  // namespace hillock::ir
