// The module that puts a synthesized netlist where the harness expects the RTL with its
// verification ports: what those show is fetched from the nets that synthesis kept.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/quantized_network.h"

namespace hillock::sim {

constexpr const char* kNetlistBench = "hillock_netlist_bench";  // the module's name

struct NetlistTop {
  std::string module;
  // The beginnings of the nets' names of each population's rows: <row>_row_valid, <row>_row_group,
  // <row>_row_spikes and, where events carry values, <row>_row_values.
  std::vector<std::string> rows;
  int load_address_bits = 0;  // of the load port; 0 where there is none
};

// Membranes are not to be seen in a netlist: their places are 0. Stalls within the design do
// nothing.
[[nodiscard]] std::string netlist_bench(const ir::QuantizedNetwork& network,
                                        const ir::Mapping& mapping, const NetlistTop& top);

// The nets of the top that synthesis must keep for it.
[[nodiscard]] std::vector<std::string> netlist_bench_nets(const ir::QuantizedNetwork& network,
                                                          const std::vector<std::string>& rows);

}  // namespace hillock::sim
