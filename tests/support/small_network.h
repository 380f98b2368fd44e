// Small integer networks made by hand for tests that need a certain behaviour: many exact ties,
// words to skip, a slow consumer, overflow.
#pragma once

#include "compiler/ir/dataset.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::tests {

struct SmallCase {
  ir::QuantizedNetwork network;
  ir::Mapping mapping;
  ir::Dataset data;
};

// 20-24-12 with small weights: membranes often equal their thresholds. Lanes 8 and 4.
[[nodiscard]] SmallCase small_case();
// The same with 140 neurons in the first population and as many lanes: several scan words.
[[nodiscard]] SmallCase wide_case();
// The same with a second population of one lane, so that it is the slower.
[[nodiscard]] SmallCase slow_consumer_case();
// The same with membranes narrower than proved.
[[nodiscard]] SmallCase saturating_case();

}  // namespace hillock::tests
