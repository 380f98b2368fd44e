// snn_input_slice: from the stream of all inputs the beats of one: its addresses are First ..
// First + Count - 1 there, and 0 .. Count - 1 here. A beat of another input is dropped, unless it
// ends a step: then it goes on without its event.
//
// Timing: combinational; a dropped beat is taken at once.
`default_nettype none

module snn_input_slice #(
  parameter AddrBits  = 8,  // of the stream of all inputs
  parameter First     = 0,
  parameter Count     = 4,  // >= 1
  parameter SliceBits = 2   // >= max(1, clog2(Count)), <= AddrBits
) (
  // All inputs
  input  wire                 beat_valid_i,
  output wire                 beat_ready_o,
  input  wire                 beat_event_i,
  input  wire                 beat_step_last_i,
  input  wire [AddrBits-1:0]  beat_addr_i,
  // One of them; what is not here is taken from the stream as it is
  output wire                 slice_valid_o,
  input  wire                 slice_ready_i,
  output wire                 slice_event_o,
  output wire [SliceBits-1:0] slice_addr_o
);

  wire [31:0] addr;    // counted from First; below it a number far above Count
  wire        wanted;

  assign addr          = {{(32 - AddrBits) {1'b0}}, beat_addr_i} - First;
  assign slice_event_o = beat_event_i & (addr < Count);
  assign slice_addr_o  = addr[SliceBits-1:0];

  assign wanted        = slice_event_o | beat_step_last_i;
  assign slice_valid_o = beat_valid_i & wanted;
  assign beat_ready_o  = slice_ready_i | ~wanted;

endmodule

`default_nettype wire
