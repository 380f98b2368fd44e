// A delayed projection up to its events, joined as in a generated top: bitmap, scanner, delay gate.
`default_nettype none

module delayed_scanner #(
  parameter Lanes  = 1,
  parameter Groups = 8,
  parameter Pack   = 8,
  parameter Slices = 1,
  parameter Delay  = 1,
  // Derived; not to be overridden
  parameter GroupBits = (Groups > 1) ? $clog2(Groups) : 1,
  parameter AddrBits  = (Lanes * Groups > 1) ? $clog2(Lanes * Groups) : 1
) (
  input  wire                 clk_i,
  input  wire                 rst_i,
  output wire                 step_ready_o,
  input  wire                 row_valid_i,
  input  wire [GroupBits-1:0] row_group_i,
  input  wire                 row_step_last_i,
  input  wire                 row_sample_last_i,
  input  wire [Lanes-1:0]     row_spikes_i,
  output wire                 step_valid_o,
  output wire                 step_release_o,
  input  wire                 turn_i,
  input  wire                 sample_done_i,
  output wire                 beat_valid_o,
  input  wire                 beat_ready_i,
  output wire                 beat_event_o,
  output wire                 beat_step_last_o,
  output wire [AddrBits-1:0]  beat_addr_o
);

  wire                scan_valid;
  wire                scan_ready;
  wire                scan_event;
  wire                scan_step_last;
  wire                scan_sample_last;
  wire [AddrBits-1:0] scan_addr;
  wire                scan_value;

  bitmap_scanner #(
    .Lanes (Lanes),
    .Groups(Groups),
    .Pack  (Pack),
    .Slices(Slices),
    .Delay (Delay)
  ) u_bitmap_scanner (
    .clk_i             (clk_i),
    .rst_i             (rst_i),
    .step_ready_o      (step_ready_o),
    .row_valid_i       (row_valid_i),
    .row_group_i       (row_group_i),
    .row_step_last_i   (row_step_last_i),
    .row_sample_last_i (row_sample_last_i),
    .row_spikes_i      (row_spikes_i),
    .row_values_i      (row_spikes_i),
    .step_valid_o      (step_valid_o),
    .step_release_o    (step_release_o),
    .beat_valid_o      (scan_valid),
    .beat_ready_i      (scan_ready),
    .beat_event_o      (scan_event),
    .beat_step_last_o  (scan_step_last),
    .beat_sample_last_o(scan_sample_last),
    .beat_addr_o       (scan_addr),
    .beat_value_o      (scan_value)
  );

  snn_delay_gate #(
    .Delay   (Delay),
    .AddrBits(AddrBits)
  ) u_delay (
    .clk_i           (clk_i),
    .rst_i           (rst_i),
    .turn_i          (turn_i),
    .sample_done_i   (sample_done_i),
    .beat_valid_i    (scan_valid),
    .beat_ready_o    (scan_ready),
    .beat_event_i    (scan_event),
    .beat_step_last_i(scan_step_last),
    .beat_addr_i     (scan_addr),
    .beat_valid_o    (beat_valid_o),
    .beat_ready_i    (beat_ready_i),
    .beat_event_o    (beat_event_o),
    .beat_step_last_o(beat_step_last_o),
    .beat_addr_o     (beat_addr_o)
  );

  wire unused;
  assign unused = &{1'b0, scan_sample_last, scan_value};

endmodule

`default_nettype wire
