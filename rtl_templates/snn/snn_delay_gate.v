// snn_delay_gate: the beats of a delayed projection: the first Delay steps of a sample are empty,
// then come the steps of the source from its first on. (The source's last Delay steps of a sample
// are never read: snn_spike_bitmap drops them.)
//
// A step is passed on only when it is its turn, and one step a turn: what comes next may belong to
// the next sample, which sample_done_i tells.
// Timing: combinational.
`default_nettype none

module snn_delay_gate #(
  parameter Delay    = 1,  // steps, >= 1
  parameter AddrBits = 6
) (
  input  wire                clk_i,
  input  wire                rst_i,
  input  wire                turn_i,         // the step of this projection is due
  input  wire                sample_done_i,  // the last step of a sample has been taken
  // Beats from the scanner
  input  wire                beat_valid_i,
  output wire                beat_ready_o,
  input  wire                beat_event_i,
  input  wire                beat_step_last_i,
  input  wire [AddrBits-1:0] beat_addr_i,
  // Beats out
  output wire                beat_valid_o,
  input  wire                beat_ready_i,
  output wire                beat_event_o,
  output wire                beat_step_last_o,
  output wire [AddrBits-1:0] beat_addr_o
);

  localparam StepBits = $clog2(Delay + 1);
  localparam [31:0]         DelayWide = Delay;
  localparam [StepBits-1:0] Enough    = DelayWide[StepBits-1:0];

  reg  [StepBits-1:0] steps_q;   // of this sample that were passed on, no more than Delay
  reg                 passed_q;  // this turn's step was passed on

  wire early;
  wire due;
  wire step_passed;

  assign early            = (steps_q != Enough);
  assign due              = turn_i & ~passed_q;
  assign beat_valid_o     = due & (early | beat_valid_i);
  assign beat_ready_o     = due & ~early & beat_ready_i;
  assign beat_event_o     = ~early & beat_event_i;
  assign beat_step_last_o = early | beat_step_last_i;
  assign beat_addr_o      = beat_addr_i;
  assign step_passed      = beat_valid_o & beat_ready_i & beat_step_last_o;

  always @(posedge clk_i) begin
    if (rst_i) begin
      steps_q  <= {StepBits{1'b0}};
      passed_q <= 1'b0;
    end else begin
      if (sample_done_i) steps_q <= {StepBits{1'b0}};
      else if (step_passed & early) steps_q <= steps_q + 1'b1;

      passed_q <= turn_i & (passed_q | step_passed);
    end
  end

endmodule

`default_nettype wire
