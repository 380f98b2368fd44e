// snn_lane: the arithmetic of one neuron at a time: accumulate, fire, prepare. No state of its own
// but the pipeline. Mirrors compiler/numeric/neuron.h.
//
// Pipeline, one letter a cycle (the engine gives the enables and the parameters of each stage):
//   M  sum_o = sum_i + weight * value                    combinational, written back by the engine
//   F  spike, membrane, saturation of the finished step  parameters: threshold, reset value
//   D  decay products, offset                            parameters as in F, one cycle later
//   W  prepared sums of the next step                    written back by the engine
//
// Where a neuron has a current, or takes a maximum, its state is two words: what the events of a
// step accumulate in (sum) and the prepared membrane (rest) that it joins in F. A reset does not
// touch the current. With Alpha = 1 the sum is E, and the rest is D(E) + D(H): the membrane itself;
// after a spike a reset by subtraction lets H decay by reset_decay and takes reset_current from E.
//
// With Static = 1 one more word, kept, is what every step begins with: the bias and all that the
// static taps of the sample's first step add to it. They come first of all in that step, so what
// they make of the sum is that word.
`default_nettype none

module snn_lane #(
  parameter WeightBits    = 6,
  parameter ValueBits     = 1,
  parameter FractionBits  = 4,
  parameter Current       = 0,   // 1: a decaying current between events and membrane
  parameter Alpha         = 0,   // 1: snnTorch's Alpha; with Current = 1
  parameter MaxInput      = 0,   // 1: the largest value of a step instead of a sum
  parameter Static        = 0,   // 1: some taps come once a sample, and what they add is kept
  parameter AccBits       = 16,  // bits of the running sum; SumBits where the state is one word
  parameter SumBits       = 16,  // bits of the step's sum at the membrane
  parameter MembraneBits  = 16,
  parameter DecayShift    = 8,
  parameter CurrentDecayShift = 8,
  // 1: the decay is the value here, and the port is not looked at
  parameter DecayConstant = 0,
  parameter CurrentDecayConstant = 0,
  parameter [DecayShift:0] Decay = 0,
  parameter [CurrentDecayShift:0] CurrentDecay = 0,
  parameter Spiking       = 1,   // the neuron's rule: see snn_fire and snn_prepare
  parameter ResetSubtract = 1,
  parameter ResetZero     = 0,
  parameter SameStep      = 0,
  parameter Quirk         = 0,
  parameter LoseInput     = 0,
  parameter ResetOffset   = 0,
  parameter MaxSpikes     = 1,
  parameter EventBits     = 1,
  parameter ValueShift    = 0,
  // Derived; not to be overridden
  parameter RestBits      = ((Current != 0) || (MaxInput != 0)) ? SumBits : 1,
  parameter KeptBits      = (Static != 0) ? AccBits : 1
) (
  input  wire                           clk_i,
  // Stage M
  input  wire                           event_i,
  input  wire                           static_i,  // the event is of a static input
  input  wire        [WeightBits-1:0]   weight_i,
  input  wire signed [ValueBits-1:0]    value_i,
  input  wire        [AccBits-1:0]      sum_i,
  input  wire        [RestBits-1:0]     rest_i,
  input  wire        [KeptBits-1:0]     kept_i,
  input  wire                           held_i,
  output wire        [AccBits-1:0]      sum_o,
  output wire        [KeptBits-1:0]     kept_o,
  // Stage F
  input  wire signed [MembraneBits-1:0] threshold_i,
  input  wire signed [MembraneBits-1:0] reset_value_i,
  input  wire        [DecayShift:0]     decay_i,
  input  wire signed [SumBits-1:0]      bias_i,
  input  wire        [CurrentDecayShift:0] current_decay_i,
  input  wire signed [AccBits-1:0]      current_bias_i,
  input  wire        [DecayShift+1:0]   reset_decay_i,    // Alpha with ResetSubtract
  input  wire signed [AccBits-1:0]      reset_current_i,
  output wire                           spike_o,
  output wire signed [MembraneBits-1:0] membrane_o,
  output wire                           saturated_o,
  output wire        [EventBits-1:0]    value_o,
  // Stage D
  input  wire                           start_i,
  // Stage W
  output wire        [AccBits-1:0]      prepared_o,
  output wire        [RestBits-1:0]     prepared_rest_o,
  output wire        [KeptBits-1:0]     prepared_kept_o,
  output wire                           prepared_held_o
);

  localparam TwoWords = (Current != 0) || (MaxInput != 0);

  reg signed [AccBits-1:0]      f_sum_q;
  reg                           f_held_q;
  reg signed [MembraneBits-1:0] d_membrane_q;
  reg signed [MembraneBits-1:0] d_threshold_q;
  reg                           d_spike_q;
  reg        [DecayShift:0]     d_decay_q;
  reg signed [SumBits-1:0]      d_bias_q;
  wire signed [SumBits-1:0]     f_total;
  wire signed [SumBits-1:0]     f_rest;      // the second word of the state, where there is one
  wire signed [SumBits-1:0]     f_sum_wide;  // the sum at the width of the membrane's sum

  snn_accumulate #(
    .MaxInput    (MaxInput),
    .WeightBits  (WeightBits),
    .ValueBits   (ValueBits),
    .FractionBits(FractionBits),
    .SumBits     (AccBits)
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
    .ResetOffset  (ResetOffset),
    .MaxSpikes    (MaxSpikes),
    .EventBits    (EventBits),
    .ValueShift   (ValueShift)
  ) u_fire (
    .sum_i        (f_total),
    .held_i       (f_held_q),
    .threshold_i  (threshold_i),
    .reset_value_i(reset_value_i),
    .spike_o      (spike_o),
    .membrane_o   (membrane_o),
    .saturated_o  (saturated_o),
    .value_o      (value_o)
  );

  always @(posedge clk_i) begin
    f_sum_q       <= sum_o;
    f_held_q      <= held_i;
    d_membrane_q  <= membrane_o;
    d_threshold_q <= threshold_i;
    d_spike_q     <= spike_o;
    d_decay_q     <= decay_i;
    d_bias_q      <= bias_i;
  end

  // ---------------------------------------------------------------- what is kept of a static input
  // What the events' word begins the next step with, besides what its decay leaves.
  localparam OwnBiasBits = (Current != 0) ? AccBits : SumBits;
  wire signed [OwnBiasBits-1:0] d_own_bias;
  wire signed [OwnBiasBits-1:0] d_offset;

  generate
    if (Static != 0) begin : gen_kept
      reg signed [KeptBits-1:0] f_kept_q;
      reg signed [KeptBits-1:0] d_kept_q;
      reg signed [KeptBits-1:0] w_kept_q;
      assign kept_o          = (event_i & static_i) ? sum_o : kept_i;
      assign d_offset        = start_i ? d_own_bias : d_kept_q;
      assign prepared_kept_o = w_kept_q;
      always @(posedge clk_i) begin
        f_kept_q <= kept_o;
        d_kept_q <= f_kept_q;
        w_kept_q <= d_offset;
      end
    end else begin : gen_no_kept
      assign kept_o          = 1'b0;
      assign d_offset        = d_own_bias;
      assign prepared_kept_o = 1'b0;
      wire unused_kept;
      assign unused_kept = &{1'b0, kept_i, static_i};
    end
  endgenerate

  // ---------------------------------------------------------------- what joins the membrane
  generate
    if (TwoWords) begin : gen_rest
      reg signed [SumBits-1:0] f_rest_q;
      always @(posedge clk_i) f_rest_q <= rest_i;
      assign f_rest = f_rest_q;
      if (SumBits > AccBits) begin : gen_extend
        assign f_sum_wide = {{(SumBits - AccBits) {f_sum_q[AccBits-1]}}, f_sum_q};
      end else begin : gen_cut
        // The proof: what joins the membrane fits SumBits, whatever the current's own width.
        assign f_sum_wide = f_sum_q[SumBits-1:0];
      end
      assign f_total = (Alpha != 0) ? f_rest : f_rest + f_sum_wide;
    end else begin : gen_no_rest
      assign f_rest          = {SumBits{1'b0}};
      assign f_sum_wide      = f_sum_q;
      assign f_total         = f_sum_wide;
      assign prepared_rest_o = 1'b0;
      wire unused_rest;
      assign unused_rest = &{1'b0, rest_i, f_rest, current_decay_i, current_bias_i};
    end
  endgenerate

  // ---------------------------------------------------------------- the next step
  generate
    if (Alpha != 0) begin : gen_alpha
      // H has the range of E; the membrane's sum may be narrower.
      localparam HBits = (AccBits > SumBits) ? AccBits : SumBits;
      localparam HDecayBits = DecayShift + 1 + ((ResetSubtract != 0) ? 1 : 0);
      wire [HDecayBits-1:0]      h_decay;
      wire signed [AccBits-1:0] d_e_bias;
      reg signed [AccBits-1:0]  d_e_q;
      reg signed [HBits-1:0]    d_h_q;
      wire signed [HBits-1:0]   f_e_wide;
      wire signed [HBits-1:0]   f_pv_wide;
      reg [CurrentDecayShift:0] d_current_decay_q;
      reg signed [AccBits-1:0]  d_current_bias_q;
      reg                       w_held_q;
      wire signed [AccBits-1:0] w_e_decayed;
      wire signed [HBits-1:0]   w_h_decayed;
      wire [HBits-1:0]          unused_h;
      wire signed [HBits-1:0]   w_e_wide;
      wire signed [HBits-1:0]   w_rest;
      wire                      reset;

      always @(posedge clk_i) begin
        d_e_q             <= (f_held_q & (ResetZero != 0)) ? {AccBits{1'b0}} : f_sum_q;
        d_h_q             <= f_held_q ? {HBits{1'b0}} : f_pv_wide - f_e_wide;
        d_current_decay_q <= current_decay_i;
        d_current_bias_q  <= current_bias_i;
        w_held_q          <= reset;
      end

      assign d_own_bias = d_current_bias_q;
      assign reset = (Spiking != 0) & ((ResetZero != 0) | (ResetSubtract != 0)) & ~start_i & d_spike_q;

      if (ResetSubtract != 0) begin : gen_subtract
        reg        [DecayShift+1:0] d_reset_decay_q;
        reg signed [AccBits-1:0]    d_reset_current_q;
        always @(posedge clk_i) begin
          d_reset_decay_q   <= reset_decay_i;
          d_reset_current_q <= reset_current_i;
        end
        assign d_e_bias = d_offset - (reset ? d_reset_current_q : {AccBits{1'b0}});
        assign h_decay  = reset ? d_reset_decay_q : {1'b0, d_decay_q};
      end else begin : gen_no_subtract
        assign d_e_bias = d_offset;
        assign h_decay  = d_decay_q;
        wire unused_subtract;
        assign unused_subtract = &{1'b0, reset_decay_i, reset_current_i};
      end

      snn_prepare_current #(
        .CurrentBits  (AccBits),
        .DecayShift   (CurrentDecayShift),
        .DecayConstant(CurrentDecayConstant),
        .Decay        (CurrentDecay)
      ) u_prepare_e (
        .clk_i    (clk_i),
        .start_i  (start_i),
        .current_i(d_e_q),
        .decay_i  (d_current_decay_q),
        .bias_i   (d_e_bias),
        .decayed_o(w_e_decayed),
        .sum_o    (prepared_o)
      );

      snn_decay #(
        .Width         (HBits),
        .Shift         (DecayShift),
        .MultiplierBits(HDecayBits),
        .Constant      ((ResetSubtract != 0) ? 0 : DecayConstant),
        .Multiplier    (Decay)
      ) u_decay_h (
        .clk_i       (clk_i),
        .v_i         (start_i ? {HBits{1'b0}} : d_h_q),
        .multiplier_i(h_decay),
        .addend_i    ({HBits{1'b0}}),
        .d_o         (w_h_decayed),
        .sum_o       (unused_h)
      );

      if (HBits > AccBits) begin : gen_extend_e
        assign f_e_wide = {{(HBits - AccBits) {f_sum_q[AccBits-1]}}, f_sum_q};
        assign w_e_wide = {{(HBits - AccBits) {w_e_decayed[AccBits-1]}}, w_e_decayed};
      end else begin : gen_same_e
        assign f_e_wide = f_sum_q;
        assign w_e_wide = w_e_decayed;
      end
      if (HBits > SumBits) begin : gen_extend_pv
        assign f_pv_wide = {{(HBits - SumBits) {f_rest[SumBits-1]}}, f_rest};
      end else begin : gen_same_pv
        assign f_pv_wide = f_rest;
      end
      assign w_rest          = w_e_wide + w_h_decayed;
      assign prepared_rest_o = w_rest[SumBits-1:0];
      assign prepared_held_o = w_held_q;
      wire unused_alpha;
      assign unused_alpha = &{1'b0, d_bias_q, f_sum_wide, w_rest, d_membrane_q, d_threshold_q, unused_h};
    end else begin : gen_membrane
      wire signed [SumBits-1:0] prepared;
      wire signed [SumBits-1:0] bias;
      wire unused_reset;
      assign unused_reset = &{1'b0, reset_decay_i, reset_current_i};

      snn_prepare #(
        .SumBits      (SumBits),
        .MembraneBits (MembraneBits),
        .DecayShift   (DecayShift),
        .DecayConstant(DecayConstant),
        .Decay        (Decay),
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
        .spiked_i   (d_spike_q),
        .membrane_i (d_membrane_q),
        .threshold_i(d_threshold_q),
        .decay_i    (d_decay_q),
        .bias_i     (bias),
        .sum_o      (prepared),
        .held_o     (prepared_held_o)
      );

      if (TwoWords) begin : gen_two_words
        assign prepared_rest_o = prepared;
      end else begin : gen_one_word
        assign prepared_o = prepared;
      end

      if (Current != 0) begin : gen_bias
        assign bias = d_bias_q;
      end else begin : gen_offset
        assign bias       = d_offset;
        assign d_own_bias = d_bias_q;
      end

      if (MaxInput != 0) begin : gen_lowest
        assign prepared_o = {1'b1, {(AccBits - 1) {1'b0}}};
        wire unused_current;
        assign unused_current = &{1'b0, current_decay_i, current_bias_i};
      end else if (Current != 0) begin : gen_current
        reg signed [AccBits-1:0]  d_current_q;
        reg [CurrentDecayShift:0] d_current_decay_q;
        reg signed [AccBits-1:0]  d_current_bias_q;
        wire signed [AccBits-1:0] decayed;

        always @(posedge clk_i) begin
          d_current_q       <= f_sum_q;
          d_current_decay_q <= current_decay_i;
          d_current_bias_q  <= current_bias_i;
        end
        assign d_own_bias = d_current_bias_q;

        snn_prepare_current #(
          .CurrentBits  (AccBits),
          .DecayShift   (CurrentDecayShift),
          .DecayConstant(CurrentDecayConstant),
          .Decay        (CurrentDecay)
        ) u_prepare_current (
          .clk_i    (clk_i),
          .start_i  (start_i),
          .current_i(d_current_q),
          .decay_i  (d_current_decay_q),
          .bias_i   (d_offset),
          .decayed_o(decayed),
          .sum_o    (prepared_o)
        );
        wire unused_decayed;
        assign unused_decayed = &{1'b0, decayed};
      end
    end
  endgenerate

endmodule

`default_nettype wire
