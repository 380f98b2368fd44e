// snn_stream_fork: one valid/ready stream to several takers. Each takes a transfer when it can, once;
// the source's transfer is done when all have.
//
// Timing: combinational; takers need not be ready at the same time.
`default_nettype none

module snn_stream_fork #(
  parameter Takers = 2  // >= 1
) (
  input  wire              clk_i,
  input  wire              rst_i,
  // From the source
  input  wire              valid_i,
  output wire              ready_o,
  // To the takers
  output wire [Takers-1:0] valid_o,
  input  wire [Takers-1:0] ready_i
);

  reg  [Takers-1:0] taken_q;  // by whom, of the present transfer

  assign valid_o = {Takers{valid_i}} & ~taken_q;
  assign ready_o = &(taken_q | ready_i);

  always @(posedge clk_i) begin
    if (rst_i) taken_q <= {Takers{1'b0}};
    else if (valid_i) taken_q <= ready_o ? {Takers{1'b0}} : (taken_q | ready_i);
  end

endmodule

`default_nettype wire
