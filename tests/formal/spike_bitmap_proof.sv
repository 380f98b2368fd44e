// snn_spike_bitmap against a queue of whole steps, for a bounded number of cycles: three rows of two
// lanes, two rows to a word. What is read is what was written, in order; no step is lost, or seen
// before it is whole; with a delay the last Delay steps of a sample are dropped, and no others.
module spike_bitmap_proof #(
  parameter Delay = 0
) (
  input wire       clk_i,
  input wire       rst_i,
  input wire       row_i,       // the producer has a row, once it may
  input wire [1:0] spikes_i,
  input wire       sample_last_i,
  input wire       index_i,     // of the word
  input wire       release_i    // the reader wants to release
);

  localparam Banks = (Delay > 0) ? Delay + 1 : 2;

  wire       step_ready;
  wire       step_valid;
  wire       sample_last;
  wire [1:0] flags;
  wire [3:0] word;

  // The producer: rows 0, 1, 2 of a step, which it begins where step_ready allows.
  reg  [1:0] group_q;
  reg        last_q;   // whether the step is the last of its sample: chosen at its first row
  wire       row     = row_i & ((group_q != 2'd0) | step_ready) & ~rst_i;
  wire       ends    = (group_q == 2'd2);
  wire       is_last = (group_q == 2'd0) ? sample_last_i : last_q;
  wire       leave   = release_i & step_valid & ~rst_i;

  snn_spike_bitmap #(.Lanes(2), .Groups(3), .GroupBits(2), .Pack(2), .Slices(1), .Delay(Delay))
  u_bitmap (
    .clk_i(clk_i), .rst_i(rst_i), .step_ready_o(step_ready), .row_valid_i(row),
    .row_group_i(group_q), .row_step_last_i(ends), .row_sample_last_i(is_last & ends),
    .row_spikes_i(spikes_i), .step_valid_o(step_valid), .step_sample_last_o(sample_last),
    .word_flags_o(flags), .word_index_i(index_i), .word_o(word), .step_release_i(leave)
  );

  // The queue, its front at 0: whole steps. Of those the last `late_q` belong to a sample that goes
  // on, and are so near its end that they would be dropped if it ended now.
  reg        begun_q = 1'b0;
  reg  [5:0] part_q;
  reg  [5:0] bits_q [0:3];
  reg  [3:0] final_q;  // which are the last that is read of their sample
  reg  [2:0] count_q;
  reg  [2:0] late_q;
  wire       whole = row & ends;
  wire [5:0] now   = {spikes_i, part_q[3:0]};
  wire       drop  = (Delay > 0) & is_last;
  wire [2:0] stay  = count_q - {2'd0, leave};
  wire [2:0] push_at = stay;
  wire [2:0] most  = (Delay > 1) ? Delay - 1 : 0;
  integer i;
  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    if (rst_i) begin
      group_q <= 2'd0;
      count_q <= 3'd0;
      late_q  <= 3'd0;
    end else begin
      if (row) begin
        group_q <= ends ? 2'd0 : group_q + 2'd1;
        last_q  <= is_last;
        if (group_q == 2'd0) part_q[1:0] <= spikes_i;
        if (group_q == 2'd1) part_q[3:2] <= spikes_i;
      end
      for (i = 0; i < 4; i = i + 1) begin
        if (whole && !drop && push_at == i) begin
          bits_q[i]  <= now;
          final_q[i] <= is_last;
        end else if (leave && i < 3) begin
          bits_q[i]  <= bits_q[i+1];
          final_q[i] <= final_q[i+1];
        end
      end
      if (whole && drop) begin
        count_q <= stay - late_q;
        late_q  <= 3'd0;
      end else if (whole) begin
        count_q <= stay + 3'd1;
        if (late_q < most) late_q <= late_q + 3'd1;
      end else begin
        count_q <= stay;
      end
    end
  end

  wire [5:0] front = bits_q[0];
  always @* begin
    if (!begun_q) assume (rst_i);
    if (begun_q && !rst_i) begin
      assert (step_ready == (count_q != Banks));
      assert (step_valid == (count_q != late_q));
      if (step_valid) begin
        assert (flags == {|front[5:4], |front[3:0]});
        assert (word == (index_i ? {2'b00, front[5:4]} : front[3:0]));
        if (Delay == 0) assert (sample_last == final_q[0]);
      end
    end
  end

endmodule
