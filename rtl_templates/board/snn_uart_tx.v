// snn_uart_tx: bytes to a serial line: one start bit, eight data bits, the lowest first, one stop
// bit; a bit is ClocksPerBit cycles. A byte is taken where valid_i and ready_o are high.
`default_nettype none

module snn_uart_tx #(
  parameter ClocksPerBit = 104  // >= 2
) (
  input  wire       clk_i,
  input  wire       rst_i,
  input  wire       valid_i,
  output wire       ready_o,
  input  wire [7:0] data_i,
  output wire       tx_o
);

  localparam CountBits = $clog2(ClocksPerBit);
  localparam [31:0] WholeWide = ClocksPerBit - 1;

  reg [CountBits-1:0] count_q;
  reg [3:0]           bits_q;   // bits that are still on the line or to be sent
  reg [9:0]           shift_q;  // the lowest is on the line

  assign ready_o = (bits_q == 4'd0);
  assign tx_o    = shift_q[0];

  always @(posedge clk_i) begin
    if (rst_i) begin
      bits_q  <= 4'd0;
      shift_q <= 10'h3ff;
    end else if (ready_o) begin
      if (valid_i) begin
        bits_q  <= 4'd10;
        shift_q <= {1'b1, data_i, 1'b0};
      end
    end else if (count_q == {CountBits{1'b0}}) begin
      bits_q  <= bits_q - 1'b1;
      shift_q <= {1'b1, shift_q[9:1]};
    end
    count_q <= (ready_o | (count_q == {CountBits{1'b0}})) ? WholeWide[CountBits-1:0]
                                                          : count_q - 1'b1;
  end

  wire unused;
  assign unused = &{1'b0, WholeWide};

endmodule

`default_nettype wire
