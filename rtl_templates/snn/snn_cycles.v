// snn_cycles: cycles in which at least one sample was in the accelerator, from its first beat's
// transfer to its result's, both included. Wraps at 2^32.
`default_nettype none

module snn_cycles (
  input  wire        clk_i,
  input  wire        rst_i,
  // The stream of events at the input
  input  wire        beat_valid_i,
  input  wire        beat_ready_i,
  input  wire        beat_sample_last_i,
  // The stream of results at the output
  input  wire        result_valid_i,
  input  wire        result_ready_i,
  output wire [31:0] cycles_o
);

  reg       between_q;    // the next beat is the first of a sample
  reg [3:0] in_flight_q;  // samples begun and not answered

  wire beat_taken;
  wire result_taken;
  wire begin_sample;
  wire busy;

  assign beat_taken   = beat_valid_i & beat_ready_i;
  assign result_taken = result_valid_i & result_ready_i;
  assign begin_sample = beat_taken & between_q;
  assign busy         = begin_sample | (in_flight_q != 4'd0);

  always @(posedge clk_i) begin
    if (rst_i) begin
      between_q   <= 1'b1;
      in_flight_q <= 4'd0;
    end else begin
      if (beat_taken) between_q <= beat_sample_last_i;
      in_flight_q <= in_flight_q + {3'd0, begin_sample} - {3'd0, result_taken};
    end
  end

  snn_counter #(.Width(32), .StepBits(1)) u_count (
    .clk_i(clk_i), .rst_i(rst_i), .en_i(busy), .step_i(1'b1), .count_o(cycles_o)
  );

endmodule

`default_nettype wire
