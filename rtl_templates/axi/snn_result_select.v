// snn_result_select: of the results of a sample that of one readout, as words of a bus: the class as
// it is, the score with its sign. Combinational.
`default_nettype none

module snn_result_select #(
  parameter Readouts  = 1,  // side by side, the first lowest
  parameter ClassBits = 4,  // 1..31
  parameter ScoreBits = 8,  // 1..64
  // Derived; not to be overridden
  parameter SelectBits = (Readouts > 1) ? $clog2(Readouts) : 1
) (
  input  wire [SelectBits-1:0]         select_i,
  input  wire [Readouts*ClassBits-1:0] classes_i,
  input  wire [Readouts*ScoreBits-1:0] scores_i,
  output wire [31:0]                   class_o,
  output wire [63:0]                   score_o
);

  reg [ClassBits-1:0] number;
  reg [ScoreBits-1:0] score;
  integer             r;

  always @* begin
    number = classes_i[ClassBits-1:0];
    score  = scores_i[ScoreBits-1:0];
    for (r = 1; r < Readouts; r = r + 1) begin
      if (select_i == r[SelectBits-1:0]) begin
        number = classes_i[r*ClassBits +: ClassBits];
        score  = scores_i[r*ScoreBits +: ScoreBits];
      end
    end
  end

  assign class_o = {{(32 - ClassBits) {1'b0}}, number};

  generate
    if (ScoreBits < 64) begin : gen_extend
      assign score_o = {{(64 - ScoreBits) {score[ScoreBits-1]}}, score};
    end else begin : gen_whole
      assign score_o = score;
    end
  endgenerate

endmodule

`default_nettype wire
