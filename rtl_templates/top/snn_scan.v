// snn_scan: all ports of a design behind five pins, for a design that has more ports than a package
// has pins: to place and route it, or to drive it slowly.
//
// A shift register feeds the inputs, another takes the outputs. While scan_en_i is high both shift
// by one bit a cycle, highest bit first: scan_i goes into the inputs, scan_o shows the outputs.
// A cycle with scan_en_i low is one cycle of the design: the inputs are applied and the outputs of
// that cycle are taken. While scanning, the inputs of Gated are low, so that no handshake happens.
// scan_en_i and scan_i pass a register each: what they do comes a cycle later.
`default_nettype none

module snn_scan #(
  parameter              InBits  = 2,             // inputs of the design, >= 2
  parameter              OutBits = 2,             // outputs of the design, >= 2
  parameter [InBits-1:0] Gated   = {InBits{1'b0}} // inputs that are low while scanning
) (
  input  wire               clk_i,
  // Pins
  input  wire               scan_en_i,
  input  wire               scan_i,
  output wire               scan_o,
  // The design
  output wire [InBits-1:0]  inputs_o,
  input  wire [OutBits-1:0] outputs_i
);

  reg               en_q;
  reg               bit_q;
  reg [InBits-1:0]  in_q;
  reg [OutBits-1:0] out_q;

  assign inputs_o = in_q & ~(Gated & {InBits{en_q}});
  assign scan_o   = out_q[OutBits-1];

  always @(posedge clk_i) begin
    en_q  <= scan_en_i;
    bit_q <= scan_i;
    if (en_q) in_q <= {in_q[InBits-2:0], bit_q};
    out_q <= en_q ? {out_q[OutBits-2:0], 1'b0} : outputs_i;
  end

endmodule

`default_nettype wire
