// snn_scanner on steps of three words of two bits: every set bit is a beat once, in rising order, the
// last one carries the marks, a step without any is one beat, and the bank is released with its last.
module scanner_proof (
  input wire       clk_i,
  input wire       rst_i,
  input wire       step_valid_i,
  input wire       step_sample_last_i,
  input wire [5:0] bits_i,
  input wire       beat_ready_i
);

  wire [1:0] index;
  wire       released;
  wire       valid;
  wire       event_;
  wire       step_last;
  wire       sample_last;
  wire [2:0] addr;
  wire [2:0] flags = {|bits_i[5:4], |bits_i[3:2], |bits_i[1:0]};

  snn_scanner #(
    .Words(3), .IndexBits(2), .WordBits(2), .Pitch(2), .Slices(1), .AddrBits(3)
  ) u_scanner (
    .clk_i(clk_i), .rst_i(rst_i), .step_valid_i(step_valid_i),
    .step_sample_last_i(step_sample_last_i), .word_flags_i(flags), .word_index_o(index),
    .word_i(bits_i[2*index +: 2]), .step_release_o(released), .beat_valid_o(valid),
    .beat_ready_i(beat_ready_i), .beat_event_o(event_), .beat_step_last_o(step_last),
    .beat_sample_last_o(sample_last), .beat_addr_o(addr)
  );
  (* hierconn *) wire       \u_scanner.active_q ;
  (* hierconn *) wire [1:0] \u_scanner.word_q ;
  (* hierconn *) wire [2:0] \u_scanner.base_q ;
  (* hierconn *) wire [2:0] \u_scanner.pending_q ;

  reg       begun_q = 1'b0;
  reg       free_q;      // a cycle ago: nothing was offered, or it was taken
  reg       held_q;      // a cycle ago: a step was there and was not released
  reg       released_q;
  reg       last_q;      // a cycle ago
  reg [5:0] bits_q;
  reg [5:0] sent_q;      // of the step that was there a cycle ago: beats before this one
  reg [5:0] beat_q;      // the beat a cycle ago
  reg [1:0] waited_q;    // cycles that a step was there and nothing was offered
  wire      fresh = valid & free_q;  // a beat appears
  wire [5:0] now  = {event_, step_last, sample_last, addr};
  wire [5:0] left = bits_q & ~sent_q;
  wire [5:0] sent = fresh & event_ ? sent_q | (6'd1 << addr) : sent_q;

  always @(posedge clk_i) begin
    begun_q    <= 1'b1;
    free_q     <= rst_i | ~valid | beat_ready_i;
    held_q     <= step_valid_i & ~released & ~rst_i;
    released_q <= released & ~rst_i;
    last_q     <= step_sample_last_i;
    bits_q     <= bits_i;
    sent_q     <= (rst_i | released_q) ? 6'd0 : sent;
    beat_q     <= now;
    waited_q   <= (rst_i | valid | ~step_valid_i) ? 2'd0 : waited_q + 2'd1;
  end

  // What the scanner has not sent yet.
  wire [5:0] ahead = {{2{\u_scanner.pending_q [2]}}, {2{\u_scanner.pending_q [1]}},
                      {2{\u_scanner.pending_q [0]}}} & bits_i;
  wire [5:0] here  = {4'd0, \u_scanner.word_q } << \u_scanner.base_q ;

  always @* begin
    if (!begun_q) assume (rst_i);
    // 1. A step stays until it is released.
    if (begun_q && held_q) assume (step_valid_i && bits_i == bits_q &&
                                   step_sample_last_i == last_q);
    if (begun_q && !rst_i) begin
      // 2. What is offered stays until it is taken.
      if (!free_q) assert (valid && now == beat_q);
      if (fresh) begin
        // 3. The lowest bit that was not sent yet.
        if (event_) assert (left[addr] && (left & ((6'd1 << addr) - 6'd1)) == 6'd0);
        // 4. A step without bits is a beat without event.
        if (!event_) assert (bits_q == 6'd0 && step_last);
        // 5. The marks.
        assert (step_last == (sent == bits_q));
        assert (sample_last == (step_last & last_q));
      end
      // 6. The bank is released with the step's last beat, and only then.
      assert (released_q == (fresh & step_last));
      if (released) assert (step_valid_i);
      // 7. No step waits longer than two cycles for its first beat.
      assert (waited_q <= 2'd2);
    end
    // What the induction needs.
    if (begun_q) begin
      if (\u_scanner.active_q ) begin
        assert (held_q && !released_q);
        assert ((ahead | here) == (bits_i & ~sent) && (ahead & here) == 6'd0);
        assert (\u_scanner.word_q != 2'd0 && !\u_scanner.base_q [0] && \u_scanner.base_q < 3'd6);
        assert ((\u_scanner.pending_q & ~flags) == 3'd0);
        assert (ahead == 6'd0 || (ahead & (ahead - 6'd1) & here) == 6'd0);
        assert (here < (ahead & (~ahead + 6'd1)) || ahead == 6'd0);
        assert (waited_q <= 2'd1 || valid);
        assert ((sent & ~bits_q) == 6'd0);
      end else begin
        assert (released_q ? (sent & ~bits_q) == 6'd0 : sent == 6'd0);
        assert (waited_q == 2'd0 || valid);
      end
    end
  end

endmodule
