// lower(): sums apart from neurons, between taps and engine.
#include <fmt/format.h>

#include "compiler/emit/lowering.h"

namespace hillock::emit {

int tap_groups(const Lowering& l, std::size_t population) {
  return l.mapping.split(population)
             ? static_cast<int>(ir::dense_groups(l.network, l.mapping, population))
             : l.layout.rows[population].groups;
}

void step_sums(Lowering& l, std::size_t population, TapWidths& widths) {
  const std::string& id = l.ids[population];
  const int lanes = l.mapping.update_lanes_of(population);
  const int bits = ir::step_sum_bits(l.network, l.mapping, population);
  const std::string rows = id + "_sums";
  l.wires(1, rows, {"_valid", "_ready", "_new", "_step_last", "_sample_last"});
  l.wire(ir::address_bits(l.layout.rows[population].groups), rows + "_group");
  l.wire(lanes * bits, rows);
  const std::string taps = id + "_tap_";
  l.instance(
      {"snn_step_sums",
       "u_" + rows,
       fmt::format("Steps of {}, {} lanes at a time", l.network.populations[population].name,
                   l.mapping.lanes[population]),
       {{"Neurons", number(static_cast<std::int64_t>(l.network.populations[population].neurons()))},
        {"Groups", number(tap_groups(l, population))},
        {"Lanes", number(l.mapping.lanes[population])},
        {"OutLanes", number(lanes)},
        {"ValueBits", number(widths.value_bits)},
        {"WeightBits", number(widths.weight_bits)},
        {"SumBits", number(bits)}},
       {{"clk_i", "clk_i"},
        {"rst_i", "rst_i"},
        {"tap_valid_i", taps + "valid"},
        {"tap_ready_o", taps + "ready"},
        {"tap_event_i", taps + "event"},
        {"tap_new_i", taps + "new"},
        {"tap_step_last_i", taps + "step_last"},
        {"tap_sample_last_i", taps + "sample_last"},
        {"tap_group_i", taps + "group"},
        {"tap_value_i", taps + "value"},
        {"weights_i", id + "_weights"},
        {"row_valid_o", rows + "_valid"},
        {"row_ready_i", rows + "_ready"},
        {"row_new_o", rows + "_new"},
        {"row_step_last_o", rows + "_step_last"},
        {"row_sample_last_o", rows + "_sample_last"},
        {"row_group_o", rows + "_group"},
        {"sums_o", rows},
        {"event_taken_o", id + "_event_taken"},
        {"weight_read_o", id + "_weight_read"},
        {"sample_done_o", id + "_sample_done"}}});
  l.design().unused.push_back(id + "_tap_update");
  widths = {bits, 1};
}

}  // namespace hillock::emit
