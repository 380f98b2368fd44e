// snn_counter: adds step_i in every cycle in which en_i is high; wraps around.
`default_nettype none

module snn_counter #(
  parameter Width    = 32,  // bits of the count, >= StepBits
  parameter StepBits = 1    // bits of the step, >= 1
) (
  input  wire                clk_i,
  input  wire                rst_i,
  input  wire                en_i,
  input  wire [StepBits-1:0] step_i,
  output wire [Width-1:0]    count_o
);

  reg  [Width-1:0] count_q;
  wire [Width:0]   step_wide;

  assign step_wide = {{(Width + 1 - StepBits) {1'b0}}, step_i};
  assign count_o   = count_q;

  always @(posedge clk_i) begin
    if (rst_i)     count_q <= {Width{1'b0}};
    else if (en_i) count_q <= count_q + step_wide[Width-1:0];
  end

  wire unused;
  assign unused = step_wide[Width];

endmodule

`default_nettype wire
