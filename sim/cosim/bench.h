// The Verilog module around a design that the harness drives. Inputs pass a register, so that a
// change of them makes nothing but the design's own logic be evaluated, and every call of eval() is
// a whole cycle.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/quantized_network.h"

namespace hillock::sim {

inline constexpr const char* kBench = "hillock_bench";  // the module's name

struct Port {
  bool input;
  int width;  // bits
  std::string name;
};

// The ports of an emitted top, without those for verification. `load_address_bits`: of the load
// port; 0 where there is none.
[[nodiscard]] std::vector<Port> design_ports(const ir::QuantizedNetwork& network,
                                             const ir::Mapping& mapping, int load_address_bits);
// Those and the ports for verification, with SNN_TRACE.
[[nodiscard]] std::vector<Port> traced_ports(const ir::QuantizedNetwork& network,
                                             const ir::Mapping& mapping, int load_address_bits);

// The port called `name`, or null.
[[nodiscard]] const Port* find_port(const std::vector<Port>& ports, const std::string& name);

// A line each: "  input wire [7:0] name"
[[nodiscard]] std::string declarations(const std::vector<Port>& ports);
// ".a(a), .b(b)"
[[nodiscard]] std::string by_name(const std::vector<Port>& ports);

struct BenchOptions {
  bool stalls = true;       // stall_i is a port of the bench as well; else it is 0
  bool two_phases = false;  // a cycle is two calls of eval(), as a waveform must show it
};

// The text of kBench around an instance of `module`, which has these ports. Its own are the same
// but for counter_select_i, which is 0, and the clock: tick_i, of which every change is a cycle,
// or, with two phases, every rise.
[[nodiscard]] std::string clocked_bench(const std::vector<Port>& ports, const std::string& module,
                                        const BenchOptions& options);

}  // namespace hillock::sim
