#include "compiler/emit/testbench.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/hardware_view.h"

namespace hillock::emit {

namespace {

// Prints the spikes of every row that population `p` sends.
std::string monitor(std::size_t p, const ir::TraceRow& row, const ir::Layout& layout) {
  return fmt::format(
      R"(  integer p{p}_rows = 0;
  integer p{p}_lane;
  always @(posedge clk) begin
    if (trace_valid[{p}] & ~rst) begin
      for (p{p}_lane = 0; p{p}_lane < {lanes}; p{p}_lane = p{p}_lane + 1) begin
        if (trace_rows[{spikes} + p{p}_lane]) begin
          $display("SPIKE {p} %0d %0d", p{p}_rows / {groups},
                   // The neuron of a slot: its channel, then its position (docs/rtl.md, layout).
                   ((trace_rows[{group} +: 32] % {position_groups} / {block_groups}) * {channels}
                    + (trace_rows[{group} +: 32] % {block_groups}) * {lanes} + p{p}_lane)
                   * {positions} + trace_rows[{group} +: 32] / {position_groups});
        end
      end
      p{p}_rows = p{p}_rows + 1;
    end
  end

)",
      fmt::arg("p", p), fmt::arg("lanes", row.lanes), fmt::arg("groups", row.groups),
      fmt::arg("position_groups", layout.position_groups()),
      fmt::arg("block_groups", layout.block_groups()), fmt::arg("channels", layout.block_channels),
      fmt::arg("positions", layout.positions), fmt::arg("spikes", 32 * row.spike_word),
      fmt::arg("group", 32 * row.group_word));
}

// The stream of spikes, where there is one, is taken and not looked at: the rows show them all.
constexpr const char* kSpikePorts =
    R"(    .spikes_valid_o  (),
    .spikes_ready_i  (1'b1),
    .spikes_event_o  (),
    .spikes_step_last_o(),
    .spikes_sample_last_o(),
    .spikes_addr_o   (),
    .spikes_value_o  (),
)";

// What loads the memories, where there are some to be loaded.
struct LoadText {
  std::string ports;
  std::string wires;
  std::string process;
};

LoadText load_text(const EmittedDesign& design) {
  if (design.load.empty()) return {};
  std::size_t words = 0;
  for (const LoadMemory& m : design.load.memories()) words += m.words.size();
  LoadText text;
  text.ports =
      "    .load_valid_i    (load_valid),\n"
      "    .load_addr_i     (load_words[load_next][" +
      std::to_string(31 + design.load.addr_bits()) +
      ":32]),\n"
      "    .load_data_i     (load_words[load_next][31:0]),\n";
  text.wires = fmt::format(
      "  reg  [63:0] load_words [0:{}];  // {{address, data}}\n"
      "  integer     load_next = 0;\n"
      "  reg         load_valid = 1'b0;\n\n",
      words - 1);
  text.process = fmt::format(
      "    $readmemh(\"../tb/{}_load.hex\", load_words);\n"
      "    load_valid = 1'b1;\n"
      "    for (load_next = 0; load_next < {}; load_next = load_next + 1) @(negedge clk);\n"
      "    load_valid = 1'b0;\n"
      "    load_next = 0;\n",
      design.top, words);
  return text;
}

}  // namespace

std::string testbench(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                      const EmittedDesign& design) {
  const std::string& top = design.top;
  const ir::TraceLayout layout = ir::trace_layout(network, mapping);
  std::string monitors;
  int longest = 0;
  for (std::size_t p = 0; p < layout.rows.size(); ++p) {
    monitors += monitor(p, layout.rows[p], ir::layout_of(network, mapping, p));
    longest = std::max(longest, layout.rows[p].groups);
  }
  const std::vector<ir::ResultField> fields = ir::result_fields(network);
  std::string results;  // one line an output, in order
  for (const ir::ResultField& f : fields) {
    results += fmt::format(
        R"(      score = $signed(result_score[{} +: {}]);
      $display("RESULT %0d %0d CYCLES %0d", result_class[{} +: {}], score, cycles + 1);
)",
        f.score_at, f.score_bits, f.class_at, f.class_bits);
  }
  const LoadText load = load_text(design);
  return fmt::format(R"(// {top}_tb: plays one sample and prints its spikes and its result.
//
// In the folder rtl/, with stimulus.hex from `hillock cosim DIR --data D --stimulus FILE`:
//   iverilog -g2005 -DSNN_TRACE -I . -o sim.vvp $(cat files.f) ../tb/{top}_tb.v && vvp sim.vvp
`default_nettype none
`timescale 1ns / 1ps

module {top}_tb;

  localparam MaxBeats = 1 << 20;

  reg         clk = 1'b0;
  reg         rst = 1'b1;
  reg  [66:0] beats [0:MaxBeats-1];
  integer     next = 0;
  integer     cycles = 0;
  reg         begun = 1'b0;
  reg         valid = 1'b0;
  wire        ready;
  wire        result_valid;
  wire [{class_bits}:0] result_class;
  wire [{score_bits}:0] result_score;
  reg signed [63:0] score;
  wire [{valid_bits}:0] trace_valid;
  wire [{row_bits}:0] trace_rows;

  always #5 clk = ~clk;

  {top} u_dut (
    .clk_i           (clk),
    .rst_i           (rst),
    .in_valid_i      (valid),
    .in_ready_o      (ready),
    .in_event_i      (beats[next][64]),
    .in_step_last_i  (beats[next][65]),
    .in_sample_last_i(beats[next][66]),
    .in_addr_i       (beats[next][{addr_bits}:0]),
    .in_value_i      (beats[next][{value_bits}:32]),
    .result_valid_o  (result_valid),
    .result_ready_i  (1'b1),
    .result_class_o  (result_class),
    .result_score_o  (result_score),
{load_ports}{spike_ports}    .counter_select_i({{{select_bits}{{1'b0}}}}),
    .counter_o       (),
    .stall_i         ({{{stall_bits}{{1'b0}}}}),
    .trace_valid_o   (trace_valid),
    .trace_rows_o    (trace_rows),
    .trace_counters_o()
  );

{monitors}{load_wires}
  initial begin
    $readmemh("stimulus.hex", beats);
    repeat (4) @(negedge clk);
{load}    rst = 1'b0;
    repeat ({settle}) @(negedge clk);
    valid = 1'b1;
  end

  always @(posedge clk) begin
    if (valid & ready) begin
      begun <= 1'b1;
      if (beats[next][66]) valid <= 1'b0;
      else next <= next + 1;
    end
    if (begun | (valid & ready)) cycles <= cycles + 1;
    if (result_valid) begin
{results}      $finish;
    end
  end

endmodule

`default_nettype wire
)",
                     fmt::arg("top", top), fmt::arg("results", results),
                     fmt::arg("class_bits", fields.back().class_at + fields.back().class_bits - 1),
                     fmt::arg("score_bits", fields.back().score_at + fields.back().score_bits - 1),
                     fmt::arg("addr_bits", ir::input_address_bits(network) - 1),
                     fmt::arg("value_bits", 32 + ir::input_value_bits(network) - 1),
                     fmt::arg("select_bits", ir::address_bits(layout.counter_words)),
                     fmt::arg("stall_bits", 32 * layout.flag_words),
                     fmt::arg("valid_bits", 32 * layout.flag_words - 1),
                     fmt::arg("row_bits", 32 * layout.row_words - 1),
                     fmt::arg("monitors", monitors), fmt::arg("settle", longest + 16),
                     fmt::arg("load_ports", load.ports),
                     fmt::arg("spike_ports", mapping.spike_stream ? kSpikePorts : ""),
                     fmt::arg("load_wires", load.wires), fmt::arg("load", load.process));
}

}  // namespace hillock::emit
