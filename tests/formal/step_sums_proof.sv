// snn_step_sums, up to a bound, for a neuron that the solver chooses: each row is handed on once, in
// order, with its marks, and the neuron's sum in it is what the taps of the step brought, modulo the
// width, whatever the next step adds meanwhile. Taps visit the groups in order (Fused = 1).
module step_sums_proof #(
  parameter Neurons  = 3,
  parameter Groups   = 1,
  parameter Lanes    = 3,
  parameter OutLanes = 2
) (
  input wire               clk_i,
  input wire               rst_i,
  input wire               tap_valid_i,
  input wire               tap_event_i,
  input wire               last_beat_i,
  input wire               sample_last_i,
  input wire [2*Lanes-1:0] weights_i,
  input wire               row_ready_i
);

  localparam SumBits   = 3;
  localparam Rows      = (Neurons + OutLanes - 1) / OutLanes;
  localparam GroupBits = (Groups > 1) ? $clog2(Groups) : 1;
  localparam RowBits   = (Rows > 1) ? $clog2(Rows) : 1;

  (* anyconst *) wire [1:0] neuron;
  wire [1:0] its_lane = neuron % Lanes;
  wire [1:0] its_group = neuron / Lanes;
  wire [1:0] its_row = neuron / OutLanes;
  wire [1:0] its_place = neuron % OutLanes;

  reg  [GroupBits-1:0]        group_q;
  wire                        last_group = (group_q == Groups - 1);
  wire                        step_last = last_group & last_beat_i;
  wire                        ready;
  wire                        take = tap_valid_i & ready;
  wire                        row_valid;
  wire                        row_new;
  wire                        row_step_last;
  wire                        row_sample_last;
  wire [RowBits-1:0]          row_group;
  wire [OutLanes*SumBits-1:0] sums;

  snn_step_sums #(
    .Neurons(Neurons), .Groups(Groups), .Lanes(Lanes), .OutLanes(OutLanes), .ValueBits(1),
    .WeightBits(2), .SumBits(SumBits)
  ) u_sums (
    .clk_i(clk_i), .rst_i(rst_i), .tap_valid_i(tap_valid_i), .tap_ready_o(ready),
    .tap_event_i(tap_event_i), .tap_new_i(group_q == 0), .tap_step_last_i(step_last),
    .tap_sample_last_i(sample_last_i), .tap_group_i(group_q), .tap_value_i(1'b1),
    .weights_i(weights_i), .row_valid_o(row_valid), .row_ready_i(row_ready_i), .row_new_o(row_new),
    .row_step_last_o(row_step_last), .row_sample_last_o(row_sample_last), .row_group_o(row_group),
    .sums_o(sums), .event_taken_o(), .weight_read_o(), .sample_done_o()
  );

  // What the taps of each of the latest steps brought to the neuron, counted here.
  reg                begun_q = 1'b0;
  reg                beat_last_q;    // the beat that began is its step's last, and its sample's
  reg                beat_sample_q;
  reg                taken_q;        // a tap, a cycle ago: its weights are here
  reg                event_q;
  reg                mine_q;
  reg                step_last_q;
  reg  [SumBits-1:0] sum_q;          // of the step that is being added up
  reg  [SumBits-1:0] sum_of_q [0:3];
  reg                sample_of_q [0:3];
  reg  [1:0]         begun_steps_q;  // steps whose last tap was taken, and whose sum is known
  reg  [1:0]         known_steps_q;
  reg  [1:0]         out_steps_q;    // steps that were handed on
  reg  [1:0]         row_at_q;
  reg                look_q;         // the neuron's row was handed on a cycle ago
  reg  [SumBits-1:0] want_q;

  wire [1:0]         weight = weights_i[2*its_lane +: 2];
  wire [SumBits-1:0] added = (taken_q & event_q & mine_q) ? {weight[1], weight} : 3'd0;
  wire [SumBits-1:0] sum = sum_q + added;
  wire [SumBits-1:0] stored = (known_steps_q == out_steps_q) ? sum : sum_of_q[out_steps_q];
  wire               pass = row_valid & row_ready_i;

  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    taken_q <= take & ~rst_i;
    event_q <= tap_event_i;
    mine_q  <= (group_q == its_group);
    step_last_q <= step_last;
    if (take && group_q == 0) begin
      beat_last_q   <= last_beat_i;
      beat_sample_q <= sample_last_i;
    end
    look_q <= pass & ~rst_i & (row_at_q == its_row);
    want_q <= stored;
    if (rst_i) begin
      group_q       <= 0;
      sum_q         <= 0;
      begun_steps_q <= 0;
      known_steps_q <= 0;
      out_steps_q   <= 0;
      row_at_q      <= 0;
    end else begin
      if (take) group_q <= last_group ? 0 : group_q + 1'b1;
      if (take && step_last) begin
        sample_of_q[begun_steps_q] <= sample_last_i;
        begun_steps_q <= begun_steps_q + 1'b1;
      end
      if (taken_q) sum_q <= step_last_q ? 0 : sum;
      if (taken_q && step_last_q) begin
        sum_of_q[known_steps_q] <= sum;
        known_steps_q <= known_steps_q + 1'b1;
      end
      if (pass) begin
        row_at_q <= row_step_last ? 0 : row_at_q + 1'b1;
        if (row_step_last) out_steps_q <= out_steps_q + 1'b1;
      end
    end
  end

  always @* begin
    assume (neuron < Neurons);
    if (!begun_q) assume (rst_i);
    if (begun_q && !rst_i) begin
      // A beat says the same of its step in every group.
      if (group_q != 0) assume (last_beat_i == beat_last_q && sample_last_i == beat_sample_q);
      if (row_valid) begin
        // 1. Rows of a step that is there, in order, with their marks.
        assert (begun_steps_q != out_steps_q);
        assert (row_group == row_at_q);
        assert (row_new == (row_at_q == 0));
        assert (row_step_last == (row_at_q == Rows - 1));
        assert (row_sample_last == sample_of_q[out_steps_q]);
      end
      // 2. The neuron's sum, in the cycle after its row.
      if (look_q) assert (sums[SumBits*its_place +: SumBits] == want_q);
    end
  end

endmodule
