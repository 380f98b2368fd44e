// No overflow at proved widths: the neuron that docs/arithmetic.md works out (weights 7, -3, 2, two
// fraction bits, decay 3/4, threshold 32, delayed subtraction, four steps), whose membrane the compiler
// bounds to [-33, 60], in the seven bits that hold this. Whatever events come in whatever step, the
// membrane is that of numbers which are wide enough. With a bit less it would not be.
module overflow_proof #(
  parameter Bits = 7
) (
  input wire clk_i,
  input wire event_i
);

  // A step: three sources, one a cycle (M), then F, D, W.
  reg [2:0] phase_q = 3'd0;
  reg [2:0] step_q  = 3'd0;
  always @(posedge clk_i) begin
    phase_q <= (phase_q == 3'd5) ? 3'd0 : phase_q + 3'd1;
    if (phase_q == 3'd5) step_q <= step_q + 3'd1;
  end

  wire [3:0] weight = (phase_q == 3'd0) ? 4'd7 : (phase_q == 3'd1) ? -4'd3 : 4'd2;
  wire       taken  = event_i & (phase_q < 3'd3);

  // A threshold beyond the width would be stored as the largest membrane.
  wire signed [Bits-1:0] threshold = (Bits > 6) ? 32 : {1'b0, {(Bits - 1) {1'b1}}};
  reg  signed [Bits-1:0] sum_q = {Bits{1'b0}};
  wire        [Bits-1:0] sum;
  wire        [Bits-1:0] prepared;
  wire signed [Bits-1:0] membrane;
  wire                   spike;
  snn_lane #(
    .WeightBits(4), .ValueBits(1), .FractionBits(2), .AccBits(Bits), .SumBits(Bits),
    .MembraneBits(Bits), .DecayShift(2), .CurrentDecayShift(0)
  ) u_lane (
    .clk_i(clk_i), .event_i(taken), .weight_i(weight), .value_i(1'b1), .sum_i(sum_q), .rest_i(1'b0),
    .held_i(1'b0), .threshold_i(threshold), .reset_value_i({Bits{1'b0}}), .decay_i(3'd3),
    .bias_i({Bits{1'b0}}), .current_decay_i(1'b0), .current_bias_i({Bits{1'b0}}), .start_i(1'b0),
    .sum_o(sum), .prepared_o(prepared), .membrane_o(membrane), .spike_o(spike)
  );
  always @(posedge clk_i) sum_q <= (phase_q == 3'd5) ? prepared : sum;

  // The same in wide numbers.
  reg  signed [15:0] v_q = 16'sd0;
  reg  signed [15:0] a_q = 16'sd0;
  wire signed [15:0] w = (phase_q == 3'd0) ? 7 : (phase_q == 3'd1) ? -3 : 2;
  wire signed [15:0] v = ((v_q * 3 + 2) >>> 2) + a_q - ((v_q > 32) ? 16'sd32 : 16'sd0);
  always @(posedge clk_i) begin
    if (phase_q == 3'd5) a_q <= 16'sd0;
    else if (taken) a_q <= a_q + (w <<< 2);
    if (phase_q == 3'd3) v_q <= v;
  end

  always @* begin
    if (phase_q == 3'd3 && step_q < 3'd4) begin
      assert (membrane == v);
      assert (spike == (v > 32));
      assert (v >= -33 && v <= 60);
    end
  end

endmodule
