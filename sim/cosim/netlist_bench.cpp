#include "sim/cosim/netlist_bench.h"

#include <fmt/format.h>

#include "compiler/ir/hardware_view.h"

namespace hillock::sim {
namespace {

struct Port {
  bool input;
  int width;
  const char* name;
};

}  // namespace

std::vector<std::string> netlist_bench_nets(const ir::QuantizedNetwork& network,
                                            const std::vector<std::string>& rows) {
  std::vector<std::string> nets = {"counters"};
  for (std::size_t p = 0; p < rows.size(); ++p) {
    for (const char* part : {"_row_valid", "_row_group", "_row_spikes"}) {
      nets.push_back(rows[p] + part);
    }
    if (ir::event_bits(network.populations[p]) > 1) nets.push_back(rows[p] + "_row_values");
  }
  return nets;
}

std::string netlist_bench(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                          const NetlistTop& top) {
  const std::vector<std::string>& rows = top.rows;
  const ir::TraceLayout layout = ir::trace_layout(network, mapping);
  const ir::ResultField last = ir::result_fields(network).back();
  std::vector<Port> ports = {{true, 1, "clk_i"},
                             {true, 1, "rst_i"},
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
                             {true, ir::address_bits(layout.counter_words), "counter_select_i"},
                             {false, 32, "counter_o"}};
  if (top.load_address_bits > 0) {
    ports.insert(ports.end(), {{true, 1, "load_valid_i"},
                               {true, top.load_address_bits, "load_addr_i"},
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
  std::string out = fmt::format("module {} (\n", kNetlistBench);
  std::string bindings;
  for (const Port& p : ports) {
    out += fmt::format("  {} wire [{}:0] {},\n", p.input ? "input" : "output", p.width - 1, p.name);
    bindings += fmt::format("{}.{}({})", bindings.empty() ? "" : ", ", p.name, p.name);
  }
  out += fmt::format(
      "  input wire [{0}:0] stall_i,\n  output wire [{0}:0] trace_valid_o,\n"
      "  output wire [{1}:0] trace_rows_o,\n  output wire [{2}:0] trace_counters_o\n);\n"
      "  {3} u_netlist ({4});\n  assign trace_counters_o = u_netlist.counters;\n",
      32 * layout.flag_words - 1, 32 * layout.row_words - 1, 32 * layout.counter_words - 1,
      top.module, bindings);
  std::string valid;
  for (const std::string& r : rows) {
    valid = fmt::format("u_netlist.{}_row_valid{}{}", r, valid.empty() ? "" : ", ", valid);
  }
  out += fmt::format("  assign trace_valid_o = {{{}'d0, {}}};\n",
                     32 * layout.flag_words - static_cast<int>(rows.size()), valid);
  // From the lowest word on; every bit has one driver.
  const auto field = [&](int word, int words, int bits, const std::string& value) {
    if (bits > 0) {
      out += fmt::format("  assign trace_rows_o[{}:{}] = {};\n", 32 * word + bits - 1, 32 * word,
                         value);
    }
    if (32 * words > bits) {
      out += fmt::format("  assign trace_rows_o[{}:{}] = {}'d0;\n", 32 * (word + words) - 1,
                         32 * word + bits, 32 * words - bits);
    }
  };
  for (std::size_t p = 0; p < rows.size(); ++p) {
    const ir::TraceRow& r = layout.rows[p];
    field(r.group_word, 1, ir::address_bits(r.groups), "u_netlist." + rows[p] + "_row_group");
    field(r.spike_word, r.spike_words, r.lanes, "u_netlist." + rows[p] + "_row_spikes");
    field(r.membrane_word, r.membrane_words, 0, "");
    field(r.value_word, r.value_words, r.lanes * r.value_bits,
          "u_netlist." + rows[p] + "_row_values");
  }
  return out + "endmodule\n";
}

}  // namespace hillock::sim
