// snn_fire: end of a step for one neuron, combinational. Mirrors fire() in
// compiler/numeric/neuron.h line for line.
//
//   m        = saturate(sum)                        wires where MembraneBits = SumBits
//   m        = 0 where held and the reset loses the input of its step
//   compared = m - (held ? threshold + ResetOffset : 0)      snnTorch's same-step quirk only
//   spike    = compared > threshold
//   membrane = m, or, with a reset in the same step and a spike, m after the reset
//
// The event of a neuron (spike_o) carries value_o:
//   MaxSpikes = 1  1
//   MaxSpikes > 1  how often the membrane passes the threshold and is reset in this step, at most
//                  MaxSpikes times. No divider: halves of the spikes that are left are taken where
//                  the membrane has them, the larger first, a subtraction each. What is beyond
//                  MaxSpikes stays, and counts as a saturation.
//   Spiking = 0    with EventBits > 1 the membrane, in units of 2^ValueShift, rounded half up and
//                  clamped to EventBits; 0 is no event.
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
  parameter ResetOffset  = 0,   // 0 or 1: subtract threshold + ResetOffset
  parameter MaxSpikes    = 1,   // above 1: SameStep, no Quirk
  parameter EventBits    = 1,   // of an event's value; 1: there is none
  parameter ValueShift   = 0
) (
  input  wire signed [SumBits-1:0]      sum_i,
  input  wire                           held_i,
  input  wire signed [MembraneBits-1:0] threshold_i,
  input  wire signed [MembraneBits-1:0] reset_value_i,
  output wire                           spike_o,
  output wire signed [MembraneBits-1:0] membrane_o,
  output wire                           saturated_o,
  output wire        [EventBits-1:0]    value_o
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
  wire signed [MembraneBits-1:0] left;     // after the spikes of this step
  wire                           clipped;  // of the event's value

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
  assign saturated_o    = (overflow & ~lost) | clipped;
  assign threshold_wide = {threshold_i[MembraneBits-1], threshold_i};
  assign amount         = threshold_wide + ((ResetOffset != 0) ? {{(AmountBits - 1) {1'b0}}, 1'b1}
                                                               : {AmountBits{1'b0}});
  assign m_wide         = {{2{m[MembraneBits-1]}}, m};
  assign subtracted     = m_wide - {amount[AmountBits-1], amount};
  assign compared       = ((Quirk != 0) & held_i) ? subtracted : m_wide;
  assign limit          = {threshold_wide[AmountBits-1], threshold_wide};

  // ---------------------------------------------------------------- the event
  generate
    if (MaxSpikes > 1) begin : gen_count
      localparam CountBits = $clog2(MaxSpikes + 1);
      localparam WideBits  = AmountBits + CountBits + 1;

      wire signed [WideBits-1:0]       amount_wide;
      wire [CountBits*WideBits-1:0]    steps;  // what the spikes of each half take away
      assign amount_wide = {{(WideBits - AmountBits) {amount[AmountBits-1]}}, amount};

      genvar i;
      for (i = 0; i < CountBits; i = i + 1) begin : gen_half
        localparam [31:0]         TakeWide = ((MaxSpikes >> i) + 1) / 2;
        localparam [WideBits-1:0] Take     = {{(WideBits - CountBits) {1'b0}},
                                              TakeWide[CountBits-1:0]};
        assign steps[i*WideBits +: WideBits] = amount_wide * $signed(Take);
      end

      reg signed [WideBits-1:0] rest;
      reg signed [WideBits-1:0] after;
      reg [31:0]                count;
      integer                   k;
      always @* begin
        rest  = {{(WideBits - MembraneBits) {m[MembraneBits-1]}}, m};
        count = 32'd0;
        for (k = 0; k < CountBits; k = k + 1) begin
          after = rest - $signed(steps[k*WideBits +: WideBits]);
          if (~after[WideBits-1] & ((ResetOffset != 0) | (|after))) begin
            rest  = after;
            count = count + (((MaxSpikes >> k) + 1) / 2);
          end
        end
      end

      wire signed [WideBits-1:0] limit_wide;
      assign limit_wide = {{(WideBits - AmountBits - 1) {limit[AmountBits]}}, limit};
      assign clipped    = (rest > limit_wide);
      assign left       = rest[MembraneBits-1:0];
      assign value_o    = count[EventBits-1:0];
      assign spike_o    = (compared > limit);
      wire unused_count;
      assign unused_count = &{1'b0, count, rest};
    end else if (EventBits > 1) begin : gen_membrane
      localparam WideBits = MembraneBits + EventBits + ValueShift + 1;
      localparam [WideBits-1:0] One  = {{(WideBits - 1) {1'b0}}, 1'b1};
      localparam [WideBits-1:0] Half = (ValueShift > 0) ? (One << ValueShift) >> 1
                                                        : {WideBits{1'b0}};
      wire signed [WideBits-1:0]         sum;
      wire signed [WideBits-1:0]         graded;
      wire        [WideBits-EventBits:0] top;
      assign sum     = {{(WideBits - MembraneBits) {m[MembraneBits-1]}}, m} + Half;
      assign graded  = sum >>> ValueShift;
      assign top     = graded[WideBits-1:EventBits-1];
      assign clipped = (|top) & ~(&top);
      assign value_o = clipped ? {graded[WideBits-1], {(EventBits - 1) {~graded[WideBits-1]}}}
                               : graded[EventBits-1:0];
      assign spike_o = |value_o;
      assign left    = m;
      wire unused_limit;
      assign unused_limit = &{1'b0, compared > limit};
    end else begin : gen_spike
      assign clipped = 1'b0;
      assign spike_o = (Spiking != 0) & (compared > limit);
      assign value_o = spike_o;
      assign left    = subtracted[MembraneBits-1:0];
    end
  endgenerate

  generate
    if ((SameStep != 0) && (ResetSubtract != 0)) begin : gen_subtract
      assign membrane_o = spike_o ? left : m;
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
  assign unused = &{1'b0, held_i, left, subtracted};

endmodule

`default_nettype wire
