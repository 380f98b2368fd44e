// What the energy of logic is calibrated on: counts of an inference times sizes of the design, each
// of which a calibrated table has a coefficient for. docs/energy.md, "Calibrated energy".
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "compiler/ir/quantized_network.h"
#include "hw_models/energy/counts.h"

namespace hillock::hw_models {

struct LogicTerm {
  std::string_view role;       // in the table: "logic_accumulate"
  std::string_view component;  // of the estimate's breakdown
  bool clock;                  // clocked registers, whatever they hold
};

// The clock's terms count register bits times cycles, the others what moves.
constexpr std::array<LogicTerm, 14> kLogicTerms = {{
    {"clock_lane", "clock", true},          // pipelines of the lanes that update
    {"clock_sums", "clock", true},          // sums and states in registers, and what is read ahead
    {"clock_spikes", "clock", true},        // bitmaps, scanner, readout
    {"clock_addresses", "clock", true},     // addresses, group numbers, counters of rows
    {"clock_population", "clock", true},    // control and activity counters of a population
    {"clock_design", "clock", true},        // what a design has once
    {"logic_add", "accumulate", false},     // bits of sums added to
    {"logic_weight", "accumulate", false},  // bits of weight rows
    {"logic_event", "accumulate", false},   // events, with their control
    {"logic_update", "update", false},      // bits added and compared in updates
    {"logic_multiply", "update", false},    // products of bits, of a decay of each neuron
    {"logic_multiply_constant", "update", false},  // the same of one decay for all
    {"logic_state", "update", false},              // bits of state rows moved
    {"logic_register", "clock", false},            // register bits times cycles: what idles
}};

// Of one inference, in the order of kLogicTerms. Counts are exact; sizes are read off the network
// and its mapping.
[[nodiscard]] std::vector<double> logic_terms(const Counts& counts,
                                              const ir::QuantizedNetwork& network,
                                              const ir::Mapping& mapping);

}  // namespace hillock::hw_models
