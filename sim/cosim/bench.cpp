#include "sim/cosim/bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/hardware_view.h"

namespace hillock::sim {
namespace {

constexpr const char* kClock = "clk_i";
constexpr const char* kReset = "rst_i";
constexpr const char* kSelect = "counter_select_i";  // all counters leave at once
constexpr const char* kStall = "stall_i";

std::string range(int width) { return width == 1 ? "" : fmt::format("[{}:0] ", width - 1); }

}  // namespace

std::vector<Port> design_ports(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                               int load_address_bits) {
  const ir::ResultField last = ir::result_fields(network).back();
  std::vector<Port> ports = {
      {true, 1, kClock},
      {true, 1, kReset},
      {true, 1, "in_valid_i"},
      {false, 1, "in_ready_o"},
      {true, 1, "in_event_i"},
      {true, 1, "in_step_last_i"},
      {true, 1, "in_sample_last_i"},
      {true, ir::input_address_bits(network), "in_addr_i"},
      {true, ir::input_value_bits(network), "in_value_i"},
      {false, 1, "result_valid_o"},
      {true, 1, "result_ready_i"},
      {false, last.class_at + last.class_bits, "result_class_o"},
      {false, last.score_at + last.score_bits, "result_score_o"},
      {true, ir::address_bits(ir::trace_layout(network, mapping).counter_words), kSelect},
      {false, 32, "counter_o"}};
  if (load_address_bits > 0) {
    ports.insert(ports.end(), {{true, 1, "load_valid_i"},
                               {true, load_address_bits, "load_addr_i"},
                               {true, 32, "load_data_i"}});
  }
  if (const auto spikes = ir::spike_stream(network, mapping)) {
    ports.insert(ports.end(), {{false, 1, "spikes_valid_o"},
                               {true, 1, "spikes_ready_i"},
                               {false, 1, "spikes_event_o"},
                               {false, 1, "spikes_step_last_o"},
                               {false, 1, "spikes_sample_last_o"},
                               {false, spikes->addr_bits, "spikes_addr_o"},
                               {false, spikes->value_bits, "spikes_value_o"}});
  }
  return ports;
}

std::vector<Port> traced_ports(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                               int load_address_bits) {
  const ir::TraceLayout layout = ir::trace_layout(network, mapping);
  std::vector<Port> ports = design_ports(network, mapping, load_address_bits);
  ports.insert(ports.end(), {{true, 32 * layout.flag_words, kStall},
                             {false, 32 * layout.flag_words, "trace_valid_o"},
                             {false, 32 * layout.row_words, "trace_rows_o"},
                             {false, 32 * layout.counter_words, "trace_counters_o"}});
  return ports;
}

const Port* find_port(const std::vector<Port>& ports, const std::string& name) {
  const auto found =
      std::find_if(ports.begin(), ports.end(), [&](const Port& p) { return p.name == name; });
  return found == ports.end() ? nullptr : &*found;
}

std::string declarations(const std::vector<Port>& ports) {
  std::string out;
  for (const Port& p : ports) {
    out += fmt::format("{}  {} wire {}{}", out.empty() ? "" : ",\n", p.input ? "input" : "output",
                       range(p.width), p.name);
  }
  return out;
}

std::string by_name(const std::vector<Port>& ports) {
  std::string out;
  for (const Port& p : ports) out += fmt::format("{0}.{1}({1})", out.empty() ? "" : ", ", p.name);
  return out;
}

std::string clocked_bench(const std::vector<Port>& ports, const std::string& module,
                          const BenchOptions& options) {
  std::vector<Port> own;
  std::string body;
  std::string connected;
  for (const Port& p : ports) {
    std::string value = p.name;
    if (p.name == kClock) {
      own.push_back({true, 1, "tick_i"});
      value = "clk";
    } else if (p.name == kSelect || (p.name == kStall && !options.stalls)) {
      // Known to be 0, the logic behind them is not even evaluated.
      value = fmt::format("{}'d0", p.width);
    } else {
      own.push_back(p);
      if (p.input) {
        value = p.name.substr(0, p.name.size() - 1) + "q";
        // As at rest, in reset: whatever else starts at random.
        body += fmt::format(
            "  reg {0}{1};\n  initial {1} = {2}'d{3};\n  always @(posedge clk) {1} <= {4};\n",
            range(p.width), value, p.width, p.name == kReset ? 1 : 0, p.name);
      }
    }
    connected += fmt::format("{}    .{}({})", connected.empty() ? "" : ",\n", p.name, value);
  }
  // Falls as soon as everything has taken its rise.
  const char* clock = options.two_phases ? "  wire clk;\n  assign clk = tick_i;\n"
                                         : "  reg  taken_q;\n  wire clk;\n"
                                           "  assign clk = tick_i ^ taken_q;\n"
                                           "  initial taken_q = 1'b0;\n"
                                           "  always @(posedge clk) taken_q <= tick_i;\n";
  return fmt::format("module {} (\n{}\n);\n\n{}{}\n  {} u_design (\n{}\n  );\n\nendmodule\n",
                     kBench, declarations(own), clock, body, module, connected);
}

}  // namespace hillock::sim
