// snn_axis_in: an AXI4-Stream to the beats of an accelerator. TLAST ends the sample.
//
// Frames = 0: a word is a beat: bit StreamBits - 1 ends the step, bit StreamBits - 2 says that there
//   is an event, whose element is in the low half, and its value in the high half. A step without
//   events is one word without event. Passed on in the same cycle.
// Frames = 1: a step is a dense frame: all elements in order, ElementBits each, the lowest in the
//   lowest bits of the first word; the last word is filled up with anything. An element that is not 0
//   becomes an event, one a cycle; the search takes one more cycle a word, and one a step.
`default_nettype none

module snn_axis_in #(
  parameter Frames      = 0,
  parameter StreamBits  = 32,  // 32 or 64
  parameter Elements    = 64,
  parameter AddrBits    = 6,   // >= max(1, clog2(Elements)), <= StreamBits / 2
  parameter ValueBits   = 1,   // <= StreamBits / 2 - 2
  parameter ElementBits = 1    // a power of two, >= ValueBits, <= StreamBits
) (
  input  wire                  clk_i,
  input  wire                  rst_i,
  // AXI4-Stream
  input  wire                  tvalid_i,
  output wire                  tready_o,
  input  wire [StreamBits-1:0] tdata_i,
  input  wire                  tlast_i,
  // Beats
  output wire                  beat_valid_o,
  input  wire                  beat_ready_i,
  output wire                  beat_event_o,
  output wire                  beat_step_last_o,
  output wire                  beat_sample_last_o,
  output wire [AddrBits-1:0]   beat_addr_o,
  output wire [ValueBits-1:0]  beat_value_o
);

  generate
    if (Frames == 0) begin : gen_events
      assign tready_o           = beat_ready_i & ~rst_i;
      assign beat_valid_o       = tvalid_i & ~rst_i;
      assign beat_event_o       = tdata_i[StreamBits-2];
      assign beat_step_last_o   = tdata_i[StreamBits-1] | tlast_i;
      assign beat_sample_last_o = tlast_i;
      assign beat_addr_o        = tdata_i[AddrBits-1:0];
      assign beat_value_o       = tdata_i[StreamBits/2 +: ValueBits];

      wire unused;
      assign unused = &{1'b0, clk_i, tdata_i};
    end else begin : gen_frames
      localparam PerWord   = StreamBits / ElementBits;
      localparam IndexBits = (PerWord > 1) ? $clog2(PerWord) : 1;
      localparam Words     = (Elements + PerWord - 1) / PerWord;
      localparam WordBits  = (Words > 1) ? $clog2(Words) : 1;
      localparam InLast    = Elements - (Words - 1) * PerWord;  // elements of the last word
      localparam [31:0]         LastWide = Words - 1;
      localparam [WordBits-1:0] Last     = LastWide[WordBits-1:0];

      // The word, and which of its elements are still to be sent
      reg                   word_q;
      reg [StreamBits-1:0]  data_q;
      reg [PerWord-1:0]     left_q;
      reg [WordBits-1:0]    at_q;         // place of the next word in its frame
      reg [AddrBits-1:0]    first_q;      // element of the word's lowest bit
      reg [AddrBits-1:0]    next_first_q;
      reg                   step_last_q;
      reg                   sample_last_q;
      // An event that was found: whether it is the step's last is not known before the next
      reg                   held_q;
      reg [AddrBits-1:0]    addr_q;
      reg [ValueBits-1:0]   value_q;

      wire [PerWord-1:0]   elements;
      wire [PerWord-1:0]   found;
      wire [IndexBits-1:0] index;
      wire                 any;
      wire                 more;
      wire                 last_word;
      wire                 send_last;
      wire                 take_found;
      wire                 done;
      wire                 accept;
      wire [31:0]          first_wide;
      wire [31:0]          element_addr;  // of the element found: from the word's first, and in bits
      wire [31:0]          element_at;

      genvar e;
      for (e = 0; e < PerWord; e = e + 1) begin : gen_element
        assign elements[e] = (|tdata_i[e*ElementBits +: ElementBits]) &
                             ((e < InLast) | ~last_word);
      end

      snn_find_first #(.Width(PerWord), .IndexBits(IndexBits)) u_find (
        .bits_i  (left_q),
        .onehot_o(found),
        .index_o (index),
        .any_o   (any),
        .more_o  (more)
      );

      assign last_word  = (at_q == Last);
      assign send_last  = word_q & ~any & step_last_q;
      assign take_found = word_q & any & (~held_q | beat_ready_i);
      assign done       = word_q & ~any & (~step_last_q | beat_ready_i);
      assign tready_o   = (~word_q | done) & ~rst_i;
      assign accept     = tvalid_i & tready_o;
      assign first_wide = {{(32 - AddrBits) {1'b0}}, next_first_q} + PerWord;

      assign beat_valid_o       = (word_q & any & held_q) | send_last;
      assign beat_event_o       = held_q;
      assign beat_step_last_o   = ~any;
      assign beat_sample_last_o = ~any & sample_last_q;
      assign beat_addr_o        = addr_q;
      assign beat_value_o       = value_q;

      always @(posedge clk_i) begin
        if (rst_i) begin
          word_q       <= 1'b0;
          held_q       <= 1'b0;
          at_q         <= {WordBits{1'b0}};
          next_first_q <= {AddrBits{1'b0}};
        end else begin
          if (accept) begin
            word_q       <= 1'b1;
            at_q         <= (last_word | tlast_i) ? {WordBits{1'b0}} : at_q + 1'b1;
            next_first_q <= (last_word | tlast_i) ? {AddrBits{1'b0}} : first_wide[AddrBits-1:0];
          end else if (done) begin
            word_q <= 1'b0;
          end
          if (take_found) held_q <= 1'b1;
          else if (send_last & beat_ready_i) held_q <= 1'b0;
        end
        if (accept) begin
          data_q        <= tdata_i;
          left_q        <= elements;
          first_q       <= next_first_q;
          step_last_q   <= last_word | tlast_i;
          sample_last_q <= tlast_i;
        end else if (take_found) begin
          left_q <= left_q & ~found;
        end
        if (take_found) begin
          addr_q  <= first_q + element_addr[AddrBits-1:0];
          value_q <= data_q[element_at +: ValueBits];
        end
      end

      assign element_addr = {{(32 - IndexBits) {1'b0}}, index};
      assign element_at   = element_addr * ElementBits;

      wire unused;
      assign unused = &{1'b0, more, first_wide, element_addr, element_at};
    end
  endgenerate

endmodule

`default_nettype wire
