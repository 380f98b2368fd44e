// snn_stream_gate, whatever stall_i does: no transfer is lost or made up, valid_o holds until it is
// taken, and without a stall the gate is wires.
module stream_gate_proof (
  input wire clk_i,
  input wire rst_i,
  input wire stall_i,
  input wire valid_i,
  input wire ready_i
);

  wire ready_o;
  wire valid_o;
  snn_stream_gate u_gate (
    .clk_i(clk_i), .rst_i(rst_i), .stall_i(stall_i), .valid_i(valid_i), .ready_o(ready_o),
    .valid_o(valid_o), .ready_i(ready_i)
  );
  (* hierconn *) wire \u_gate.offered_q ;

  reg begun_q = 1'b0;
  reg rst_q;
  reg waiting_i_q;  // offered to the gate, not taken
  reg waiting_o_q;  // offered by the gate, not taken
  always @(posedge clk_i) begin
    begun_q     <= 1'b1;
    rst_q       <= rst_i;
    waiting_i_q <= valid_i & ~ready_o & ~rst_i;
    waiting_o_q <= valid_o & ~ready_i & ~rst_i;
  end

  always @* begin
    if (!begun_q) assume (rst_i);
    // 1. The source holds its offer.
    if (begun_q && waiting_i_q) assume (valid_i);
    if (begun_q && !rst_i) begin
      // 2. A transfer on one side is a transfer on the other.
      assert ((valid_i & ready_o) == (valid_o & ready_i));
      // 3. Once offered, always offered.
      if (waiting_o_q) assert (valid_o);
      // 4. Without a stall: wires.
      if (!stall_i) assert (valid_o == valid_i && ready_o == ready_i);
    end
    // What the induction needs.
    if (begun_q) assert (\u_gate.offered_q == waiting_o_q);
    if (begun_q && waiting_o_q) assert (waiting_i_q);
  end

endmodule
