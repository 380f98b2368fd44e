// snn_stream_gate: holds a valid/ready stream back while stall_i is high.
//
// For verification: with stall_i tied low it is wires. A transfer that was already offered is not
// withdrawn: valid_o, once high, stays high until it is taken.
`default_nettype none

module snn_stream_gate (
  input  wire clk_i,
  input  wire rst_i,
  input  wire stall_i,
  // From the source
  input  wire valid_i,
  output wire ready_o,
  // To the sink
  output wire valid_o,
  input  wire ready_i
);

  reg  offered_q;
  wire open;

  assign open    = ~stall_i | offered_q;
  assign valid_o = valid_i & open;
  assign ready_o = ready_i & open;

  always @(posedge clk_i) begin
    if (rst_i) offered_q <= 1'b0;
    else       offered_q <= valid_o & ~ready_i;
  end

endmodule

`default_nettype wire
