// snn_axis_result: results as an AXI4-Stream of 32-bit words: a packet a result, first the class,
// then the score, signed, the low word first. TLAST ends the packet.
//
// Two results wait here while the stream does not move; a reset of the core does not touch them.
`default_nettype none

module snn_axis_result #(
  parameter ClassBits = 4,
  parameter ScoreBits = 8   // 1..64; above 32 the score is two words
) (
  input  wire                 clk_i,
  input  wire                 rst_i,
  // Results
  input  wire                 result_valid_i,
  output wire                 result_ready_o,
  input  wire [ClassBits-1:0] result_class_i,
  input  wire [ScoreBits-1:0] result_score_i,
  // AXI4-Stream
  output wire                 tvalid_o,
  input  wire                 tready_i,
  output wire [31:0]          tdata_o,
  output wire                 tlast_o
);

  localparam [1:0] LastWord = (ScoreBits > 32) ? 2'd2 : 2'd1;

  reg  [1:0] word_q;
  wire [ClassBits-1:0] number;
  wire [ScoreBits-1:0] score;
  wire signed [63:0]   score_wide;

  snn_fifo #(.Width(ClassBits + ScoreBits), .Depth(2)) u_results (
    .clk_i  (clk_i),
    .rst_i  (rst_i),
    .valid_i(result_valid_i),
    .ready_o(result_ready_o),
    .data_i ({result_class_i, result_score_i}),
    .valid_o(tvalid_o),
    .ready_i(tready_i & tlast_o),
    .data_o ({number, score})
  );

  generate
    if (ScoreBits < 64) begin : gen_extend
      assign score_wide = {{(64 - ScoreBits) {score[ScoreBits-1]}}, score};
    end else begin : gen_whole
      assign score_wide = score;
    end
  endgenerate

  assign tlast_o = (word_q == LastWord);
  assign tdata_o = (word_q == 2'd0) ? {{(32 - ClassBits) {1'b0}}, number} :
                   (word_q == 2'd1) ? score_wide[31:0] : score_wide[63:32];

  always @(posedge clk_i) begin
    if (rst_i) word_q <= 2'd0;
    else if (tvalid_o & tready_i) word_q <= tlast_o ? 2'd0 : word_q + 1'b1;
  end

endmodule

`default_nettype wire
