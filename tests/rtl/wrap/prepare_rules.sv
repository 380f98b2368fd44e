// Every legal rule of a neuron side by side: one snn_prepare each, with common inputs. rules_o tells
// the test which they are.
`default_nettype none

module prepare_rules #(
  parameter SumBits      = 5,
  parameter MembraneBits = 4,
  parameter DecayShift   = 3
) (
  input  wire                           clk_i,
  input  wire                           start_i,
  input  wire signed [MembraneBits-1:0] membrane_i,
  input  wire signed [MembraneBits-1:0] threshold_i,
  input  wire        [DecayShift:0]     decay_i,
  input  wire signed [SumBits-1:0]      bias_i,
  output wire [7*18-1:0]                rules_o,
  output wire [18*SumBits-1:0]          sums_o,
  output wire [17:0]                    held_o
);

  `include "neuron_rules.svh"
  assign rules_o = AllRules;

  genvar r;
  generate
    for (r = 0; r < Rules; r = r + 1) begin : gen_rule
      localparam [6:0] Rule = AllRules[7*r +: 7];
      snn_prepare #(
        .SumBits      (SumBits),
        .MembraneBits (MembraneBits),
        .DecayShift   (DecayShift),
        .Spiking      (32'(Rule[0])),
        .ResetSubtract(32'(Rule[1])),
        .ResetZero    (32'(Rule[2])),
        .SameStep     (32'(Rule[3])),
        .Quirk        (32'(Rule[4])),
        .LoseInput    (32'(Rule[5])),
        .ResetOffset  (32'(Rule[6]))
      ) u_prepare (
        .clk_i      (clk_i),
        .start_i    (start_i),
        .spiked_i   (membrane_i > threshold_i),
        .membrane_i (membrane_i),
        .threshold_i(threshold_i),
        .decay_i    (decay_i),
        .bias_i     (bias_i),
        .sum_o      (sums_o[r*SumBits +: SumBits]),
        .held_o     (held_o[r])
      );
    end
  endgenerate

endmodule

`default_nettype wire
