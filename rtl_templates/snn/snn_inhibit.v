// snn_inhibit: of a population's spikes of one step only that of the neuron with the largest
// membrane above its threshold is passed on, the lowest index on a tie (snnTorch's `inhibition`).
//
// All rows of a step are stored while the largest is found, then sent on, one a cycle.
// Handshake with the engine as in snn_spike_bitmap: step_ready_o, low while rows are sent on or the
// takers cannot take a step.
// Timing: the first row is sent on in the cycle after the step's last row came, plus one.
`default_nettype none

module snn_inhibit #(
  parameter Lanes        = 1,
  parameter Groups       = 10,
  parameter MembraneBits = 16,
  parameter GroupBits    = 4  // max(1, clog2(Groups))
) (
  input  wire                          clk_i,
  input  wire                          rst_i,
  // Rows in
  output wire                          step_ready_o,
  input  wire                          row_valid_i,
  input  wire [GroupBits-1:0]          row_group_i,
  input  wire                          row_short_i,
  input  wire                          row_step_last_i,
  input  wire                          row_sample_last_i,
  input  wire [Lanes-1:0]              row_spikes_i,
  input  wire [Lanes*MembraneBits-1:0] row_membranes_i,
  input  wire [Lanes*MembraneBits-1:0] row_thresholds_i,
  input  wire [Lanes-1:0]              row_saturated_i,
  // Rows out
  input  wire                          step_ready_i,
  output wire                          row_valid_o,
  output wire [GroupBits-1:0]          row_group_o,
  output wire                          row_short_o,
  output wire                          row_step_last_o,
  output wire                          row_sample_last_o,
  output wire [Lanes-1:0]              row_spikes_o,
  output wire [Lanes*MembraneBits-1:0] row_membranes_o,
  output wire [Lanes-1:0]              row_saturated_o
);

  localparam MarginBits = MembraneBits + 1;
  localparam RowAddrBits = (Groups > 1) ? $clog2(Groups + 1) : 1;
  localparam StoredBits = Lanes * MembraneBits + Lanes + 1;
  localparam [31:0]          LastGroupWide = Groups - 1;
  localparam [GroupBits-1:0] LastGroup     = LastGroupWide[GroupBits-1:0];

  // ---------------------------------------------------------------- the largest of a row
  // A chain over the lanes: a lane wins over those before it where it is larger. Neurons below their
  // threshold do not take part: a margin of 0 stands for them, and 0 does not win.
  reg signed [MarginBits-1:0]   row_margin;
  reg        [Lanes-1:0]        row_lane;  // one-hot
  reg signed [MarginBits-1:0]   margin;
  reg        [MembraneBits-1:0] membrane;
  reg        [MembraneBits-1:0] threshold;

  integer l;
  always @* begin
    row_margin = {MarginBits{1'b0}};
    row_lane   = {Lanes{1'b0}};
    for (l = 0; l < Lanes; l = l + 1) begin
      membrane  = row_membranes_i[l*MembraneBits +: MembraneBits];
      threshold = row_thresholds_i[l*MembraneBits +: MembraneBits];
      margin    = {membrane[MembraneBits-1], membrane} - {threshold[MembraneBits-1], threshold};
      if (row_spikes_i[l] & (margin > row_margin)) begin
        row_margin  = margin;
        row_lane    = {Lanes{1'b0}};
        row_lane[l] = 1'b1;
      end
    end
  end

  // ---------------------------------------------------------------- the largest of a step
  reg signed [MarginBits-1:0] margin_q;  // 0: none yet
  reg [Lanes-1:0]             lane_q;
  reg [GroupBits-1:0]         winner_q;
  reg                         sample_last_q;
  reg                         sending_q;
  reg [GroupBits-1:0]         next_q;

  wire                        send_last;

  assign send_last = sending_q & (next_q == LastGroup);

  // ---------------------------------------------------------------- rows out, one register behind
  reg                  out_valid_q;
  reg [GroupBits-1:0]  out_group_q;
  reg                  out_last_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      sending_q   <= 1'b0;
      out_valid_q <= 1'b0;
      next_q      <= {GroupBits{1'b0}};
      margin_q    <= {MarginBits{1'b0}};
    end else begin
      if (row_valid_i & row_step_last_i) sending_q <= 1'b1;
      else if (send_last) sending_q <= 1'b0;

      out_valid_q <= sending_q;
      if (sending_q) next_q <= send_last ? {GroupBits{1'b0}} : next_q + 1'b1;

      if (out_valid_q & out_last_q) margin_q <= {MarginBits{1'b0}};
      else if (row_valid_i & (row_margin > margin_q)) margin_q <= row_margin;
    end
    out_group_q <= next_q;
    out_last_q  <= send_last;
    if (row_valid_i & (row_margin > margin_q)) begin
      lane_q   <= row_lane;
      winner_q <= row_group_i;
    end
    if (row_valid_i) sample_last_q <= row_sample_last_i;
  end

  wire [31:0] wr_addr;
  wire [31:0] rd_addr;
  assign wr_addr = {{(32 - GroupBits) {1'b0}}, row_group_i};
  assign rd_addr = {{(32 - GroupBits) {1'b0}}, next_q};

  snn_ram_1r1w #(
    .Width   (StoredBits),
    .Depth   (Groups + 1),  // a memory even for one group: its read is registered
    .AddrBits(RowAddrBits)
  ) u_rows (
    .clk_i    (clk_i),
    .wr_en_i  (row_valid_i),
    .wr_addr_i(wr_addr[RowAddrBits-1:0]),
    .wr_data_i({row_short_i, row_saturated_i, row_membranes_i}),
    .rd_en_i  (sending_q),
    .rd_addr_i(rd_addr[RowAddrBits-1:0]),
    .rd_data_o({row_short_o, row_saturated_o, row_membranes_o})
  );

  assign step_ready_o      = step_ready_i & ~sending_q & ~out_valid_q;
  assign row_valid_o       = out_valid_q;
  assign row_group_o       = out_group_q;
  assign row_step_last_o   = out_last_q;
  assign row_sample_last_o = out_last_q & sample_last_q;
  assign row_spikes_o      = ((margin_q != {MarginBits{1'b0}}) & (out_group_q == winner_q))
                             ? lane_q : {Lanes{1'b0}};

  wire unused;
  assign unused = &{1'b0, wr_addr, rd_addr};

endmodule

`default_nettype wire
