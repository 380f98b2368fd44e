// An engine and the dense projection into it, joined as in a generated top: the population's update
// comes with the taps of the step's last beat.
`default_nettype none

module dense_engine #(
  parameter Neurons       = 10,
  parameter Lanes         = 1,
  parameter Sources       = 64,
  parameter AddrBits      = 6,
  parameter ValueBits     = 1,
  parameter WeightBits    = 6,
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
  parameter ResetOffset   = 0,
  parameter ThresholdStored  = 0,
  parameter DecayStored      = 0,
  parameter BiasStored       = 0,
  parameter ResetValueStored = 0,
  parameter signed [MembraneBits-1:0] Threshold  = 1,
  parameter        [DecayShift:0]     Decay      = 0,
  parameter signed [SumBits-1:0]      Bias       = 0,
  parameter signed [MembraneBits-1:0] ResetValue = 0,
  parameter WeightFile    = "",
  parameter ParameterFile = "",
  // Derived; not to be overridden
  parameter Groups    = (Neurons + Lanes - 1) / Lanes,
  parameter GroupBits = (Groups > 1) ? $clog2(Groups) : 1
) (
  input  wire                          clk_i,
  input  wire                          rst_i,
  input  wire                          beat_valid_i,
  output wire                          beat_ready_o,
  input  wire                          beat_event_i,
  input  wire                          beat_step_last_i,
  input  wire                          beat_sample_last_i,
  input  wire [AddrBits-1:0]           beat_addr_i,
  input  wire [ValueBits-1:0]          beat_value_i,
  input  wire                          step_ready_i,
  output wire                          row_valid_o,
  output wire [GroupBits-1:0]          row_group_o,
  output wire                          row_short_o,
  output wire                          row_step_last_o,
  output wire                          row_sample_last_o,
  output wire [Lanes-1:0]              row_spikes_o,
  output wire [Lanes*MembraneBits-1:0] row_membranes_o,
  output wire [Lanes*MembraneBits-1:0] row_thresholds_o,
  output wire [Lanes-1:0]              row_saturated_o,
  output wire                          event_taken_o,
  output wire                          weight_read_o,
  output wire                          sample_done_o
);

  wire                        tap_valid;
  wire                        tap_ready;
  wire                        tap_event;
  wire                        tap_new;
  wire                        tap_update;
  wire                        tap_step_last;
  wire                        tap_sample_last;
  wire [GroupBits-1:0]        tap_group;
  wire [ValueBits-1:0]        tap_value;
  wire [Lanes*WeightBits-1:0] weights;

  snn_dense_taps #(
    .Groups    (Groups),
    .Lanes     (Lanes),
    .Sources   (Sources),
    .AddrBits  (AddrBits),
    .ValueBits (ValueBits),
    .WeightBits(WeightBits),
    .Fused     (1),
    .WeightFile(WeightFile)
  ) u_taps (
    .clk_i             (clk_i),
    .rst_i             (rst_i),
    .beat_valid_i      (beat_valid_i),
    .beat_ready_o      (beat_ready_o),
    .beat_event_i      (beat_event_i),
    .beat_step_last_i  (beat_step_last_i),
    .beat_sample_last_i(beat_sample_last_i),
    .beat_addr_i       (beat_addr_i),
    .beat_value_i      (beat_value_i),
    .tap_valid_o       (tap_valid),
    .tap_ready_i       (tap_ready),
    .tap_event_o       (tap_event),
    .tap_new_o         (tap_new),
    .tap_update_o      (tap_update),
    .tap_step_last_o   (tap_step_last),
    .tap_sample_last_o (tap_sample_last),
    .tap_group_o       (tap_group),
    .tap_value_o       (tap_value),
    .weights_o         (weights),
    .load_i            (34'd0)
  );

  wire [Lanes-1:0] row_values;
  snn_engine #(
    .Groups          (Groups),
    .Lanes           (Lanes),
    .BlockGroups     (Groups),
    .BlockChannels   (Neurons),
    .Fused           (1),
    .ValueBits       (ValueBits),
    .WeightBits      (WeightBits),
    .FractionBits    (FractionBits),
    .AccBits         (SumBits),
    .SumBits         (SumBits),
    .MembraneBits    (MembraneBits),
    .DecayShift      (DecayShift),
    .Spiking         (Spiking),
    .ResetSubtract   (ResetSubtract),
    .ResetZero       (ResetZero),
    .SameStep        (SameStep),
    .Quirk           (Quirk),
    .LoseInput       (LoseInput),
    .ResetOffset     (ResetOffset),
    .ThresholdStored (ThresholdStored),
    .DecayStored     (DecayStored),
    .BiasStored      (BiasStored),
    .ResetValueStored(ResetValueStored),
    .Threshold       (Threshold),
    .Decay           (Decay),
    .Bias            (Bias),
    .ResetValue      (ResetValue),
    .ParameterFile   (ParameterFile)
  ) u_engine (
    .clk_i            (clk_i),
    .rst_i            (rst_i),
    .tap_valid_i      (tap_valid),
    .tap_ready_o      (tap_ready),
    .tap_event_i      (tap_event),
    .tap_new_i        (tap_new),
    .tap_update_i     (tap_update),
    .tap_step_last_i  (tap_step_last),
    .tap_sample_last_i(tap_sample_last),
    .tap_static_i     (1'b0),
    .tap_group_i      (tap_group),
    .tap_value_i      (tap_value),
    .weights_i        (weights),
    .step_ready_i     (step_ready_i),
    .row_valid_o      (row_valid_o),
    .row_group_o      (row_group_o),
    .row_short_o      (row_short_o),
    .row_step_last_o  (row_step_last_o),
    .row_sample_last_o(row_sample_last_o),
    .row_spikes_o     (row_spikes_o),
    .row_membranes_o  (row_membranes_o),
    .row_thresholds_o (row_thresholds_o),
    .row_saturated_o  (row_saturated_o),
    .row_values_o     (row_values),
    .event_taken_o    (event_taken_o),
    .weight_read_o    (weight_read_o),
    .sample_done_o    (sample_done_o),
    .load_i           (34'd0)
  );

  wire unused_values;
  assign unused_values = &{1'b0, row_values};

endmodule

`default_nettype wire
