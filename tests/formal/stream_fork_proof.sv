// snn_stream_fork with three takers: each takes every transfer of the source exactly once, what it is
// offered holds until then, and the source's transfer is done when all have.
module stream_fork_proof (
  input wire       clk_i,
  input wire       rst_i,
  input wire       valid_i,
  input wire [2:0] ready_i
);

  wire       ready_o;
  wire [2:0] valid_o;
  snn_stream_fork #(.Takers(3)) u_fork (
    .clk_i(clk_i), .rst_i(rst_i), .valid_i(valid_i), .ready_o(ready_o), .valid_o(valid_o),
    .ready_i(ready_i)
  );
  (* hierconn *) wire [2:0] \u_fork.taken_q ;

  reg       begun_q = 1'b0;
  reg       waiting_i_q;
  reg [2:0] waiting_o_q;
  reg [2:0] took_q;  // who has had the present transfer
  always @(posedge clk_i) begin
    begun_q     <= 1'b1;
    waiting_i_q <= valid_i & ~ready_o & ~rst_i;
    waiting_o_q <= valid_o & ~ready_i & {3{~rst_i}};
    if (rst_i | (valid_i & ready_o)) took_q <= 3'b000;
    else took_q <= took_q | (valid_o & ready_i);
  end

  always @* begin
    if (!begun_q) assume (rst_i);
    // 1. The source holds its offer.
    if (begun_q && waiting_i_q) assume (valid_i);
    if (begun_q && !rst_i) begin
      // 2. Nobody is offered a transfer twice, and nobody one that is not there.
      assert ((valid_o & took_q) == 3'b000);
      if (!valid_i) assert (valid_o == 3'b000);
      // 3. Who has not had it is offered it.
      if (valid_i) assert ((valid_o | took_q) == 3'b111);
      // 4. Once offered, always offered.
      assert ((waiting_o_q & ~valid_o) == 3'b000);
      // 5. Done with the last taker.
      if (valid_i) assert (ready_o == ((took_q | (valid_o & ready_i)) == 3'b111));
    end
    // What the induction needs.
    if (begun_q) begin
      assert (\u_fork.taken_q == took_q);
      if (took_q != 3'b000 || waiting_o_q != 3'b000) assert (waiting_i_q);
      assert ((waiting_o_q & took_q) == 3'b000);
    end
  end

endmodule
