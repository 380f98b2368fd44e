// snn_fifo: first in, first out, for a valid/ready stream.
//
// Timing: what is written can be read in the next cycle; one write and one read a cycle.
`default_nettype none

module snn_fifo #(
  parameter Width = 8,  // bits of an entry, >= 1
  parameter Depth = 4   // entries, >= 2
) (
  input  wire             clk_i,
  input  wire             rst_i,
  // In
  input  wire             valid_i,
  output wire             ready_o,
  input  wire [Width-1:0] data_i,
  // Out
  output wire             valid_o,
  input  wire             ready_i,
  output wire [Width-1:0] data_o
);

  localparam AddrBits  = $clog2(Depth);
  localparam CountBits = $clog2(Depth + 1);
  localparam [31:0]          LastWide  = Depth - 1;
  localparam [AddrBits-1:0]  Last      = LastWide[AddrBits-1:0];
  localparam [31:0]          DepthWide = Depth;
  localparam [CountBits-1:0] Full      = DepthWide[CountBits-1:0];

  reg  [AddrBits-1:0]  wr_q;
  reg  [AddrBits-1:0]  rd_q;
  reg  [CountBits-1:0] count_q;

  wire push;
  wire pop;

  assign ready_o = (count_q != Full);
  assign valid_o = (count_q != {CountBits{1'b0}});
  assign push    = valid_i & ready_o;
  assign pop     = valid_o & ready_i;

  always @(posedge clk_i) begin
    if (rst_i) begin
      wr_q    <= {AddrBits{1'b0}};
      rd_q    <= {AddrBits{1'b0}};
      count_q <= {CountBits{1'b0}};
    end else begin
      if (push) wr_q <= (wr_q == Last) ? {AddrBits{1'b0}} : wr_q + 1'b1;
      if (pop) rd_q <= (rd_q == Last) ? {AddrBits{1'b0}} : rd_q + 1'b1;
      if (push & ~pop) count_q <= count_q + 1'b1;
      else if (pop & ~push) count_q <= count_q - 1'b1;
    end
  end

  snn_lutram #(
    .Width   (Width),
    .Depth   (Depth),
    .AddrBits(AddrBits)
  ) u_entries (
    .clk_i    (clk_i),
    .wr_en_i  (push),
    .wr_addr_i(wr_q),
    .wr_data_i(data_i),
    .rd_addr_i(rd_q),
    .rd_data_o(data_o)
  );

endmodule

`default_nettype wire
