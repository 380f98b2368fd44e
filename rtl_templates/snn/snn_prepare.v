// snn_prepare: begin of a step for one neuron: the sum before any event of the step. Mirrors
// prepare() in compiler/numeric/neuron.h line for line.
//
//   r    = the neuron spiked in the step before       (delayed resets; that is membrane > threshold)
//   r    = membrane > threshold                       (the quirk: the membrane after its reset)
//   sum  = D(membrane) + bias - (r ? threshold + ResetOffset : 0)     delayed, subtract
//   sum  = D(r ? 0 : membrane) + bias                                 delayed, zero, input kept
//   sum  = D(membrane) + bias, held = r                               input lost, or quirk
//   sum  = D(membrane) + bias                                         otherwise
//   With start_i: the membrane counts as 0 and r as false (first step of a sample).
//
// Latency: one cycle from the inputs to sum_o and held_o.
`default_nettype none

module snn_prepare #(
  parameter SumBits       = 16,  // bits of the step's sum
  parameter MembraneBits  = 16,  // bits of the membrane, <= SumBits
  parameter DecayShift    = 8,   // k
  parameter DecayConstant = 0,   // 1: the decay is Decay, decay_i is not looked at
  parameter [DecayShift:0] Decay = 0,
  parameter Spiking       = 1,
  parameter ResetSubtract = 1,
  parameter ResetZero     = 0,
  parameter SameStep      = 0,
  parameter Quirk         = 0,
  parameter LoseInput     = 0,
  parameter ResetOffset   = 0
) (
  input  wire                           clk_i,
  input  wire                           start_i,
  input  wire                           spiked_i,    // delayed resets
  input  wire signed [MembraneBits-1:0] membrane_i,
  input  wire signed [MembraneBits-1:0] threshold_i,
  input  wire        [DecayShift:0]     decay_i,
  input  wire signed [SumBits-1:0]      bias_i,
  output wire signed [SumBits-1:0]      sum_o,
  output wire                           held_o
);

  localparam Delayed = (Spiking != 0) && (SameStep == 0);
  localparam WideBits = SumBits + 2;  // holds bias and threshold together

  wire                           reset;
  wire                           clear;
  wire signed [MembraneBits-1:0] decayed_from;
  wire signed [MembraneBits-1:0] unused_decayed;
  wire signed [WideBits-1:0]     threshold_wide;
  wire signed [WideBits-1:0]     amount;
  wire signed [WideBits-1:0]     bias_wide;
  wire signed [WideBits-1:0]     offset;
  reg         [SumBits-1:0]      offset_q;

  assign reset = ~start_i & (Delayed ? spiked_i : (Quirk != 0) & (membrane_i > threshold_i));
  assign clear = start_i | (reset & Delayed & (ResetZero != 0) & (LoseInput == 0));

  assign decayed_from   = clear ? {MembraneBits{1'b0}} : membrane_i;
  assign threshold_wide = {{(WideBits - MembraneBits) {threshold_i[MembraneBits-1]}}, threshold_i};
  assign amount         = threshold_wide + ((ResetOffset != 0) ? {{(WideBits - 1) {1'b0}}, 1'b1}
                                                               : {WideBits{1'b0}});
  assign bias_wide      = {{(WideBits - SumBits) {bias_i[SumBits-1]}}, bias_i};
  assign offset = (reset & Delayed & (ResetSubtract != 0)) ? bias_wide - amount : bias_wide;

  snn_decay #(
    .Width     (MembraneBits),
    .Shift     (DecayShift),
    .Constant  (DecayConstant),
    .Multiplier(Decay),
    .SumBits   (SumBits)
  ) u_decay (
    .clk_i       (clk_i),
    .v_i         (decayed_from),
    .multiplier_i(decay_i),
    .addend_i    (offset_q),
    .d_o         (unused_decayed),
    .sum_o       (sum_o)
  );

  always @(posedge clk_i) offset_q <= offset[SumBits-1:0];

  generate
    if ((Quirk != 0) || (LoseInput != 0)) begin : gen_held
      reg held_q;
      always @(posedge clk_i) held_q <= reset;
      assign held_o = held_q;
    end else begin : gen_no_held
      assign held_o = 1'b0;
    end
  endgenerate

  wire unused;
  assign unused = &{1'b0, spiked_i, offset[WideBits-1:SumBits], amount, unused_decayed};

endmodule

`default_nettype wire
