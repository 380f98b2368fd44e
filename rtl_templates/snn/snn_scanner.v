// snn_scanner: turns a step's bitmap into a stream of events in rising order of address, one a
// cycle, skipping words without a spike. A step without spikes is one beat without event.
//
// With ValueBits above 1 an event carries a value, which whoever keeps it gives for event_addr_o in
// the same cycle.
//
// The beat's step_last and sample_last travel with the last event of the step. The bank is released
// when its last event enters the output register.
// Latency: from step_valid_i two cycles to the first event, one to the beat of an empty step.
`default_nettype none

module snn_scanner #(
  parameter Words     = 4,    // words of a step
  parameter IndexBits = 2,    // max(1, clog2(Words))
  parameter WordBits  = 32,   // bits of a word
  parameter Pitch     = 128,  // addresses between rows of words
  parameter Slices    = 4,    // words of a row: a power of two
  parameter AddrBits  = 7,    // bits of an address
  parameter ValueBits = 1,    // of a spike's value; 1: there is none, and every event counts 1
  parameter Signed    = 0,    // 1: the value is signed
  parameter BeatValueBits = 1  // of the value in a beat, signed; more than ValueBits, or both 1
) (
  input  wire                 clk_i,
  input  wire                 rst_i,
  // The bitmap
  input  wire                 step_valid_i,
  input  wire                 step_sample_last_i,
  input  wire [Words-1:0]     word_flags_i,
  output wire [IndexBits-1:0] word_index_o,
  input  wire [WordBits-1:0]  word_i,
  output wire [AddrBits-1:0]  event_addr_o,   // of the event that is sent next
  input  wire [ValueBits-1:0] event_value_i,
  output wire                 step_release_o,
  // Events out
  output wire                 beat_valid_o,
  input  wire                 beat_ready_i,
  output wire                 beat_event_o,
  output wire                 beat_step_last_o,
  output wire                 beat_sample_last_o,
  output wire [AddrBits-1:0]  beat_addr_o,
  output wire [BeatValueBits-1:0] beat_value_o
);

  localparam SliceBits = (Slices > 1) ? $clog2(Slices) : 0;
  localparam BitBits   = (WordBits > 1) ? $clog2(WordBits) : 1;

  reg                 active_q;   // word_q holds events of the step being scanned
  reg [WordBits-1:0]  word_q;     // events not sent yet
  reg [AddrBits-1:0]  base_q;     // address of word_q's lowest bit
  reg [Words-1:0]     pending_q;  // words not loaded yet

  reg                 out_valid_q;
  reg                 out_event_q;
  reg                 out_step_last_q;
  reg                 out_sample_last_q;
  reg [AddrBits-1:0]  out_addr_q;

  // ---------------------------------------------------------------- next word
  wire [Words-1:0]     candidates;
  wire [Words-1:0]     next_onehot;
  wire                 next_any;
  wire                 next_more;
  wire [31:0]          index_wide;
  wire [31:0]          base_wide;

  assign candidates = active_q ? pending_q : word_flags_i;

  snn_find_first #(
    .Width    (Words),
    .IndexBits(IndexBits)
  ) u_next_word (
    .bits_i  (candidates),
    .onehot_o(next_onehot),
    .index_o (word_index_o),
    .any_o   (next_any),
    .more_o  (next_more)
  );

  assign index_wide = {{(32 - IndexBits) {1'b0}}, word_index_o};
  assign base_wide  = (index_wide >> SliceBits) * Pitch + (index_wide & (Slices - 1)) * WordBits;

  // ---------------------------------------------------------------- next event
  wire [WordBits-1:0] event_onehot;
  wire [BitBits-1:0]  event_index;
  wire                event_any;
  wire                event_more;
  wire [31:0]         addr_wide;

  snn_find_first #(
    .Width    (WordBits),
    .IndexBits(BitBits)
  ) u_next_event (
    .bits_i  (word_q),
    .onehot_o(event_onehot),
    .index_o (event_index),
    .any_o   (event_any),
    .more_o  (event_more)
  );

  assign addr_wide = {{(32 - AddrBits) {1'b0}}, base_q} + {{(32 - BitBits) {1'b0}}, event_index};

  // ---------------------------------------------------------------- control
  wire out_free;
  wire start;       // a step with spikes begins
  wire send_empty;  // a step without spikes is sent
  wire send;        // an event is sent
  wire word_done;
  wire step_done;

  assign out_free   = ~out_valid_q | beat_ready_i;
  assign start      = ~active_q & step_valid_i & next_any;
  assign send_empty = ~active_q & step_valid_i & ~next_any & out_free;
  assign send       = active_q & out_free;
  assign word_done  = send & ~event_more;
  assign step_done  = word_done & ~next_any;

  assign step_release_o = send_empty | step_done;

  always @(posedge clk_i) begin
    if (rst_i) begin
      active_q    <= 1'b0;
      out_valid_q <= 1'b0;
    end else begin
      if (start) active_q <= 1'b1;
      else if (step_done) active_q <= 1'b0;

      if (out_free) out_valid_q <= send | send_empty;
    end

    if (start | word_done) begin
      word_q    <= word_i;
      base_q    <= base_wide[AddrBits-1:0];
      pending_q <= candidates & ~next_onehot;
    end else if (send) begin
      word_q <= word_q & ~event_onehot;
    end

    if (out_free) begin
      out_event_q       <= active_q;
      out_step_last_q   <= send_empty | step_done;
      out_sample_last_q <= (send_empty | step_done) & step_sample_last_i;
      out_addr_q        <= addr_wide[AddrBits-1:0];
    end
  end

  assign beat_valid_o       = out_valid_q;
  assign beat_event_o       = out_event_q;
  assign beat_step_last_o   = out_step_last_q;
  assign beat_sample_last_o = out_sample_last_q;
  assign beat_addr_o        = out_addr_q;

  // ---------------------------------------------------------------- values
  assign event_addr_o = addr_wide[AddrBits-1:0];

  generate
    if (ValueBits > 1) begin : gen_value
      reg [ValueBits-1:0] out_value_q;
      always @(posedge clk_i) begin
        if (out_free) out_value_q <= event_value_i;
      end
      if (BeatValueBits > ValueBits) begin : gen_extend
        assign beat_value_o = {{(BeatValueBits - ValueBits)
                                {(Signed != 0) & out_value_q[ValueBits-1]}}, out_value_q};
      end else begin : gen_whole
        assign beat_value_o = out_value_q;
      end
    end else begin : gen_one
      localparam [31:0] OneWide = 32'd1;
      assign beat_value_o = OneWide[BeatValueBits-1:0];
      wire unused_value;
      assign unused_value = event_value_i;
    end
  endgenerate

  wire unused;
  assign unused = &{1'b0, next_more, event_any, base_wide, addr_wide};

endmodule

`default_nettype wire
