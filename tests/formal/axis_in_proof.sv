// snn_axis_in with frames of six elements in words of four bits, whatever comes and whenever it is
// taken: every element that is not 0 becomes one event, in order; the last one ends the step, and
// a step without any is one beat without event. And what it offers stays until it is taken.
module axis_in_proof (
  input wire       clk_i,
  input wire       rst_i,
  input wire       tvalid_i,
  input wire [3:0] tdata_i,
  input wire       tlast_i,
  input wire       beat_ready_i
);

  wire       tready_o;
  wire       beat_valid_o;
  wire       beat_event_o;
  wire       beat_step_last_o;
  wire       beat_sample_last_o;
  wire [2:0] beat_addr_o;
  wire       beat_value_o;
  snn_axis_in #(.Frames(1), .StreamBits(4), .Elements(6), .AddrBits(3)) u_in (
    .clk_i(clk_i), .rst_i(rst_i), .tvalid_i(tvalid_i), .tready_o(tready_o), .tdata_i(tdata_i),
    .tlast_i(tlast_i), .beat_valid_o(beat_valid_o), .beat_ready_i(beat_ready_i),
    .beat_event_o(beat_event_o), .beat_step_last_o(beat_step_last_o),
    .beat_sample_last_o(beat_sample_last_o), .beat_addr_o(beat_addr_o), .beat_value_o(beat_value_o)
  );
  (* hierconn *) wire       \u_in.gen_frames.word_q ;
  (* hierconn *) wire [3:0] \u_in.gen_frames.data_q ;
  (* hierconn *) wire [3:0] \u_in.gen_frames.left_q ;
  (* hierconn *) wire       \u_in.gen_frames.at_q ;
  (* hierconn *) wire [2:0] \u_in.gen_frames.first_q ;
  (* hierconn *) wire [2:0] \u_in.gen_frames.next_first_q ;
  (* hierconn *) wire       \u_in.gen_frames.step_last_q ;
  (* hierconn *) wire       \u_in.gen_frames.sample_last_q ;
  (* hierconn *) wire       \u_in.gen_frames.held_q ;
  (* hierconn *) wire [2:0] \u_in.gen_frames.addr_q ;
  (* hierconn *) wire       \u_in.gen_frames.value_q ;

  reg       begun_q = 1'b0;
  reg       in_frame_q;  // the next word is not the first of its frame
  reg [7:0] frame_q;     // elements that came, of the frame that is being sent
  reg       whole_q;     // all of its words came
  reg       last_q;      // with TLAST
  reg [7:0] sent_q;      // elements that went
  reg       waits_q;
  reg [6:0] beat_q;

  wire accept = tvalid_i & tready_o;
  wire send   = beat_valid_o & beat_ready_i;
  wire ends   = in_frame_q | tlast_i;
  wire [7:0] word   = in_frame_q ? {2'd0, tdata_i[1:0], 4'd0} : {4'd0, tdata_i};
  wire [7:0] left   = frame_q & ~sent_q;
  wire [7:0] lowest = left & (~left + 8'd1);
  wire [7:0] own    = 8'd1 << beat_addr_o;
  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    waits_q <= beat_valid_o & ~beat_ready_i & ~rst_i;
    beat_q  <= {beat_event_o, beat_step_last_o, beat_sample_last_o, beat_addr_o, beat_value_o};
    if (rst_i) begin
      in_frame_q <= 1'b0;
      frame_q    <= 8'd0;
      whole_q    <= 1'b0;
      sent_q     <= 8'd0;
    end else begin
      if (accept) begin
        in_frame_q <= ~ends;
        whole_q    <= ends;
        last_q     <= tlast_i;
      end else if (send & beat_step_last_o) begin
        whole_q <= 1'b0;
      end
      // A new frame may begin as the last beat of the old one goes.
      if (accept) frame_q <= in_frame_q ? frame_q | word : word;
      if (send & beat_step_last_o) sent_q <= 8'd0;
      else if (send) sent_q <= sent_q | own;
    end
  end

  wire [7:0] pending = {4'd0, \u_in.gen_frames.left_q } << \u_in.gen_frames.first_q ;
  wire [7:0] held    = \u_in.gen_frames.held_q ? 8'd1 << \u_in.gen_frames.addr_q : 8'd0;
  wire       busy    = \u_in.gen_frames.word_q ;
  always @* begin
    if (!begun_q) assume (rst_i);
    if (begun_q && !rst_i) begin
      // 1. What is offered stays.
      if (waits_q)
        assert (beat_valid_o && beat_q == {beat_event_o, beat_step_last_o, beat_sample_last_o,
                                           beat_addr_o, beat_value_o});
      // 2. An event is the lowest element that is not 0 and was not sent.
      if (beat_valid_o && beat_event_o) assert (own == lowest && beat_value_o);
      // 3. The step ends with its last event, when all of the frame came; without any it is empty.
      if (beat_valid_o && beat_step_last_o)
        assert (whole_q && left == (beat_event_o ? own : 8'd0));
      if (beat_valid_o && !beat_step_last_o) assert (beat_event_o);
      if (beat_valid_o && !beat_event_o) assert (frame_q == 8'd0);
      // 4. The sample ends with the step whose last word had TLAST.
      if (beat_valid_o) assert (beat_sample_last_o == (beat_step_last_o & last_q));
    end
    // What the induction needs.
    if (begun_q) begin
      assert (\u_in.gen_frames.at_q == in_frame_q);
      assert (\u_in.gen_frames.next_first_q == (in_frame_q ? 3'd4 : 3'd0));
      if (busy) begin
        assert (\u_in.gen_frames.step_last_q == whole_q);
        assert (\u_in.gen_frames.sample_last_q == last_q || !whole_q);
        if (!whole_q) assert (in_frame_q && !last_q && !\u_in.gen_frames.sample_last_q );
        assert (whole_q || in_frame_q);
        assert (!(whole_q && in_frame_q));
        assert (\u_in.gen_frames.first_q == 3'd0 || \u_in.gen_frames.first_q == 3'd4);
        if (!whole_q) assert (\u_in.gen_frames.first_q == 3'd0);
        // Each element that is left is in the word or held, and none twice.
        assert (left == (pending | held) && (pending & held) == 8'd0);
        assert ((\u_in.gen_frames.left_q & ~\u_in.gen_frames.data_q ) == 4'd0);
        if (held != 8'd0 && pending != 8'd0) assert (held < (pending & (~pending + 8'd1)));
        if (\u_in.gen_frames.first_q == 3'd4) assert (frame_q[7:6] == 2'd0);
        if (\u_in.gen_frames.first_q == 3'd0) assert (frame_q[7:4] == 4'd0);
      end else begin
        assert (!whole_q);
        if (in_frame_q) assert (left == held && frame_q[7:4] == 4'd0);
        else assert (sent_q == 8'd0 && held == 8'd0);
      end
      if (\u_in.gen_frames.held_q ) assert (\u_in.gen_frames.value_q );
      else assert (sent_q == 8'd0);
      // Nothing was sent that is not behind what is left.
      assert ((sent_q & (pending & {8{busy}})) == 8'd0 && (sent_q & held) == 8'd0);
      assert ((sent_q & ~frame_q) == 8'd0 || !(busy || in_frame_q));
      if (!busy && !in_frame_q) assert (sent_q == 8'd0);
    end
  end

endmodule
