// A sender and a receiver on one line, which can be pulled low.
`default_nettype none

module uart_line #(
  parameter SendClocks    = 8,
  parameter ReceiveClocks = 8
) (
  input  wire       clk_i,
  input  wire       rst_i,
  input  wire       valid_i,
  output wire       ready_o,
  input  wire [7:0] data_i,
  input  wire       glitch_i,
  output wire       valid_o,
  output wire [7:0] data_o
);

  wire line;
  snn_uart_tx #(.ClocksPerBit(SendClocks)) u_tx (
    .clk_i(clk_i), .rst_i(rst_i), .valid_i(valid_i), .ready_o(ready_o), .data_i(data_i),
    .tx_o(line)
  );
  snn_uart_rx #(.ClocksPerBit(ReceiveClocks)) u_rx (
    .clk_i(clk_i), .rst_i(rst_i), .rx_i(line & ~glitch_i), .valid_o(valid_o), .data_o(data_o)
  );

endmodule

`default_nettype wire
