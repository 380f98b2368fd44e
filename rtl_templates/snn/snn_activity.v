// snn_activity: counters of what one engine did since reset: the quantities that the energy model
// multiplies by energies. Each wraps at 2^32.
//
// counts_o, from the lowest word up: events, weight rows read, neurons updated, spikes, saturations.
`default_nettype none

module snn_activity #(
  parameter Lanes      = 1,
  parameter ShortLanes = 1  // neurons of a row that is the last of its block, 1..Lanes
) (
  input  wire                 clk_i,
  input  wire                 rst_i,
  input  wire                 event_taken_i,
  input  wire                 weight_read_i,
  input  wire                 row_valid_i,
  input  wire                 row_short_i,
  input  wire [Lanes-1:0]     row_spikes_i,
  input  wire [Lanes-1:0]     row_saturated_i,
  output wire [159:0]         counts_o
);

  localparam CountBits = $clog2(Lanes + 1);
  localparam [31:0]          InRowWide     = Lanes;
  localparam [CountBits-1:0] InRow         = InRowWide[CountBits-1:0];
  localparam [31:0]          InShortRowWide = ShortLanes;
  localparam [CountBits-1:0] InShortRow     = InShortRowWide[CountBits-1:0];

  wire [CountBits-1:0] spikes;
  wire [CountBits-1:0] saturated;
  reg                  row_valid_q;
  reg  [Lanes-1:0]     row_spikes_q;
  reg  [Lanes-1:0]     row_saturated_q;
  reg  [CountBits-1:0] updated_q;

  // Registered: counting is off the engine's critical path.
  always @(posedge clk_i) begin
    row_valid_q     <= row_valid_i & ~rst_i;
    row_spikes_q    <= row_spikes_i;
    row_saturated_q <= row_saturated_i;
    updated_q       <= row_short_i ? InShortRow : InRow;
  end

  snn_popcount #(.Width(Lanes), .CountBits(CountBits)) u_spikes (
    .bits_i (row_spikes_q),
    .count_o(spikes)
  );
  snn_popcount #(.Width(Lanes), .CountBits(CountBits)) u_saturated (
    .bits_i (row_saturated_q),
    .count_o(saturated)
  );

  snn_counter #(.Width(32), .StepBits(1)) u_event_count (
    .clk_i(clk_i), .rst_i(rst_i), .en_i(event_taken_i), .step_i(1'b1), .count_o(counts_o[31:0])
  );
  snn_counter #(.Width(32), .StepBits(1)) u_read_count (
    .clk_i(clk_i), .rst_i(rst_i), .en_i(weight_read_i), .step_i(1'b1), .count_o(counts_o[63:32])
  );
  snn_counter #(.Width(32), .StepBits(CountBits)) u_update_count (
    .clk_i(clk_i), .rst_i(rst_i), .en_i(row_valid_q), .step_i(updated_q), .count_o(counts_o[95:64])
  );
  snn_counter #(.Width(32), .StepBits(CountBits)) u_spike_count (
    .clk_i(clk_i), .rst_i(rst_i), .en_i(row_valid_q), .step_i(spikes), .count_o(counts_o[127:96])
  );
  snn_counter #(.Width(32), .StepBits(CountBits)) u_saturation_count (
    .clk_i(clk_i), .rst_i(rst_i), .en_i(row_valid_q), .step_i(saturated),
    .count_o(counts_o[159:128])
  );

endmodule

`default_nettype wire
