// snn_dense_taps: an event visits every group of the population, a group a cycle, with its own row
// of weights for each: every neuron reads every element of the source.
//
// A beat: event_i says that there is an event (addr_i, value_i); step_last_i that it is the last
// beat of its step (an empty step is one beat without event); sample_last_i, with step_last_i, that
// the step is the last of its sample.
//   Fused = 1: every beat visits every group, and the last beat's taps carry tap_update_o.
//   Fused = 0: a beat without event is one tap that adds nothing.
//
// Timing: a beat is accepted while the last tap of the one before it is taken, and offers its first
// tap in the next cycle. Weights follow a tap by one cycle.
`default_nettype none

module snn_dense_taps #(
  parameter Groups     = 10,  // >= 1
  parameter Lanes      = 1,
  parameter Sources    = 64,  // addresses of the source, >= 1
  parameter AddrBits   = 6,   // >= max(1, clog2(Sources))
  parameter ValueBits  = 1,
  parameter WeightBits = 6,
  parameter Fused      = 1,
  parameter WeightFile = "",  // row addr * Groups + group: Lanes weights, lane 0 lowest
  // Whether its memories are RAM, and where they are on the load port: see snn_image_memory
  parameter Loadable     = 0,
  parameter LoadAddrBits = 1,
  parameter WeightBase   = 0,
  // Derived; not to be overridden
  parameter GroupBits  = (Groups > 1) ? $clog2(Groups) : 1
) (
  input  wire                        clk_i,
  input  wire                        rst_i,
  // Events in
  input  wire                        beat_valid_i,
  output wire                        beat_ready_o,
  input  wire                        beat_event_i,
  input  wire                        beat_step_last_i,
  input  wire                        beat_sample_last_i,
  input  wire [AddrBits-1:0]         beat_addr_i,
  input  wire [ValueBits-1:0]        beat_value_i,
  // Taps out
  output wire                        tap_valid_o,
  input  wire                        tap_ready_i,
  output wire                        tap_event_o,
  output wire                        tap_new_o,
  output wire                        tap_update_o,
  output wire                        tap_step_last_o,
  output wire                        tap_sample_last_o,
  output wire [GroupBits-1:0]        tap_group_o,
  output wire [ValueBits-1:0]        tap_value_o,
  output wire [Lanes*WeightBits-1:0] weights_o,
  // Memories loaded at run time
  input  wire [LoadAddrBits+32:0]    load_i
);

  localparam Rows    = Sources * Groups;
  localparam RowBits = (Rows > 1) ? $clog2(Rows) : 1;
  localparam [31:0]          LastGroupWide = Groups - 1;
  localparam [GroupBits-1:0] LastGroup     = LastGroupWide[GroupBits-1:0];

  reg                  beat_q;
  reg                  event_q;
  reg                  step_last_q;
  reg                  sample_last_q;
  reg  [RowBits-1:0]   row_q;  // row of the next group
  reg  [ValueBits-1:0] value_q;
  reg  [GroupBits-1:0] group_q;

  wire        single;  // the beat is one tap
  wire        last;
  wire        take;
  wire        accept;
  wire [31:0] beat_addr_wide;
  wire [31:0] beat_row;  // first row of the beat's event

  assign single       = (Fused == 0) & ~event_q;
  assign last         = single | (group_q == LastGroup);
  assign take         = beat_q & tap_ready_i;
  assign beat_ready_o = ~beat_q | (take & last);
  assign accept       = beat_valid_i & beat_ready_o;

  assign beat_addr_wide = {{(32 - AddrBits) {1'b0}}, beat_addr_i};
  assign beat_row       = beat_addr_wide * Groups;

  always @(posedge clk_i) begin
    if (rst_i) begin
      beat_q  <= 1'b0;
      group_q <= {GroupBits{1'b0}};
    end else begin
      if (accept) beat_q <= 1'b1;
      else if (take & last) beat_q <= 1'b0;

      if (take) group_q <= last ? {GroupBits{1'b0}} : group_q + 1'b1;
    end
    if (accept) begin
      event_q       <= beat_event_i;
      step_last_q   <= beat_step_last_i;
      sample_last_q <= beat_sample_last_i;
      row_q         <= beat_row[RowBits-1:0];
      value_q       <= beat_value_i;
    end else if (take) begin
      row_q <= row_q + 1'b1;
    end
  end

  assign tap_valid_o       = beat_q;
  assign tap_event_o       = event_q;
  assign tap_new_o         = event_q & (group_q == {GroupBits{1'b0}});
  assign tap_update_o      = (Fused != 0) & step_last_q;
  assign tap_step_last_o   = step_last_q & last;
  assign tap_sample_last_o = sample_last_q;
  assign tap_group_o       = group_q;
  assign tap_value_o       = value_q;

  snn_image_memory #(
    .Width       (Lanes * WeightBits),
    .Depth       (Rows),
    .AddrBits    (RowBits),
    .MemInitFile (WeightFile),
    .Loadable    (Loadable),
    .LoadAddrBits(LoadAddrBits),
    .LoadBase    (WeightBase)
  ) u_weights (
    .clk_i (clk_i),
    .en_i  (take & event_q),
    .addr_i(row_q),
    .data_o(weights_o),
    .load_i(load_i)
  );

  wire unused;
  assign unused = &{1'b0, beat_row};

endmodule

`default_nettype wire
