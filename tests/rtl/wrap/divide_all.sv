// snn_divide side by side: Count divisors First, First + Step, ... of one dividend. What the divisors
// are, divisors_o tells the test.
`default_nettype none

module divide_all #(
  parameter DividendBits = 8,
  parameter First        = 1,
  parameter Step         = 1,
  parameter Count        = 4
) (
  input  wire [DividendBits-1:0] dividend_i,
  output wire [32*Count-1:0]     divisors_o,
  output wire [32*Count-1:0]     quotients_o,
  output wire [32*Count-1:0]     remainders_o
);

  genvar d;
  generate
    for (d = 0; d < Count; d = d + 1) begin : gen_divisor
      localparam Divisor       = First + d * Step;
      localparam QuotientBits  = $clog2((1 << DividendBits) / Divisor + 1);
      localparam RemainderBits = (Divisor > 1) ? $clog2(Divisor) : 1;
      wire [QuotientBits-1:0]  quotient;
      wire [RemainderBits-1:0] remainder;
      snn_divide #(
        .DividendBits (DividendBits),
        .Divisor      (Divisor),
        .QuotientBits (QuotientBits),
        .RemainderBits(RemainderBits)
      ) u_divide (
        .dividend_i (dividend_i),
        .quotient_o (quotient),
        .remainder_o(remainder)
      );
      assign divisors_o[32*d +: 32]   = Divisor;
      assign quotients_o[32*d +: 32]  = 32'(quotient);
      assign remainders_o[32*d +: 32] = 32'(remainder);
    end
  endgenerate

endmodule

`default_nettype wire
