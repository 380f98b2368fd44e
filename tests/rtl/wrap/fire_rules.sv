// Every legal rule of a neuron side by side: one snn_fire each, with common inputs. rules_o tells the
// test which they are.
`default_nettype none

module fire_rules #(
  parameter SumBits      = 5,
  parameter MembraneBits = 4
) (
  input  wire signed [SumBits-1:0]      sum_i,
  input  wire                           held_i,
  input  wire signed [MembraneBits-1:0] threshold_i,
  input  wire signed [MembraneBits-1:0] reset_value_i,
  output wire [7*18-1:0]                rules_o,
  output wire [17:0]                    spikes_o,
  output wire [18*MembraneBits-1:0]     membranes_o,
  output wire [17:0]                    saturated_o
);

  `include "neuron_rules.svh"
  assign rules_o = AllRules;

  genvar r;
  generate
    for (r = 0; r < Rules; r = r + 1) begin : gen_rule
      localparam [6:0] Rule = AllRules[7*r +: 7];
      wire value;
      snn_fire #(
        .SumBits      (SumBits),
        .MembraneBits (MembraneBits),
        .Spiking      (32'(Rule[0])),
        .ResetSubtract(32'(Rule[1])),
        .ResetZero    (32'(Rule[2])),
        .SameStep     (32'(Rule[3])),
        .Quirk        (32'(Rule[4])),
        .LoseInput    (32'(Rule[5])),
        .ResetOffset  (32'(Rule[6]))
      ) u_fire (
        .sum_i        (sum_i),
        .held_i       (held_i),
        .threshold_i  (threshold_i),
        .reset_value_i(reset_value_i),
        .spike_o      (spikes_o[r]),
        .membrane_o   (membranes_o[r*MembraneBits +: MembraneBits]),
        .saturated_o  (saturated_o[r]),
        .value_o      (value)
      );
      wire unused_value;
      assign unused_value = value;
    end
  endgenerate

endmodule

`default_nettype wire
