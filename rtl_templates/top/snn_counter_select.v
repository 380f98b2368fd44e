// snn_counter_select: one 32-bit word of a wide vector of counters, registered.
`default_nettype none

module snn_counter_select #(
  parameter Counters   = 6,  // words
  parameter SelectBits = 3   // >= max(1, clog2(Counters))
) (
  input  wire                   clk_i,
  input  wire [SelectBits-1:0]  select_i,
  input  wire [32*Counters-1:0] counters_i,
  output reg  [31:0]            counter_o
);

  always @(posedge clk_i) counter_o <= counters_i[select_i*32 +: 32];

endmodule

`default_nettype wire
