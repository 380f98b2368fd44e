// snn_axis_result: results as an AXI4-Stream of 32-bit words: a packet a sample, of each readout first
// the class, then the score, signed, the low word first. TLAST ends the packet.
//
// The results of two samples wait here while the stream does not move; a reset of the core does not
// touch them.
`default_nettype none

module snn_axis_result #(
  parameter Readouts  = 1,  // results of a sample, side by side, the first lowest
  parameter ClassBits = 4,
  parameter ScoreBits = 8   // 1..64; above 32 the score is two words
) (
  input  wire                          clk_i,
  input  wire                          rst_i,
  // Results
  input  wire                          result_valid_i,
  output wire                          result_ready_o,
  input  wire [Readouts*ClassBits-1:0] result_class_i,
  input  wire [Readouts*ScoreBits-1:0] result_score_i,
  // AXI4-Stream
  output wire                          tvalid_o,
  input  wire                          tready_i,
  output wire [31:0]                   tdata_o,
  output wire                          tlast_o
);

  localparam [1:0]            LastWord   = (ScoreBits > 32) ? 2'd2 : 2'd1;
  localparam                  NumberBits = (Readouts > 1) ? $clog2(Readouts) : 1;
  localparam [31:0]           LastWide   = Readouts - 1;
  localparam [NumberBits-1:0] Last       = LastWide[NumberBits-1:0];

  reg  [1:0]                    word_q;
  reg  [NumberBits-1:0]         readout_q;
  wire [Readouts*ClassBits-1:0] numbers;
  wire [Readouts*ScoreBits-1:0] scores;
  wire [31:0]                   number;  // of readout_q
  wire [63:0]                   score;
  wire                          last_word;

  snn_fifo #(.Width(Readouts * (ClassBits + ScoreBits)), .Depth(2)) u_results (
    .clk_i  (clk_i),
    .rst_i  (rst_i),
    .valid_i(result_valid_i),
    .ready_o(result_ready_o),
    .data_i ({result_class_i, result_score_i}),
    .valid_o(tvalid_o),
    .ready_i(tready_i & tlast_o),
    .data_o ({numbers, scores})
  );

  snn_result_select #(
    .Readouts (Readouts),
    .ClassBits(ClassBits),
    .ScoreBits(ScoreBits)
  ) u_select (
    .select_i (readout_q),
    .classes_i(numbers),
    .scores_i (scores),
    .class_o  (number),
    .score_o  (score)
  );

  assign last_word = (word_q == LastWord);
  assign tlast_o   = last_word & (readout_q == Last);
  assign tdata_o   = (word_q == 2'd0) ? number :
                     (word_q == 2'd1) ? score[31:0] : score[63:32];

  always @(posedge clk_i) begin
    if (rst_i) begin
      word_q    <= 2'd0;
      readout_q <= {NumberBits{1'b0}};
    end else if (tvalid_o & tready_i) begin
      word_q <= last_word ? 2'd0 : word_q + 1'b1;
      if (last_word) readout_q <= tlast_o ? {NumberBits{1'b0}} : readout_q + 1'b1;
    end
  end

endmodule

`default_nettype wire
