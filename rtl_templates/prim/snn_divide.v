// snn_divide: quotient and remainder by a constant, combinational, without a divider: by slicing
// where the divisor is a power of two, else by a multiplication with its reciprocal.
//
//   quotient = (dividend * M) >> S   with   S = DividendBits + clog2(Divisor),  M = ceil(2^S / Divisor)
//
// Exact for every dividend of DividendBits bits: M * Divisor exceeds 2^S by less than Divisor, hence
// the product exceeds dividend * 2^S / Divisor by less than 2^S / Divisor.
`default_nettype none

module snn_divide #(
  parameter DividendBits  = 8,  // 1..28
  parameter Divisor       = 3,  // 1..2^DividendBits
  parameter QuotientBits  = 8,  // >= bits of the largest quotient
  parameter RemainderBits = 2   // >= max(1, clog2(Divisor))
) (
  input  wire [DividendBits-1:0]  dividend_i,
  output wire [QuotientBits-1:0]  quotient_o,
  output wire [RemainderBits-1:0] remainder_o
);

  function [63:0] widened;
    input integer value;
    integer       i;
    begin
      widened = 64'd0;
      for (i = 0; i < 31; i = i + 1) begin
        if (((value >> i) & 1) != 0) widened[i] = 1'b1;
      end
    end
  endfunction

  localparam DivisorBits = (Divisor > 1) ? $clog2(Divisor) : 0;
  localparam Shift       = DividendBits + DivisorBits;
  localparam [63:0] One        = 64'd1;
  localparam [63:0] DivisorWide = widened(Divisor);
  localparam [63:0] Multiplier = ((One << Shift) + DivisorWide - 64'd1) / DivisorWide;

  wire [63:0] dividend;
  wire [63:0] quotient;
  wire [63:0] remainder;

  assign dividend = {{(64 - DividendBits) {1'b0}}, dividend_i};

  generate
    if ((One << DivisorBits) == DivisorWide) begin : gen_slice
      assign quotient  = dividend >> DivisorBits;
      assign remainder = dividend & (DivisorWide - 64'd1);
    end else begin : gen_multiply
      assign quotient  = (dividend * Multiplier) >> Shift;
      assign remainder = dividend - quotient * DivisorWide;
    end
  endgenerate

  assign quotient_o  = quotient[QuotientBits-1:0];
  assign remainder_o = remainder[RemainderBits-1:0];

  wire unused;
  assign unused = &{1'b0, quotient, remainder};

endmodule

`default_nettype wire
