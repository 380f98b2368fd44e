// Size: LUTs of a network on a mapping, reckoned from its structure without synthesis, to choose
// lanes by. The coefficients are fitted to synthesis (`make calibrate-size`), and say how far off
// designs are that were left out: docs/size.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/quantized_network.h"
#include "hw_models/size/size_terms.h"

namespace hillock::hw_models {

struct SizeTable {
  std::string target;
  int designs = 0;        // it was fitted to
  double mean_error = 0;  // relative, of designs left out in turn
  double worst_error = 0;
  SizeTerms luts{};  // a unit of each term
};

// hw_models/size/tables/xilinx7.json: LUTs of a 7-series device, as `synth --target xilinx7
// --no-dsps` counts them, those used as memory included, with weights in block RAM.
[[nodiscard]] const SizeTable& size_table();

// Throws std::logic_error where a term has no coefficient, or one that is negative or not finite.
[[nodiscard]] SizeTable parse_size_table(std::string_view text);

[[nodiscard]] double estimate_luts(const ir::QuantizedNetwork& network, const ir::Mapping& mapping);

// The part of them that each population takes, with the readers of its spikes; the rest is the
// top's.
[[nodiscard]] std::vector<double> estimate_luts_by_population(const ir::QuantizedNetwork& network,
                                                              const ir::Mapping& mapping);

}  // namespace hillock::hw_models
