// snn_step_gate: holds a step credit back while stall_i is high.
//
// For verification: with stall_i tied low it is a wire. A credit is a level that the engine samples
// once, so it may come and go.
`default_nettype none

module snn_step_gate (
  input  wire stall_i,
  input  wire ready_i,
  output wire ready_o
);

  assign ready_o = ready_i & ~stall_i;

endmodule

`default_nettype wire
