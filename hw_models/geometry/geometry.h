// Sizes that the counts and the energy model read off the network and its mapping: the memories of
// an engine, its registers and its arithmetic, as rtl_templates/snn has them.
#pragma once

#include <cstdint>

#include "compiler/ir/quantized_network.h"

namespace hillock::hw_models {

// A memory of `depth` rows of `width` bits; depth or width 0: there is none.
struct MemorySize {
  std::int64_t depth = 0;
  std::int64_t width = 0;

  [[nodiscard]] std::int64_t bits() const { return depth * width; }
};

// What one neuron's update works on, in bits (snn_fire, snn_decay, snn_prepare).
struct UpdateSize {
  std::int64_t multiply_a =
      0;  // the leak multiplies multiply_a x multiply_b bits; 0: no multiplier
  std::int64_t multiply_b = 0;
  bool constant_multiplier = false;  // the decay is the same for all neurons: synthesis folds it
  std::int64_t compare_bits = 0;     // all comparators together
  std::int64_t add_bits = 0;         // rounding, bias and reset offset, prepared sum

  [[nodiscard]] std::int64_t multiply_bits() const { return multiply_a * multiply_b; }
};

// The scan words of a population's spikes on their way to a reader (ir::scan_shape()).
struct ScanSize {
  std::int64_t words = 0;  // of a step
  std::int64_t word_bits = 0;
};

struct EngineSize {
  std::int64_t neurons = 0;
  std::int64_t lanes = 0;      // of the neurons
  std::int64_t groups = 0;     // rows of those
  std::int64_t add_lanes = 0;  // of the taps
  std::int64_t add_groups = 0;
  std::int64_t sum_bits = 0;  // of the accumulating adder
  std::int64_t weight_bits = 0;
  std::int64_t value_bits = 1;  // 1: binary events, no multiplier
  std::int64_t event_bits = 0;  // of the values that its own events carry, kept beside the bitmaps
  // Read-only. The rows of several projections count as one memory. For a max-pooled population:
  // the two banks of its source's membranes.
  MemorySize weights;
  MemorySize states;
  MemorySize sums;                 // of snn_step_sums, where sums and neurons are apart
  MemorySize parameters;           // read-only
  UpdateSize update;               // per neuron
  std::int64_t pipeline_bits = 0;  // registers of one lane between sum and prepared sum
  std::int64_t bitmaps = 0;     // its spikes are stored once for every projection that reads them
  ScanSize scan;                // of its own spikes, where there are bitmaps
  std::int64_t score_bits = 0;  // of the readout, of an output; else 0
};

[[nodiscard]] EngineSize engine_size(const ir::QuantizedNetwork& network,
                                     const ir::Mapping& mapping, std::size_t population);

}  // namespace hillock::hw_models
