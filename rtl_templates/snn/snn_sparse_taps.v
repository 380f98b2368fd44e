// snn_sparse_taps: single synapses: for every address of the source a list of rows, each with the
// group it belongs to and a weight for every lane.
//
// A beat: see snn_dense_taps. A beat without event, and an event with an empty list, is one tap that
// adds nothing.
//
// Timing: a beat is looked up while it is accepted, its rows are read one a cycle, and each is
// offered as a tap in the cycle after; beats follow each other without a gap. Weights follow a tap
// by one cycle.
`default_nettype none

module snn_sparse_taps #(
  parameter Sources    = 64,  // addresses of the source, >= 1
  parameter AddrBits   = 6,   // >= max(1, clog2(Sources))
  parameter ValueBits  = 1,
  parameter Groups     = 10,  // of the target
  parameter Lanes      = 1,
  parameter WeightBits = 6,
  parameter Rows       = 64,  // of all lists, >= 1
  parameter CountBits  = 1,   // bits of the length of a list
  parameter ListFile   = "",  // row addr: first row, above it the number of rows
  parameter WeightFile = "",  // a row: Lanes weights, lane 0 lowest, above them the group
  // Whether its memories are RAM, and where they are on the load port: see snn_image_memory
  parameter Loadable     = 0,
  parameter LoadAddrBits = 1,
  parameter ListBase     = 0,
  parameter WeightBase   = 0,
  // Derived; not to be overridden
  parameter GroupBits  = (Groups > 1) ? $clog2(Groups) : 1,
  parameter RowBits    = (Rows > 1) ? $clog2(Rows) : 1
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
  output wire                        tap_step_last_o,
  output wire                        tap_sample_last_o,
  output wire [GroupBits-1:0]        tap_group_o,
  output wire [ValueBits-1:0]        tap_value_o,
  output wire [Lanes*WeightBits-1:0] weights_o,
  // Memories loaded at run time
  input  wire [LoadAddrBits+32:0]    load_i
);

  localparam RowWidth = Lanes * WeightBits;

  // ---------------------------------------------------------------- the beat and its list
  reg                  beat_q;
  reg                  event_q;
  reg                  step_last_q;
  reg                  sample_last_q;
  reg  [ValueBits-1:0] value_q;
  reg  [CountBits-1:0] done_q;  // rows read

  wire [CountBits+RowBits-1:0] list;
  wire [CountBits-1:0]         count;
  wire [RowBits-1:0]           first_row;
  wire [RowBits-1:0]           done_wide;
  wire                         reaches;
  wire                         last;
  wire                         tap_free;
  wire                         fetch;
  wire                         accept;

  snn_image_memory #(
    .Width       (CountBits + RowBits),
    .Depth       (Sources),
    .AddrBits    (AddrBits),
    .MemInitFile (ListFile),
    .Loadable    (Loadable),
    .LoadAddrBits(LoadAddrBits),
    .LoadBase    (ListBase)
  ) u_lists (
    .clk_i (clk_i),
    .en_i  (accept),
    .addr_i(beat_addr_i),
    .data_o(list),
    .load_i(load_i)
  );

  assign first_row    = list[0 +: RowBits];
  assign count        = list[RowBits +: CountBits];
  assign reaches      = event_q & (count != {CountBits{1'b0}});
  assign last         = ~reaches | (done_q + 1'b1 == count);
  assign fetch        = beat_q & tap_free;
  assign beat_ready_o = ~beat_q | (fetch & last);
  assign accept       = beat_valid_i & beat_ready_o;

  generate
    if (RowBits > CountBits) begin : gen_extend
      assign done_wide = {{(RowBits - CountBits) {1'b0}}, done_q};
    end else begin : gen_cut
      assign done_wide = done_q[RowBits-1:0];
    end
  endgenerate

  always @(posedge clk_i) begin
    if (rst_i) beat_q <= 1'b0;
    else if (accept) beat_q <= 1'b1;
    else if (fetch & last) beat_q <= 1'b0;

    if (accept) begin
      event_q       <= beat_event_i;
      step_last_q   <= beat_step_last_i;
      sample_last_q <= beat_sample_last_i;
      value_q       <= beat_value_i;
      done_q        <= {CountBits{1'b0}};
    end else if (fetch) begin
      done_q <= done_q + 1'b1;
    end
  end

  // ---------------------------------------------------------------- a row, offered as a tap
  reg                  tap_q;
  reg                  tap_event_q;
  reg                  tap_new_q;
  reg                  tap_step_last_q;
  reg                  tap_sample_last_q;
  reg  [ValueBits-1:0] tap_value_q;
  reg  [RowWidth-1:0]  weights_q;
  wire [GroupBits+RowWidth-1:0] row;

  assign tap_free = ~tap_q | tap_ready_i;

  snn_image_memory #(
    .Width       (GroupBits + RowWidth),
    .Depth       (Rows),
    .AddrBits    (RowBits),
    .MemInitFile (WeightFile),
    .Loadable    (Loadable),
    .LoadAddrBits(LoadAddrBits),
    .LoadBase    (WeightBase)
  ) u_rows (
    .clk_i (clk_i),
    .en_i  (fetch & reaches),
    .addr_i(first_row + done_wide),
    .data_o(row),
    .load_i(load_i)
  );

  always @(posedge clk_i) begin
    if (rst_i) tap_q <= 1'b0;
    else if (tap_free) tap_q <= beat_q;

    if (tap_free) begin
      tap_event_q       <= reaches;
      tap_new_q         <= event_q & (done_q == {CountBits{1'b0}});
      tap_step_last_q   <= step_last_q & last;
      tap_sample_last_q <= sample_last_q;
      tap_value_q       <= value_q;
    end
    if (tap_q & tap_ready_i) weights_q <= row[0 +: RowWidth];
  end

  assign tap_valid_o       = tap_q;
  assign tap_event_o       = tap_event_q;
  assign tap_new_o         = tap_new_q;
  assign tap_step_last_o   = tap_step_last_q;
  assign tap_sample_last_o = tap_sample_last_q;
  assign tap_group_o       = row[RowWidth +: GroupBits];
  assign tap_value_o       = tap_value_q;
  assign weights_o         = weights_q;

endmodule

`default_nettype wire
