// snn_lane: the arithmetic of one neuron at a time: accumulate, fire, prepare. No state of its own
// but the pipeline.
//
// Pipeline, one letter a cycle (the engine gives the enables and the parameters of each stage):
//   M  sum_o = sum_i + weight * value                    combinational, written back by the engine
//   F  spike, membrane, saturation of the finished sum   parameters: threshold, reset value
//   D  decay product, offset                             parameters as in F, one cycle later
//   W  prepared_o, prepared_held_o: the next step's sum before any event
`default_nettype none

module snn_lane #(
  parameter WeightBits    = 6,
  parameter ValueBits     = 1,
  parameter FractionBits  = 4,
  parameter SumBits       = 16,
  parameter MembraneBits  = 16,
  parameter DecayShift    = 8,
  parameter Spiking       = 1,
  parameter ResetSubtract = 1,
  parameter ResetZero     = 0,
  parameter SameStep      = 0,
  parameter Quirk         = 0,
  parameter LoseInput     = 0,
  parameter ResetOffset   = 0
) (
  input  wire                           clk_i,
  // Stage M
  input  wire                           event_i,
  input  wire        [WeightBits-1:0]   weight_i,
  input  wire signed [ValueBits-1:0]    value_i,
  input  wire        [SumBits-1:0]      sum_i,
  input  wire                           held_i,
  output wire        [SumBits-1:0]      sum_o,
  // Stage F
  input  wire signed [MembraneBits-1:0] threshold_i,
  input  wire signed [MembraneBits-1:0] reset_value_i,
  input  wire        [DecayShift:0]     decay_i,
  input  wire signed [SumBits-1:0]      bias_i,
  output wire                           spike_o,
  output wire signed [MembraneBits-1:0] membrane_o,
  output wire                           saturated_o,
  // Stage D
  input  wire                           start_i,
  // Stage W
  output wire        [SumBits-1:0]      prepared_o,
  output wire                           prepared_held_o
);

  reg signed [SumBits-1:0]      f_sum_q;
  reg                           f_held_q;
  reg signed [MembraneBits-1:0] d_membrane_q;
  reg signed [MembraneBits-1:0] d_threshold_q;
  reg        [DecayShift:0]     d_decay_q;
  reg signed [SumBits-1:0]      d_bias_q;

  snn_accumulate #(
    .WeightBits  (WeightBits),
    .ValueBits   (ValueBits),
    .FractionBits(FractionBits),
    .SumBits     (SumBits)
  ) u_accumulate (
    .event_i (event_i),
    .weight_i(weight_i),
    .value_i (value_i),
    .sum_i   (sum_i),
    .sum_o   (sum_o)
  );

  snn_fire #(
    .SumBits      (SumBits),
    .MembraneBits (MembraneBits),
    .Spiking      (Spiking),
    .ResetSubtract(ResetSubtract),
    .ResetZero    (ResetZero),
    .SameStep     (SameStep),
    .Quirk        (Quirk),
    .LoseInput    (LoseInput),
    .ResetOffset  (ResetOffset)
  ) u_fire (
    .sum_i        (f_sum_q),
    .held_i       (f_held_q),
    .threshold_i  (threshold_i),
    .reset_value_i(reset_value_i),
    .spike_o      (spike_o),
    .membrane_o   (membrane_o),
    .saturated_o  (saturated_o)
  );

  snn_prepare #(
    .SumBits      (SumBits),
    .MembraneBits (MembraneBits),
    .DecayShift   (DecayShift),
    .Spiking      (Spiking),
    .ResetSubtract(ResetSubtract),
    .ResetZero    (ResetZero),
    .SameStep     (SameStep),
    .Quirk        (Quirk),
    .LoseInput    (LoseInput),
    .ResetOffset  (ResetOffset)
  ) u_prepare (
    .clk_i      (clk_i),
    .start_i    (start_i),
    .membrane_i (d_membrane_q),
    .threshold_i(d_threshold_q),
    .decay_i    (d_decay_q),
    .bias_i     (d_bias_q),
    .sum_o      (prepared_o),
    .held_o     (prepared_held_o)
  );

  always @(posedge clk_i) begin
    f_sum_q       <= sum_o;
    f_held_q      <= held_i;
    d_membrane_q  <= membrane_o;
    d_threshold_q <= threshold_i;
    d_decay_q     <= decay_i;
    d_bias_q      <= bias_i;
  end

endmodule

`default_nettype wire
