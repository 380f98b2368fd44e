// snn_neuron_index: gives the events of a population the index of their neuron, where its neurons lie
// in another order (docs/rtl.md, layout): a table of slots behind a register of the stream.
//
// Timing: an event leaves in the cycle after it came; one a cycle.
`default_nettype none

module snn_neuron_index #(
  parameter SlotBits   = 4,   // of the place of an event
  parameter Slots      = 16,  // >= 1
  parameter IndexBits  = 4,   // of its neuron
  parameter ValueBits  = 1,
  parameter IndexFile  = ""   // of each slot the index, as for snn_rom
) (
  input  wire                 clk_i,
  input  wire                 rst_i,
  // Events by slot
  input  wire                 beat_valid_i,
  output wire                 beat_ready_o,
  input  wire                 beat_event_i,
  input  wire                 beat_step_last_i,
  input  wire                 beat_sample_last_i,
  input  wire [SlotBits-1:0]  beat_addr_i,
  input  wire [ValueBits-1:0] beat_value_i,
  // Events by neuron
  output wire                 beat_valid_o,
  input  wire                 beat_ready_i,
  output wire                 beat_event_o,
  output wire                 beat_step_last_o,
  output wire                 beat_sample_last_o,
  output wire [IndexBits-1:0] beat_addr_o,
  output wire [ValueBits-1:0] beat_value_o
);

  reg                 valid_q;
  reg                 event_q;
  reg                 step_last_q;
  reg                 sample_last_q;
  reg [ValueBits-1:0] value_q;
  wire                accept;

  assign beat_ready_o = ~valid_q | beat_ready_i;
  assign accept       = beat_valid_i & beat_ready_o;

  snn_rom #(
    .Width      (IndexBits),
    .Depth      (Slots),
    .AddrBits   (SlotBits),
    .MemInitFile(IndexFile)
  ) u_indices (
    .clk_i (clk_i),
    .en_i  (accept),
    .addr_i(beat_addr_i),
    .data_o(beat_addr_o)
  );

  always @(posedge clk_i) begin
    if (rst_i) valid_q <= 1'b0;
    else if (beat_ready_o) valid_q <= beat_valid_i;
    if (accept) begin
      event_q       <= beat_event_i;
      step_last_q   <= beat_step_last_i;
      sample_last_q <= beat_sample_last_i;
      value_q       <= beat_value_i;
    end
  end

  assign beat_valid_o       = valid_q;
  assign beat_event_o       = event_q;
  assign beat_step_last_o   = step_last_q;
  assign beat_sample_last_o = sample_last_q;
  assign beat_value_o       = value_q;

endmodule

`default_nettype wire
