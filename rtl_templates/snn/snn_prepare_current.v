// snn_prepare_current: begin of a step for the current of one neuron: the sum before any event of
// the step. Mirrors prepare() in compiler/numeric/neuron.h.
//
//   decayed_o = D(current)            0 with start_i (first step of a sample)
//   sum_o     = decayed_o + bias
//
// Latency: one cycle from the inputs to the outputs.
`default_nettype none

module snn_prepare_current #(
  parameter CurrentBits = 16,
  parameter DecayShift  = 8,   // k of the current's own decay
  parameter DecayConstant = 0,  // 1: the decay is Decay, decay_i is not looked at
  parameter [DecayShift:0] Decay = 0
) (
  input  wire                          clk_i,
  input  wire                          start_i,
  input  wire signed [CurrentBits-1:0] current_i,
  input  wire        [DecayShift:0]    decay_i,
  input  wire signed [CurrentBits-1:0] bias_i,
  output wire signed [CurrentBits-1:0] decayed_o,
  output wire signed [CurrentBits-1:0] sum_o
);

  reg signed [CurrentBits-1:0] bias_q;

  snn_decay #(
    .Width     (CurrentBits),
    .Shift     (DecayShift),
    .Constant  (DecayConstant),
    .Multiplier(Decay)
  ) u_decay (
    .clk_i       (clk_i),
    .v_i         (start_i ? {CurrentBits{1'b0}} : current_i),
    .multiplier_i(decay_i),
    .addend_i    (bias_q),
    .d_o         (decayed_o),
    .sum_o       (sum_o)
  );

  always @(posedge clk_i) bias_q <= bias_i;

endmodule

`default_nettype wire
