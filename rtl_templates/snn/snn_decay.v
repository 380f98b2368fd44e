// snn_decay: the leak of one membrane, with a register inside. Mirrors decay() in
// compiler/numeric/fixed_point.h.
//
//   d_o   = (v_i * m + 2^(Shift-1)) >>> Shift     round half up;  v_i * m for Shift = 0
//   sum_o = d_o + addend_i                        modulo 2^SumBits, in one adder: what rounds up is
//                                                 the carry into it
//
// m is multiplier_i, or, with Constant = 1, Multiplier: then the product is a chain of additions and
// subtractions, one for each digit of the non-adjacent form of m but the first (the fewest signed
// powers of two that sum up to m). multiplier_i is not looked at then.
//
// Latency: one cycle (the product is registered). 0 <= m <= 2^Shift, so d_o fits Width; with more
// MultiplierBits it is what is left modulo 2^Width.
`default_nettype none

module snn_decay #(
  parameter           Width      = 16,  // bits of the membrane
  parameter           Shift      = 8,   // k: the decay is m / 2^k, 0..30
  parameter           MultiplierBits = Shift + 1,  // of multiplier_i
  parameter           Constant   = 0,   // with MultiplierBits = Shift + 1
  parameter [Shift:0] Multiplier = 0,
  parameter           SumBits    = Width
) (
  input  wire                    clk_i,
  input  wire signed [Width-1:0] v_i,
  input  wire [MultiplierBits-1:0] multiplier_i,
  input  wire [SumBits-1:0]      addend_i,      // a cycle after v_i
  output wire signed [Width-1:0] d_o,
  output wire [SumBits-1:0]      sum_o
);

  localparam ProductBits = Width + MultiplierBits + 1;

  wire        [ProductBits-1:0] product;
  reg  signed [ProductBits-1:0] product_q;
  wire signed [ProductBits-1:0] down;       // rounded down
  wire                          up;         // one more
  wire        [SumBits-1:0]     down_wide;
  wire        [SumBits:0]       sum;

  always @(posedge clk_i) product_q <= product;

  generate
    if (Constant != 0) begin : gen_digits
      // Digit i of the non-adjacent form of m is bit i + 1 of 3 m less bit i + 1 of m.
      localparam [Shift+2:0] One    = {2'b00, Multiplier};
      localparam [Shift+2:0] Three  = One + (One << 1);
      localparam [Shift+2:0] Plus   = (Three & ~One) >> 1;
      localparam [Shift+2:0] Minus  = (One & ~Three) >> 1;

      genvar i;
      for (i = 0; i <= Shift + 1; i = i + 1) begin : gen_digit
        localparam [Shift+2:0] Below = (Plus | Minus) & (({{(Shift + 2) {1'b0}}, 1'b1} << i) - 1'b1);
        wire [ProductBits-1:0]   lower;  // the digits below
        wire [ProductBits-1:0]   upto;   // with this one
        wire [ProductBits-i-1:0] v_wide;

        assign v_wide = {{(ProductBits - i - Width) {v_i[Width-1]}}, v_i};
        if (i == 0) begin : gen_none
          assign lower = {ProductBits{1'b0}};
        end else begin : gen_lower
          assign lower = gen_digit[i-1].upto;
        end

        if ((Plus[i] == 1'b0) && (Minus[i] == 1'b0)) begin : gen_zero
          assign upto = lower;
          wire unused_zero;
          assign unused_zero = &{1'b0, v_wide};
        end else begin : gen_add
          // The low bits stay: nothing is added to them.
          wire [ProductBits-i-1:0] top;
          if ((Plus[i] == 1'b1) && (Below == 0)) begin : gen_first
            assign top = v_wide;
          end else if (Plus[i] == 1'b1) begin : gen_plus
            assign top = lower[ProductBits-1:i] + v_wide;
          end else begin : gen_minus
            assign top = lower[ProductBits-1:i] - v_wide;
          end
          if (i == 0) begin : gen_whole
            assign upto = top;
            wire unused_none;
            assign unused_none = &{1'b0, lower};
          end else begin : gen_low
            assign upto = {top, lower[i-1:0]};
            wire unused_top;
            assign unused_top = &{1'b0, lower};
          end
        end
      end
      assign product = gen_digit[Shift+1].upto;
      wire unused_multiplier;
      assign unused_multiplier = &{1'b0, multiplier_i, One};
    end else begin : gen_multiplier
      wire signed [ProductBits-1:0] v_wide;
      wire signed [ProductBits-1:0] multiplier_wide;
      assign v_wide          = {{(ProductBits - Width) {v_i[Width-1]}}, v_i};
      assign multiplier_wide = {{(ProductBits - MultiplierBits) {1'b0}}, multiplier_i};
      assign product         = v_wide * multiplier_wide;
    end

    if (Shift == 0) begin : gen_exact
      assign up = 1'b0;
    end else begin : gen_round
      assign up = product_q[Shift-1];
    end

    if (SumBits > ProductBits) begin : gen_extend
      assign down_wide = {{(SumBits - ProductBits) {down[ProductBits-1]}}, down};
    end else begin : gen_cut
      assign down_wide = down[SumBits-1:0];
    end
  endgenerate

  assign down  = product_q >>> Shift;
  assign d_o   = down[Width-1:0] + {{(Width - 1) {1'b0}}, up};
  assign sum   = {down_wide, 1'b1} + {addend_i, up};
  assign sum_o = sum[SumBits:1];

  wire unused;
  assign unused = &{1'b0, down, sum[0]};

endmodule

`default_nettype wire
