// The multiplication that the bench measured (tinyvision-ai-inc/ice40_power): two counters of 8 bits
// that step by 3 and by 5, their product in every cycle, and a counter of 24 bits beside them.
`default_nettype none

module product (
  input  wire clk_i,
  output wire y_o
);
  reg [23:0] count_q;
  reg [7:0] a_q;
  reg [7:0] b_q;
  wire [15:0] product;

  assign product = a_q * b_q;
  always @(posedge clk_i) begin
    count_q <= count_q + 24'd1;
    a_q <= a_q + 8'd3;
    b_q <= b_q + 8'd5;
  end
  // So that nothing is left out.
  assign y_o = count_q[23] | (&a_q) | (&b_q) | (&product);
endmodule

`default_nettype wire
