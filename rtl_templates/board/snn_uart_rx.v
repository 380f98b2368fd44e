// snn_uart_rx: bytes from a serial line: one start bit, eight data bits, the lowest first, one stop
// bit; a bit is ClocksPerBit cycles. valid_o is high for one cycle in the middle of the stop bit; a
// byte whose stop bit is low is dropped.
`default_nettype none

module snn_uart_rx #(
  parameter ClocksPerBit = 104  // >= 4
) (
  input  wire       clk_i,
  input  wire       rst_i,
  input  wire       rx_i,     // asynchronous
  output wire       valid_o,
  output wire [7:0] data_o
);

  localparam CountBits = $clog2(ClocksPerBit);
  localparam [31:0] WholeWide = ClocksPerBit - 1;
  localparam [31:0] HalfWide  = ClocksPerBit / 2 - 1;

  reg [2:0]           line_q;  // synchronizer, the oldest highest
  reg [CountBits-1:0] count_q;
  reg [3:0]           bit_q;   // 0: idle, 1: start, 2..9: data, 10: stop
  reg [7:0]           data_q;

  wire due;
  assign due     = (count_q == {CountBits{1'b0}});
  assign valid_o = (bit_q == 4'd10) & due & line_q[2];
  assign data_o  = data_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      line_q <= 3'b111;
      bit_q  <= 4'd0;
    end else begin
      line_q <= {line_q[1:0], rx_i};
      if (bit_q == 4'd0) begin
        if (~line_q[2]) bit_q <= 4'd1;
      end else if (due) begin
        // A start bit that is over by its middle was none.
        bit_q <= ((bit_q == 4'd1) & line_q[2]) | (bit_q == 4'd10) ? 4'd0 : bit_q + 1'b1;
      end
    end
    if (bit_q == 4'd0) count_q <= HalfWide[CountBits-1:0];
    else               count_q <= due ? WholeWide[CountBits-1:0] : count_q - 1'b1;
    if (due & (bit_q >= 4'd2) & (bit_q <= 4'd9)) data_q <= {line_q[2], data_q[7:1]};
  end

  wire unused;
  assign unused = &{1'b0, WholeWide, HalfWide};

endmodule

`default_nettype wire
