// snn_accumulate: adds one event's contribution to the running sum of one neuron, combinational.
//
//   sum_o = sum_i + (event_i ? (weight * value) << FractionBits : 0)      modulo 2^SumBits
//   sum_o = event_i ? max(sum_i, weight) : sum_i                          with MaxInput = 1
//
// The sum wraps; the overflow proof of the compiler chose SumBits so that the sum of a whole step
// fits, hence the order of events and wrapping on the way do not matter.
// WeightBits = 1: the bit is a sign, 0 is +1 and 1 is -1.
`default_nettype none

module snn_accumulate #(
  parameter MaxInput     = 0,   // 1: the weight is a membrane of the source; WeightBits = SumBits
  parameter WeightBits   = 6,   // 1..16
  parameter ValueBits    = 1,   // bits of an event's value, signed; 1 means a binary spike
  parameter FractionBits = 4,   // membrane bits below one weight unit, >= 0
  parameter SumBits      = 16   // >= 1
) (
  input  wire                         event_i,
  input  wire        [WeightBits-1:0] weight_i,
  input  wire signed [ValueBits-1:0]  value_i,
  input  wire        [SumBits-1:0]    sum_i,
  output wire        [SumBits-1:0]    sum_o
);

  generate
    if (MaxInput != 0) begin : gen_max
      wire signed [SumBits-1:0] candidate;
      wire signed [SumBits-1:0] largest;
      assign candidate = weight_i;
      assign largest   = sum_i;
      assign sum_o     = (event_i & (candidate > largest)) ? weight_i : sum_i;
      wire unused;
      assign unused = &{1'b0, value_i};
    end else begin : gen_add
      // Wide enough for every product and for the sum, so that extension is always explicit.
      localparam SignedWeightBits = (WeightBits == 1) ? 2 : WeightBits;
      localparam ProductBits      = SignedWeightBits + ValueBits;
      localparam WideBits         = ProductBits + FractionBits + SumBits;

      wire signed [SignedWeightBits-1:0] weight;
      wire signed [ProductBits-1:0]      product;
      wire        [WideBits-1:0]         wide;
      wire        [SumBits-1:0]          addend;

      if (WeightBits == 1) begin : gen_sign_weight
        assign weight = {weight_i, 1'b1};  // 2'b01 is +1, 2'b11 is -1
      end else begin : gen_weight
        assign weight = weight_i;
      end

      if (ValueBits == 1) begin : gen_spike
        assign product = {{ValueBits{weight[SignedWeightBits-1]}}, weight};
        wire unused;
        assign unused = value_i;
      end else begin : gen_value
        wire signed [ProductBits-1:0] weight_wide;
        wire signed [ProductBits-1:0] value_wide;
        assign weight_wide = {{ValueBits{weight[SignedWeightBits-1]}}, weight};
        assign value_wide  = {{SignedWeightBits{value_i[ValueBits-1]}}, value_i};
        assign product     = weight_wide * value_wide;
      end

      assign wide   = {{(WideBits - ProductBits) {product[ProductBits-1]}}, product} << FractionBits;
      assign addend = wide[SumBits-1:0] & {SumBits{event_i}};
      // The first operand feeds the carries itself: the sum, which comes from a register.
      assign sum_o = sum_i + addend;

      wire unused_wide;
      assign unused_wide = &{1'b0, wide[WideBits-1:SumBits]};
    end
  endgenerate

endmodule

`default_nettype wire
