#include "sim/cosim/netlist_bench.h"

#include <fmt/format.h>

#include "compiler/ir/hardware_view.h"
#include "sim/cosim/bench.h"

namespace hillock::sim {

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
  std::string out = fmt::format(
      "module {} (\n{}\n);\n  {} u_netlist ({});\n"
      "  assign trace_counters_o = u_netlist.counters;\n",
      kNetlistBench, declarations(traced_ports(network, mapping, top.load_address_bits)),
      top.module, by_name(design_ports(network, mapping, top.load_address_bits)));
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
