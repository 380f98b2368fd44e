// snn_tap_merge with three projections: whose turn it is goes round, by the step; only the tap of the
// projection in turn passes, whole, once; its weights come a cycle after it; the last tap of the last
// projection ends the step and brings what the first one said about the sample.
module tap_merge_proof (
  input wire       clk_i,
  input wire       rst_i,
  input wire [2:0] valid_i,
  input wire [2:0] event_i,
  input wire [2:0] new_i,
  input wire [2:0] step_last_i,
  input wire       sample_last_i,
  input wire [5:0] group_i,
  input wire [5:0] value_i,
  input wire [8:0] weights_i,
  input wire       ready_i
);

  wire [2:0] ready;
  wire [2:0] turn;
  wire       valid;
  wire       event_;
  wire       new_;
  wire       step_last;
  wire       sample_last;
  wire [1:0] group;
  wire [1:0] value;
  wire [2:0] weights;

  snn_tap_merge #(.Streams(3), .GroupBits(2), .ValueBits(2), .WeightsWidth(3)) u_merge (
    .clk_i(clk_i), .rst_i(rst_i), .tap_valid_i(valid_i), .tap_ready_o(ready), .tap_event_i(event_i),
    .tap_new_i(new_i), .tap_step_last_i(step_last_i), .tap_sample_last_i(sample_last_i),
    .tap_group_i(group_i), .tap_value_i(value_i), .weights_i(weights_i), .turn_o(turn),
    .tap_valid_o(valid), .tap_ready_i(ready_i), .tap_event_o(event_), .tap_new_o(new_),
    .tap_step_last_o(step_last), .tap_sample_last_o(sample_last), .tap_group_o(group),
    .tap_value_o(value), .weights_o(weights)
  );
  (* hierconn *) wire \u_merge.sample_last_q ;

  // Who is in turn, counted here: on to the next after the last tap of a step was taken.
  reg       begun_q = 1'b0;
  reg [1:0] at_q;
  reg [1:0] taken_at_q;
  reg       taken_q;
  reg       said_q;  // by the first projection, about this step
  wire      take = valid_i[at_q] & ready_i;
  always @(posedge clk_i) begin
    begun_q    <= 1'b1;
    taken_q    <= take & ~rst_i;
    taken_at_q <= at_q;
    if (rst_i) at_q <= 2'd0;
    else if (take && step_last_i[at_q]) at_q <= (at_q == 2'd2) ? 2'd0 : at_q + 2'd1;
    if (take && step_last_i[at_q] && at_q == 2'd0) said_q <= sample_last_i;
  end

  always @* begin
    if (!begun_q) assume (rst_i);
    if (begun_q) begin
      assert (at_q != 2'd3);
      assert (turn == (3'd1 << at_q));
      if (at_q != 2'd0) assert (\u_merge.sample_last_q == said_q);
      if (!rst_i) begin
        // 1. A tap of the projection in turn, and of no other, is taken.
        assert (valid == valid_i[at_q]);
        assert (ready == (ready_i ? 3'd1 << at_q : 3'd0));
        // 2. It passes whole.
        assert (event_ == event_i[at_q] && new_ == new_i[at_q]);
        assert (group == group_i[2*at_q +: 2] && value == value_i[2*at_q +: 2]);
        // 3. The end of the step, and what is said of the sample.
        assert (step_last == (at_q == 2'd2 && step_last_i[2]));
        if (step_last) assert (sample_last == said_q);
      end
      // 4. Its weights, a cycle later.
      if (taken_q) assert (taken_at_q != 2'd3 && weights == weights_i[3*taken_at_q +: 3]);
    end
  end

endmodule
