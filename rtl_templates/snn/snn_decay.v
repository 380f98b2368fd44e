// snn_decay: the leak of one membrane, with a register inside. Mirrors decay() in
// compiler/numeric/fixed_point.h.
//
//   d_o = (v_i * multiplier_i + 2^(Shift-1)) >>> Shift     round half up;  v_i * multiplier_i for
//                                                         Shift = 0
//
// Latency: one cycle (the product is registered). 0 <= multiplier_i <= 2^Shift, so d_o fits Width; with
// more MultiplierBits it is what is left modulo 2^Width.
`default_nettype none

module snn_decay #(
  parameter Width = 16,  // bits of the membrane
  parameter Shift = 8,   // k: the decay is multiplier / 2^k, 0..30
  parameter MultiplierBits = Shift + 1
) (
  input  wire                    clk_i,
  input  wire signed [Width-1:0] v_i,
  input  wire [MultiplierBits-1:0] multiplier_i,
  output wire signed [Width-1:0] d_o
);

  localparam ProductBits = Width + MultiplierBits + 1;

  wire signed [ProductBits-1:0] v_wide;
  wire signed [ProductBits-1:0] multiplier_wide;
  reg  signed [ProductBits-1:0] product_q;
  wire signed [ProductBits-1:0] rounded;
  wire signed [ProductBits-1:0] shifted;

  assign v_wide          = {{(ProductBits - Width) {v_i[Width-1]}}, v_i};
  assign multiplier_wide = {{(ProductBits - MultiplierBits) {1'b0}}, multiplier_i};

  always @(posedge clk_i) product_q <= v_wide * multiplier_wide;

  generate
    if (Shift == 0) begin : gen_exact
      assign rounded = product_q;
      assign shifted = rounded;
    end else begin : gen_round
      assign rounded = product_q + {{(ProductBits - Shift) {1'b0}}, 1'b1, {(Shift - 1) {1'b0}}};
      assign shifted = rounded >>> Shift;
    end
  endgenerate

  assign d_o = shifted[Width-1:0];

  wire unused;
  assign unused = &{1'b0, shifted[ProductBits-1:Width]};

endmodule

`default_nettype wire
