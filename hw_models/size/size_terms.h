// What a design's LUTs are reckoned from: sizes of its parts, each of which the fitted table has a
// coefficient for. docs/size.md.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "compiler/ir/quantized_network.h"

namespace hillock::hw_models {

// Sizes in bits where nothing else is said.
constexpr std::array<std::string_view, 18> kSizeTerms = {
    "design",             // 1: what a design has once
    "population",         // 1 a population: control, activity counters, their readout
    "accumulate",         // adders of the lanes that add
    "accumulate_values",  // those of events that carry values: bits of sum times bits of value
    "sums_held",   // sums of a step in registers, or in LUT memory of 32 rows, and the row chosen
    "update_add",  // adders of the lanes that update: bias, reset, prepared sum
    "update_compare",     // their comparators
    "multiply_constant",  // leaks by one decay for all neurons: bits times its signed digits
    "multiply",           // leaks by a decay of each neuron: bits times bits
    "state",              // states in LUT memory: 32 rows
    "pipeline",           // registers of the lanes that update
    "bitmap",             // 1 a bitmap with its scanner
    "scan",               // bits of its words, and words
    "readout",            // scores of the lanes
    "weight_rows",        // block memories in depth, beyond the first, times the width of a row
    "projection",         // 1 a projection: its taps, and their turn
    "taps_sparse",        // 1 a projection that lists its synapses
    "taps_plane",         // 1 a projection of planes: convolution or pool
};
using SizeTerms = std::array<double, kSizeTerms.size()>;

// Of a population with all that goes into it and the readers of its spikes; of the whole design.
[[nodiscard]] SizeTerms population_size_terms(const ir::QuantizedNetwork& network,
                                              const ir::Mapping& mapping, std::size_t population);
[[nodiscard]] SizeTerms size_terms(const ir::QuantizedNetwork& network, const ir::Mapping& mapping);

}  // namespace hillock::hw_models
