// The module that puts a synthesized netlist where the harness expects the RTL with its
// verification ports: what those show is fetched from the nets that synthesis kept.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/quantized_network.h"

namespace hillock::sim {

constexpr const char* kNetlistBench = "hillock_netlist_bench";  // the module's name

// `top` is the netlist's module, `rows` the beginnings of the nets' names of each population's
// rows: a netlist has <row>_row_valid, <row>_row_group, <row>_row_spikes, and `counters`. Membranes
// are not to be seen in it: their places are 0. Stalls within the design do nothing.
[[nodiscard]] std::string netlist_bench(const ir::QuantizedNetwork& network,
                                        const ir::Mapping& mapping, const std::string& top,
                                        const std::vector<std::string>& rows);

// The nets of the top that synthesis must keep for it.
[[nodiscard]] std::vector<std::string> netlist_bench_nets(const std::vector<std::string>& rows);

}  // namespace hillock::sim
