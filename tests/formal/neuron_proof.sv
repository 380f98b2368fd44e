// snn_lane against the table of docs/arithmetic.md, for every rule and every input at small widths:
// from the membrane V after one step, through prepare, an event and fire, to the next one's.
//
// Two lanes in a row: the first is in the last step (M, F, D, W), its prepared sum goes into the
// second (M, F). The equations are written with numbers that are wide enough for everything; that
// the finished sum fits SumBits is the one thing assumed, it is what the compiler proves.
// Membranes are one bit narrower than sums where MembraneBits < SumBits: those saturate.
module neuron_proof #(
  parameter SumBits      = 5,
  parameter MembraneBits = 5,
  parameter WeightBits   = 2,
  parameter ValueBits    = 2,
  parameter FractionBits = 1,
  parameter DecayShift   = 2,
  parameter Rule         = 0   // of neuron_rules.svh
) (
  input wire                           clk_i,
  input wire                           start_i,
  input wire signed [SumBits-1:0]      last_sum_i,
  input wire                           last_held_i,
  input wire                           event_i,
  input wire        [WeightBits-1:0]   weight_i,
  input wire signed [ValueBits-1:0]    value_i
);

`include "neuron_rules.svh"

  // The parameters of the neuron: any, and the same all the time.
  (* anyconst *) reg signed [MembraneBits-1:0] threshold;
  (* anyconst *) reg signed [MembraneBits-1:0] reset_value;
  (* anyconst *) reg        [DecayShift:0]     decay;
  (* anyconst *) reg signed [SumBits-1:0]      bias;
  always @* assume (threshold >= 0 && decay <= (1 << DecayShift));

  // How many cycles there have been, up to those of the way through.
  reg [2:0] cycles_q = 3'd0;
  always @(posedge clk_i) if (cycles_q != 3'd5) cycles_q <= cycles_q + 3'd1;

  wire signed [31:0] theta = threshold;
  wire signed [31:0] b     = bias;
  wire signed [31:0] m     = {1'b0, decay};
  wire signed [31:0] top   = (1 << (MembraneBits - 1)) - 1;
  wire signed [31:0] low   = -(1 << (MembraneBits - 1));
  localparam signed [31:0] Half = (DecayShift > 0) ? (1 << DecayShift) / 2 : 0;

  // start_i belongs to D, two cycles after the last step's sum; the event to the second lane's M.
  reg               start_q;
  reg signed [31:0] a_q;  // A of the contract
  wire signed [31:0] w = (WeightBits == 1) ? (weight_i[0] ? -1 : 1) : $signed(weight_i);
  wire signed [31:0] x = (ValueBits == 1) ? 1 : value_i;
  always @(posedge clk_i) begin
    start_q <= start_i;
    a_q     <= event_i ? (w * x) <<< FractionBits : 0;
  end
  reg start_qq;
  always @(posedge clk_i) start_qq <= start_q;

  genvar rule;
  generate
    for (rule = Rule; rule <= Rule; rule = rule + 1) begin : gen_rule
      localparam [6:0] Switches = AllRules[7*rule +: 7];
      localparam Spiking   = Switches[0];
      localparam Subtract  = Switches[1];
      localparam Zero      = Switches[2];
      localparam SameStep  = Switches[3];
      localparam Quirk     = Switches[4];
      localparam LoseInput = Switches[5];
      localparam Offset    = Switches[6];
      localparam signed [31:0] More = Offset ? 1 : 0;

      wire signed [MembraneBits-1:0] last_membrane;
      wire        [SumBits-1:0]      prepared;
      wire                           held;
      wire                           spike;
      wire signed [MembraneBits-1:0] membrane;
      wire                           saturated;

      snn_lane #(
        .WeightBits(WeightBits), .ValueBits(ValueBits), .FractionBits(FractionBits),
        .AccBits(SumBits), .SumBits(SumBits), .MembraneBits(MembraneBits), .DecayShift(DecayShift),
        .CurrentDecayShift(0), .Spiking(Spiking), .ResetSubtract(Subtract), .ResetZero(Zero),
        .SameStep(SameStep), .Quirk(Quirk), .LoseInput(LoseInput), .ResetOffset(Offset)
      ) u_last (
        .clk_i(clk_i), .event_i(1'b0), .weight_i({WeightBits{1'b0}}), .value_i({ValueBits{1'b0}}),
        .sum_i(last_sum_i), .rest_i(1'b0), .held_i(last_held_i), .threshold_i(threshold),
        .reset_value_i(reset_value), .decay_i(decay), .bias_i(bias), .current_decay_i(1'b0),
        .current_bias_i({SumBits{1'b0}}), .membrane_o(last_membrane), .start_i(start_i),
        .prepared_o(prepared), .prepared_held_o(held)
      );
      snn_lane #(
        .WeightBits(WeightBits), .ValueBits(ValueBits), .FractionBits(FractionBits),
        .AccBits(SumBits), .SumBits(SumBits), .MembraneBits(MembraneBits), .DecayShift(DecayShift),
        .CurrentDecayShift(0), .Spiking(Spiking), .ResetSubtract(Subtract), .ResetZero(Zero),
        .SameStep(SameStep), .Quirk(Quirk), .LoseInput(LoseInput), .ResetOffset(Offset)
      ) u_next (
        .clk_i(clk_i), .event_i(event_i), .weight_i(weight_i), .value_i(value_i), .sum_i(prepared),
        .rest_i(1'b0), .held_i(held), .threshold_i(threshold), .reset_value_i(reset_value),
        .decay_i(decay), .bias_i(bias), .current_decay_i(1'b0), .current_bias_i({SumBits{1'b0}}),
        .start_i(1'b0), .spike_o(spike), .membrane_o(membrane), .saturated_o(saturated)
      );

      // V of the last step, three cycles ago: F, D, W of the first lane, F of the second.
      reg signed [31:0] v_d_q;
      reg signed [31:0] v_w_q;
      reg signed [31:0] v_q;
      always @(posedge clk_i) begin
        v_d_q <= last_membrane;
        v_w_q <= v_d_q;
        v_q   <= v_w_q;
      end

      // The contract.
      wire signed [31:0] v     = start_qq ? 0 : v_q;
      wire               r     = !start_qq && v_q > theta;
      wire signed [31:0] d     = (v * m + Half) >>> DecayShift;
      wire               lose  = Spiking && Zero && !SameStep && LoseInput && r;
      wire signed [31:0] base  = (Spiking && Zero && !SameStep && !LoseInput && r) ? 0 : d;
      wire signed [31:0] less  = (Spiking && Subtract && !SameStep && r) ? theta + More : 0;
      wire signed [31:0] total = base + a_q + b - less;
      wire signed [31:0] sat   = (total > top) ? top : (total < low) ? low : total;
      wire signed [31:0] u     = lose ? 0 : sat;
      wire               s     = Spiking && ((Quirk && r) ? u - (theta + More) : u) > theta;
      wire signed [31:0] after = (s && SameStep && Subtract) ? u - (theta + More) :
                                 (s && SameStep && Zero) ? reset_value : u;
      wire               fits  = total < (1 << (SumBits - 1)) && total >= -(1 << (SumBits - 1));

      always @* begin
        if (cycles_q == 3'd5 && (fits || lose)) begin
          assert (spike == s);
          assert ($signed(membrane) == after);
          assert (saturated == (sat != total && !lose));
        end
      end
    end
  endgenerate

endmodule
