// snn_stream_join: several valid/ready streams that are transferred together: the joint transfer is
// offered when each has one to give, and taken from all of them in the same cycle.
//
// Timing: combinational.
`default_nettype none

module snn_stream_join #(
  parameter Streams = 2  // >= 1
) (
  // From the sources
  input  wire [Streams-1:0] valid_i,
  output wire [Streams-1:0] ready_o,
  // To the taker
  output wire               valid_o,
  input  wire               ready_i
);

  assign valid_o = &valid_i;
  assign ready_o = {Streams{valid_o & ready_i}};

endmodule

`default_nettype wire
