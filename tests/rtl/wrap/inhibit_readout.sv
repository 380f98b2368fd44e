// An inhibited output population's way to the result, joined as in a generated top.
`default_nettype none

module inhibit_readout #(
  parameter Neurons      = 10,
  parameter Lanes        = 1,
  parameter MembraneBits = 8,
  parameter ScoreBits    = 8,
  parameter ClassBits    = 4,
  // Derived; not to be overridden
  parameter Groups       = (Neurons + Lanes - 1) / Lanes,
  parameter GroupBits    = (Groups > 1) ? $clog2(Groups) : 1
) (
  input  wire                          clk_i,
  input  wire                          rst_i,
  output wire                          step_ready_o,
  input  wire                          row_valid_i,
  input  wire [GroupBits-1:0]          row_group_i,
  input  wire                          row_step_last_i,
  input  wire                          row_sample_last_i,
  input  wire [Lanes-1:0]              row_spikes_i,
  input  wire [Lanes*MembraneBits-1:0] row_membranes_i,
  input  wire [Lanes*MembraneBits-1:0] row_thresholds_i,
  output wire                          result_valid_o,
  input  wire                          result_ready_i,
  output wire [ClassBits-1:0]          result_class_o,
  output wire [ScoreBits-1:0]          result_score_o
);

  wire                          step_ready;
  wire                          row_valid;
  wire                          row_short;
  wire [GroupBits-1:0]          row_group;
  wire                          row_step_last;
  wire                          row_sample_last;
  wire [Lanes-1:0]              row_spikes;
  wire [Lanes-1:0]              row_saturated;
  wire [Lanes*MembraneBits-1:0] row_membranes;

  snn_inhibit #(
    .Lanes       (Lanes),
    .Groups      (Groups),
    .MembraneBits(MembraneBits),
    .GroupBits   (GroupBits)
  ) u_inhibit (
    .clk_i            (clk_i),
    .rst_i            (rst_i),
    .step_ready_o     (step_ready_o),
    .row_valid_i      (row_valid_i),
    .row_group_i      (row_group_i),
    .row_short_i      (row_step_last_i),
    .row_step_last_i  (row_step_last_i),
    .row_sample_last_i(row_sample_last_i),
    .row_spikes_i     (row_spikes_i),
    .row_membranes_i  (row_membranes_i),
    .row_thresholds_i (row_thresholds_i),
    .row_saturated_i  ({Lanes{1'b0}}),
    .step_ready_i     (step_ready),
    .row_valid_o      (row_valid),
    .row_group_o      (row_group),
    .row_short_o      (row_short),
    .row_step_last_o  (row_step_last),
    .row_sample_last_o(row_sample_last),
    .row_spikes_o     (row_spikes),
    .row_membranes_o  (row_membranes),
    .row_saturated_o  (row_saturated)
  );

  snn_readout #(
    .Mode         (0),
    .Neurons      (Neurons),
    .Lanes        (Lanes),
    .MembraneBits (MembraneBits),
    .ScoreBits    (ScoreBits),
    .ClassBits    (ClassBits)
  ) u_readout (
    .clk_i            (clk_i),
    .rst_i            (rst_i),
    .step_ready_o     (step_ready),
    .row_valid_i      (row_valid),
    .row_group_i      (row_group),
    .row_step_last_i  (row_step_last),
    .row_sample_last_i(row_sample_last),
    .row_spikes_i     (row_spikes),
    .row_membranes_i  (row_membranes),
    .result_valid_o   (result_valid_o),
    .result_ready_i   (result_ready_i),
    .result_class_o   (result_class_o),
    .result_score_o   (result_score_o)
  );

  wire unused;
  assign unused = &{1'b0, row_short, row_saturated};

endmodule

`default_nettype wire
