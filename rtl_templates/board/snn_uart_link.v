// snn_uart_link: a register bus at the end of a serial line. The host sends
//   1, word address, count (two bytes, the lower first), count words of four bytes, the lowest first:
//     writes them all to that address
//   2, word address, count: reads that many words from the address on; they come back as bytes
// Other bytes in their place are ignored, and after 2^IdleBits cycles without a byte the next one
// begins a command. A word may wait on the bus while the next one comes in; one that comes before
// the bus took the last is dropped (overrun_o).
`default_nettype none

module snn_uart_link #(
  parameter ClocksPerBit = 104,
  parameter IdleBits     = 20
) (
  input  wire        clk_i,
  input  wire        rst_i,
  input  wire        rx_i,
  output wire        tx_o,
  // Register bus
  output wire        req_valid_o,
  input  wire        req_ready_i,
  output wire        req_write_o,
  output wire [9:0]  req_addr_o,
  output wire [31:0] req_data_o,
  input  wire        rsp_valid_i,
  input  wire [31:0] rsp_data_i,
  output wire        overrun_o
);

  localparam [2:0] Command = 3'd0, Address = 3'd1, CountLow = 3'd2, CountHigh = 3'd3, Data = 3'd4,
                   Read = 3'd5, Wait = 3'd6, Send = 3'd7;
  localparam [7:0] WriteCommand = 8'd1, ReadCommand = 8'd2;

  reg [2:0]        state_q;
  reg [IdleBits:0] idle_q;
  reg              is_read_q;
  reg [7:0]        addr_q;
  reg [15:0]       count_q;
  reg [1:0]        byte_q;
  reg [31:0]       word_q;   // bytes that come or go, the next one lowest
  reg              write_q;  // a word waits on the bus
  reg [7:0]        write_addr_q;
  reg [31:0]       write_data_q;

  wire       byte_valid;
  wire [7:0] byte_in;
  wire       tx_ready;
  wire       whole;

  snn_uart_rx #(.ClocksPerBit(ClocksPerBit)) u_rx (
    .clk_i(clk_i), .rst_i(rst_i), .rx_i(rx_i), .valid_o(byte_valid), .data_o(byte_in)
  );
  snn_uart_tx #(.ClocksPerBit(ClocksPerBit)) u_tx (
    .clk_i  (clk_i),
    .rst_i  (rst_i),
    .valid_i(state_q == Send),
    .ready_o(tx_ready),
    .data_i (word_q[7:0]),
    .tx_o   (tx_o)
  );

  assign whole       = (state_q == Data) & byte_valid & (byte_q == 2'd3);
  assign overrun_o   = whole & write_q & ~req_ready_i;
  assign req_write_o = write_q;
  assign req_valid_o = write_q | (state_q == Read);
  assign req_addr_o  = {2'd0, write_q ? write_addr_q : addr_q};
  assign req_data_o  = write_data_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= Command;
      write_q <= 1'b0;
      idle_q  <= {(IdleBits + 1) {1'b0}};
    end else begin
      idle_q <= byte_valid ? {(IdleBits + 1) {1'b0}} : idle_q + 1'b1;
      case (state_q)
        Command: begin
          if (byte_valid & ((byte_in == WriteCommand) | (byte_in == ReadCommand)))
            state_q <= Address;
        end
        Address:  if (byte_valid) state_q <= CountLow;
        CountLow: if (byte_valid) state_q <= CountHigh;
        CountHigh: begin
          if (byte_valid) begin
            if ({byte_in, count_q[7:0]} == 16'd0) state_q <= Command;
            else state_q <= is_read_q ? Read : Data;
          end
        end
        Data: if (whole & (count_q == 16'd1)) state_q <= Command;
        Read: if (~write_q & req_ready_i) state_q <= Wait;
        Wait: if (rsp_valid_i) state_q <= Send;
        default: begin
          if (tx_ready & (byte_q == 2'd3)) state_q <= (count_q == 16'd1) ? Command : Read;
        end
      endcase
      // Not while an answer is under way: it ends by itself.
      if (idle_q[IdleBits] & (state_q <= Data)) state_q <= Command;

      if (whole) write_q <= 1'b1;
      else if (req_ready_i) write_q <= 1'b0;
    end

    if (byte_valid & (state_q == Command)) is_read_q <= (byte_in == ReadCommand);
    if (byte_valid & (state_q == Address)) addr_q <= byte_in;
    else if ((state_q == Wait) & rsp_valid_i) addr_q <= addr_q + 1'b1;
    if (byte_valid & (state_q == CountLow)) count_q[7:0] <= byte_in;
    else if (byte_valid & (state_q == CountHigh)) count_q[15:8] <= byte_in;
    else if (whole | ((state_q == Send) & tx_ready & (byte_q == 2'd3))) count_q <= count_q - 1'b1;

    if ((state_q == CountHigh) | (state_q == Wait)) byte_q <= 2'd0;
    else if (((state_q == Data) & byte_valid) | ((state_q == Send) & tx_ready))
      byte_q <= byte_q + 1'b1;
    if (state_q == Wait) word_q <= rsp_data_i;
    else if ((state_q == Data) & byte_valid) word_q <= {byte_in, word_q[31:8]};
    else if ((state_q == Send) & tx_ready) word_q <= {8'd0, word_q[31:8]};

    if (whole & ~overrun_o) begin
      write_addr_q <= addr_q;
      write_data_q <= {byte_in, word_q[31:8]};
    end
  end

endmodule

`default_nettype wire
