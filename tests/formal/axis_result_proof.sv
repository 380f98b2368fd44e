// snn_axis_result with one readout and scores of two bits: results come out in order, each as a packet
// of class and score, none lost and none twice, and what is offered stays until it is taken.
module axis_result_proof (
  input wire       clk_i,
  input wire       rst_i,
  input wire       result_valid_i,
  input wire [1:0] result_class_i,
  input wire [1:0] result_score_i,
  input wire       tready_i
);

  wire        result_ready_o;
  wire        tvalid_o;
  wire [31:0] tdata_o;
  wire        tlast_o;
  snn_axis_result #(.ClassBits(2), .ScoreBits(2)) u_result (
    .clk_i(clk_i), .rst_i(rst_i), .result_valid_i(result_valid_i), .result_ready_o(result_ready_o),
    .result_class_i(result_class_i), .result_score_i(result_score_i), .tvalid_o(tvalid_o),
    .tready_i(tready_i), .tdata_o(tdata_o), .tlast_o(tlast_o)
  );
  (* hierconn *) wire [1:0] \u_result.word_q ;
  (* hierconn *) wire       \u_result.readout_q ;
  (* hierconn *) wire       \u_result.u_results.wr_q ;
  (* hierconn *) wire       \u_result.u_results.rd_q ;
  (* hierconn *) wire [1:0] \u_result.u_results.count_q ;
  (* hierconn *) wire [3:0] \u_result.u_results.u_entries.mem[0] ;
  (* hierconn *) wire [3:0] \u_result.u_results.u_entries.mem[1] ;

  // The results inside: the next one first.
  reg        begun_q = 1'b0;
  reg  [1:0] held_q;
  reg  [3:0] first_q;
  reg  [3:0] second_q;
  reg        score_q;  // the class was sent
  reg        waits_q;
  reg [32:0] offer_q;
  wire       push = result_valid_i & result_ready_o;
  wire       send = tvalid_o & tready_i;
  wire       pop  = send & score_q;
  wire [3:0] word = {result_class_i, result_score_i};
  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    waits_q <= tvalid_o & ~tready_i & ~rst_i;
    offer_q <= {tlast_o, tdata_o};
    if (rst_i) begin
      held_q  <= 2'd0;
      score_q <= 1'b0;
    end else begin
      held_q <= held_q + {1'b0, push} - {1'b0, pop};
      if (send) score_q <= ~score_q;
    end
    first_q  <= pop ? ((held_q == 2'd1) ? word : second_q) : (held_q == 2'd0) ? word : first_q;
    second_q <= (held_q == {1'b0, 1'b1} + {1'b0, pop}) ? word : second_q;
  end

  function [3:0] entry;
    input at;
    entry = at ? \u_result.u_results.u_entries.mem[1] : \u_result.u_results.u_entries.mem[0] ;
  endfunction
  always @* begin
    if (!begun_q) assume (rst_i);
    if (begun_q && !rst_i) begin
      // 1. What is offered stays.
      if (waits_q) assert (tvalid_o && {tlast_o, tdata_o} == offer_q);
      // 2. There is something while a result is inside, and room for two.
      assert (tvalid_o == (held_q != 2'd0) && result_ready_o == (held_q != 2'd2));
      // 3. First the class, then the score, signed, which ends the packet.
      if (tvalid_o) assert (tlast_o == score_q);
      if (tvalid_o && !score_q) assert (tdata_o == {30'd0, first_q[3:2]});
      if (tvalid_o && score_q) assert (tdata_o == {{31{first_q[1]}}, first_q[0]});
    end
    // What the induction needs.
    if (begun_q) begin
      assert (held_q <= 2'd2 && \u_result.u_results.count_q == held_q);
      assert (\u_result.word_q == {1'b0, score_q} && !\u_result.readout_q );
      assert (\u_result.u_results.wr_q == (\u_result.u_results.rd_q ^ held_q[0]));
      if (held_q != 2'd0) assert (entry(\u_result.u_results.rd_q ) == first_q);
      if (held_q == 2'd2) assert (entry(~\u_result.u_results.rd_q ) == second_q);
      if (held_q == 2'd0) assert (!score_q);
    end
  end

endmodule
