// snn_tap_merge: the taps of several projections into one population, one projection after another:
// all taps of the first one's step, then all of the second one's, and so on. The last tap of the last
// one ends the step.
//
// The first projection knows the end of a sample; the others take it from there. turn_o says whose
// step is being passed on. The first StaticStreams of them come from a static input, and their taps
// are marked.
// Timing: combinational; the turn changes in the cycle after the last tap of a step was taken.
`default_nettype none

module snn_tap_merge #(
  parameter Streams    = 2,  // >= 2
  parameter StaticStreams = 0,
  parameter GroupBits  = 4,
  parameter ValueBits  = 1,  // signed where it exceeds 1
  parameter WeightsWidth = 6  // Lanes * WeightBits
) (
  input  wire                             clk_i,
  input  wire                             rst_i,
  // Taps in, stream 0 lowest
  input  wire [Streams-1:0]               tap_valid_i,
  output wire [Streams-1:0]               tap_ready_o,
  input  wire [Streams-1:0]               tap_event_i,
  input  wire [Streams-1:0]               tap_new_i,
  input  wire [Streams-1:0]               tap_step_last_i,
  input  wire                             tap_sample_last_i,  // of stream 0
  input  wire [Streams*GroupBits-1:0]     tap_group_i,
  input  wire [Streams*ValueBits-1:0]     tap_value_i,
  input  wire [Streams*WeightsWidth-1:0]  weights_i,          // each a cycle after its tap was taken
  output wire [Streams-1:0]               turn_o,
  // Taps out
  output wire                             tap_valid_o,
  input  wire                             tap_ready_i,
  output wire                             tap_event_o,
  output wire                             tap_new_o,
  output wire                             tap_step_last_o,
  output wire                             tap_sample_last_o,
  output wire                             tap_static_o,
  output wire [GroupBits-1:0]             tap_group_o,
  output wire [ValueBits-1:0]             tap_value_o,
  output wire [WeightsWidth-1:0]          weights_o
);

  localparam [Streams-1:0] StaticMask = (1 << StaticStreams) - 1;

  reg  [Streams-1:0] turn_q;         // one-hot
  reg  [Streams-1:0] taken_q;        // whose tap was taken a cycle ago
  reg                sample_last_q;

  wire take;
  wire stream_done;

  assign take        = tap_valid_o & tap_ready_i;
  assign stream_done = take & |(tap_step_last_i & turn_q);

  always @(posedge clk_i) begin
    if (rst_i) turn_q <= {{(Streams - 1) {1'b0}}, 1'b1};
    else if (stream_done) turn_q <= {turn_q[Streams-2:0], turn_q[Streams-1]};
    taken_q <= turn_q;
    if (stream_done & turn_q[0]) sample_last_q <= tap_sample_last_i;
  end

  // One-hot multiplexers: an OR over what the turn lets through.
  reg [GroupBits-1:0]    group;
  reg [ValueBits-1:0]    value;
  reg [WeightsWidth-1:0] weights;

  integer s;
  always @* begin
    group   = {GroupBits{1'b0}};
    value   = {ValueBits{1'b0}};
    weights = {WeightsWidth{1'b0}};
    for (s = 0; s < Streams; s = s + 1) begin
      group   = group | (tap_group_i[s*GroupBits +: GroupBits] & {GroupBits{turn_q[s]}});
      value   = value | (tap_value_i[s*ValueBits +: ValueBits] & {ValueBits{turn_q[s]}});
      weights = weights | (weights_i[s*WeightsWidth +: WeightsWidth] & {WeightsWidth{taken_q[s]}});
    end
  end

  assign tap_ready_o       = turn_q & {Streams{tap_ready_i}};
  assign turn_o            = turn_q;
  assign tap_valid_o       = |(tap_valid_i & turn_q);
  assign tap_event_o       = |(tap_event_i & turn_q);
  assign tap_new_o         = |(tap_new_i & turn_q);
  assign tap_step_last_o   = tap_step_last_i[Streams-1] & turn_q[Streams-1];
  assign tap_sample_last_o = sample_last_q;
  assign tap_static_o      = |(turn_q & StaticMask);
  assign tap_group_o       = group;
  assign tap_value_o       = value;
  assign weights_o         = weights;

endmodule

`default_nettype wire
