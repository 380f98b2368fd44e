// A spike bitmap and the scanner that reads it, joined as in a generated top.
`default_nettype none

module bitmap_scanner #(
  parameter Lanes  = 1,
  parameter Groups = 8,
  parameter Pack   = 8,
  parameter Slices = 1,
  parameter Delay  = 0,
  parameter ValueBits = 1,
  // Derived; not to be overridden
  parameter GroupBits = (Groups > 1) ? $clog2(Groups) : 1,
  parameter AddrBits  = (Lanes * Groups > 1) ? $clog2(Lanes * Groups) : 1,
  parameter BeatValueBits = (ValueBits > 1) ? ValueBits + 1 : 1
) (
  input  wire                 clk_i,
  input  wire                 rst_i,
  output wire                 step_ready_o,
  input  wire                 row_valid_i,
  input  wire [GroupBits-1:0] row_group_i,
  input  wire                 row_step_last_i,
  input  wire                 row_sample_last_i,
  input  wire [Lanes-1:0]     row_spikes_i,
  input  wire [Lanes*ValueBits-1:0] row_values_i,
  output wire                 step_valid_o,
  output wire                 step_release_o,
  output wire                 beat_valid_o,
  input  wire                 beat_ready_i,
  output wire                 beat_event_o,
  output wire                 beat_step_last_o,
  output wire                 beat_sample_last_o,
  output wire [AddrBits-1:0]  beat_addr_o,
  output wire [BeatValueBits-1:0] beat_value_o
);

  localparam WordBits  = (Slices > 1) ? (Lanes + Slices - 1) / Slices : Lanes * Pack;
  localparam Words     = (Slices > 1) ? Groups * Slices : (Groups + Pack - 1) / Pack;
  localparam IndexBits = (Words > 1) ? $clog2(Words) : 1;
  localparam Pitch     = (Slices > 1) ? Lanes : WordBits;

  wire                 step_sample_last;
  wire [Words-1:0]     flags;
  wire [IndexBits-1:0] index;
  wire [WordBits-1:0]  word;
  wire [AddrBits-1:0]  event_addr;
  wire [ValueBits-1:0] event_value;

  snn_spike_bitmap #(
    .Lanes    (Lanes),
    .Groups   (Groups),
    .GroupBits(GroupBits),
    .Pack     (Pack),
    .Slices   (Slices),
    .Delay    (Delay),
    .ValueBits(ValueBits),
    .AddrBits (AddrBits)
  ) u_bitmap (
    .clk_i             (clk_i),
    .rst_i             (rst_i),
    .step_ready_o      (step_ready_o),
    .row_valid_i       (row_valid_i),
    .row_group_i       (row_group_i),
    .row_step_last_i   (row_step_last_i),
    .row_sample_last_i (row_sample_last_i),
    .row_spikes_i      (row_spikes_i),
    .row_values_i      (row_values_i),
    .step_valid_o      (step_valid_o),
    .step_sample_last_o(step_sample_last),
    .word_flags_o      (flags),
    .word_index_i      (index),
    .word_o            (word),
    .event_addr_i      (event_addr),
    .event_value_o     (event_value),
    .step_release_i    (step_release_o)
  );

  snn_scanner #(
    .Words    (Words),
    .IndexBits(IndexBits),
    .WordBits (WordBits),
    .Pitch    (Pitch),
    .Slices   (Slices),
    .AddrBits (AddrBits),
    .ValueBits(ValueBits),
    .Signed   (ValueBits % 2),
    .BeatValueBits(BeatValueBits)
  ) u_scanner (
    .clk_i             (clk_i),
    .rst_i             (rst_i),
    .step_valid_i      (step_valid_o),
    .step_sample_last_i(step_sample_last),
    .word_flags_i      (flags),
    .word_index_o      (index),
    .word_i            (word),
    .event_addr_o      (event_addr),
    .event_value_i     (event_value),
    .step_release_o    (step_release_o),
    .beat_valid_o      (beat_valid_o),
    .beat_ready_i      (beat_ready_i),
    .beat_event_o      (beat_event_o),
    .beat_step_last_o  (beat_step_last_o),
    .beat_sample_last_o(beat_sample_last_o),
    .beat_addr_o       (beat_addr_o),
    .beat_value_o      (beat_value_o)
  );

endmodule

`default_nettype wire
