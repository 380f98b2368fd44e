// snn_fifo with three entries of two bits against a queue: order, content, full and empty.
module fifo_proof (
  input wire       clk_i,
  input wire       rst_i,
  input wire       valid_i,
  input wire [1:0] data_i,
  input wire       ready_i
);

  wire       ready_o;
  wire       valid_o;
  wire [1:0] data_o;
  snn_fifo #(.Width(2), .Depth(3)) u_fifo (
    .clk_i(clk_i), .rst_i(rst_i), .valid_i(valid_i), .ready_o(ready_o), .data_i(data_i),
    .valid_o(valid_o), .ready_i(ready_i), .data_o(data_o)
  );
  (* hierconn *) wire [1:0] \u_fifo.wr_q ;
  (* hierconn *) wire [1:0] \u_fifo.rd_q ;
  (* hierconn *) wire [1:0] \u_fifo.count_q ;
  (* hierconn *) wire [1:0] \u_fifo.u_entries.mem[0] ;
  (* hierconn *) wire [1:0] \u_fifo.u_entries.mem[1] ;
  (* hierconn *) wire [1:0] \u_fifo.u_entries.mem[2] ;

  // The queue: the front at 0.
  reg       begun_q = 1'b0;
  reg [1:0] held_q;
  reg [1:0] first_q;
  reg [1:0] second_q;
  reg [1:0] third_q;
  wire      push = valid_i & ready_o;
  wire      pop  = valid_o & ready_i;
  wire [1:0] back = held_q - {1'b0, pop};  // where a push goes
  always @(posedge clk_i) begin
    begun_q <= 1'b1;
    if (rst_i) held_q <= 2'd0;
    else held_q <= back + {1'b0, push};
    first_q  <= (push && back == 2'd0) ? data_i : pop ? second_q : first_q;
    second_q <= (push && back == 2'd1) ? data_i : pop ? third_q : second_q;
    third_q  <= (push && back == 2'd2) ? data_i : third_q;
  end

  function [1:0] after;
    input [1:0] at;
    after = (at == 2'd2) ? 2'd0 : at + 2'd1;
  endfunction

  wire [1:0] at_first  = \u_fifo.rd_q ;
  wire [1:0] at_second = after(at_first);
  wire [1:0] at_third  = after(at_second);
  function [1:0] entry;
    input [1:0] at;
    entry = (at == 2'd0) ? \u_fifo.u_entries.mem[0] :
            (at == 2'd1) ? \u_fifo.u_entries.mem[1] : \u_fifo.u_entries.mem[2] ;
  endfunction

  always @* begin
    if (!begun_q) assume (rst_i);
    if (begun_q) begin
      // 1. There is room, and there is something.
      assert (ready_o == (held_q != 2'd3));
      assert (valid_o == (held_q != 2'd0));
      // 2. First in, first out.
      if (held_q != 2'd0) assert (data_o == first_q);
      // What the induction needs.
      assert (\u_fifo.count_q == held_q);
      assert (at_first != 2'd3);
      assert (\u_fifo.wr_q == (held_q == 2'd1 ? at_second : held_q == 2'd2 ? at_third : at_first));
      if (held_q > 2'd0) assert (entry(at_first) == first_q);
      if (held_q > 2'd1) assert (entry(at_second) == second_q);
      if (held_q > 2'd2) assert (entry(at_third) == third_q);
    end
  end

endmodule
