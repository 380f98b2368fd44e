// snn_fire: end of a step for one neuron, combinational. Mirrors fire() in
// compiler/numeric/neuron.h line for line.
//
//   m        = saturate(sum)                        wires where MembraneBits = SumBits
//   m        = 0 where held and the reset loses the input of its step
//   compared = m - (held ? threshold + ResetOffset : 0)      snnTorch's same-step quirk only
//   spike    = compared > threshold
//   membrane = m, or, with a reset in the same step and a spike, m after the reset
`default_nettype none

module snn_fire #(
  parameter SumBits      = 16,  // bits of the step's sum
  parameter MembraneBits = 16,  // bits of the membrane, <= SumBits; less saturates
  parameter Spiking      = 1,   // 0: never spikes (a leaky integrator)
  parameter ResetSubtract = 1,  // 1: by subtraction
  parameter ResetZero    = 0,   // 1: to a value; neither: no reset
  parameter SameStep     = 0,   // 1: the reset lands in the step of the spike
  parameter Quirk        = 0,   // 1: snnTorch's reset_delay=False with subtraction (uses held_i)
  parameter LoseInput    = 0,   // 1: a delayed reset to zero loses its step's input (uses held_i)
  parameter ResetOffset  = 0    // 0 or 1: subtract threshold + ResetOffset
) (
  input  wire signed [SumBits-1:0]      sum_i,
  input  wire                           held_i,
  input  wire signed [MembraneBits-1:0] threshold_i,
  input  wire signed [MembraneBits-1:0] reset_value_i,
  output wire                           spike_o,
  output wire signed [MembraneBits-1:0] membrane_o,
  output wire                           saturated_o
);

  localparam AmountBits = MembraneBits + 1;  // threshold + 1 may need one bit more

  wire signed [MembraneBits-1:0] clamped;
  wire                           overflow;
  wire                           lost;
  wire signed [MembraneBits-1:0] m;
  wire signed [AmountBits-1:0]   threshold_wide;
  wire signed [AmountBits-1:0]   amount;
  wire signed [AmountBits:0]     compared;
  wire signed [AmountBits:0]     limit;  // a concatenation is unsigned: the comparison needs this
  wire signed [AmountBits:0]     m_wide;
  wire signed [AmountBits:0]     subtracted;

  generate
    if (MembraneBits < SumBits) begin : gen_saturate
      wire [SumBits-MembraneBits:0] top;
      assign top      = sum_i[SumBits-1:MembraneBits-1];
      assign overflow = (|top) & ~(&top);
      assign clamped  = overflow ? {sum_i[SumBits-1], {(MembraneBits - 1) {~sum_i[SumBits-1]}}}
                                 : sum_i[MembraneBits-1:0];
    end else begin : gen_exact
      assign overflow = 1'b0;
      assign clamped  = sum_i;
    end
  endgenerate

  assign lost           = (LoseInput != 0) & held_i;
  assign m              = lost ? {MembraneBits{1'b0}} : clamped;
  assign saturated_o    = overflow & ~lost;
  assign threshold_wide = {threshold_i[MembraneBits-1], threshold_i};
  assign amount         = threshold_wide + ((ResetOffset != 0) ? {{(AmountBits - 1) {1'b0}}, 1'b1}
                                                               : {AmountBits{1'b0}});
  assign m_wide         = {{2{m[MembraneBits-1]}}, m};
  assign subtracted     = m_wide - {amount[AmountBits-1], amount};
  assign compared       = ((Quirk != 0) & held_i) ? subtracted : m_wide;
  assign limit          = {threshold_wide[AmountBits-1], threshold_wide};
  assign spike_o        = (Spiking != 0) &
                          (compared > limit);

  generate
    if ((SameStep != 0) && (ResetSubtract != 0)) begin : gen_subtract
      assign membrane_o = spike_o ? subtracted[MembraneBits-1:0] : m;
      wire unused_value;
      assign unused_value = &{1'b0, reset_value_i, subtracted[AmountBits:MembraneBits]};
    end else if ((SameStep != 0) && (ResetZero != 0)) begin : gen_zero
      assign membrane_o = spike_o ? reset_value_i : m;
      wire unused_subtracted;
      assign unused_subtracted = &{1'b0, subtracted};
    end else begin : gen_delayed
      assign membrane_o = m;
      wire unused_value;
      assign unused_value = &{1'b0, reset_value_i, subtracted};
    end
  endgenerate

  wire unused;
  assign unused = held_i;

endmodule

`default_nettype wire
