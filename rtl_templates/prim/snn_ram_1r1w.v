// snn_ram_1r1w: memory with one write port and one read port.
//
// Depth > 1: registered read, inferred as block or distributed RAM. A read of the word being written
//   in the same cycle returns the old content.
// Depth = 1: a register; rd_data_o always shows the present content (no read latency), so that a
//   read-modify-write can be done in every cycle.
// Content after power-up is undefined: the user writes every word before reading it.
`default_nettype none

module snn_ram_1r1w #(
  parameter Width    = 8,  // bits per word, >= 1
  parameter Depth    = 2,  // words, >= 1
  parameter AddrBits = 1   // >= max(1, clog2(Depth))
) (
  input  wire                clk_i,
  // Write port
  input  wire                wr_en_i,
  input  wire [AddrBits-1:0] wr_addr_i,
  input  wire [Width-1:0]    wr_data_i,
  // Read port
  input  wire                rd_en_i,
  input  wire [AddrBits-1:0] rd_addr_i,
  output wire [Width-1:0]    rd_data_o
);

  generate
    if (Depth == 1) begin : gen_register
      reg [Width-1:0] word_q;
      always @(posedge clk_i) begin
        if (wr_en_i) word_q <= wr_data_i;
      end
      assign rd_data_o = word_q;

      wire unused;
      assign unused = &{1'b0, rd_en_i, rd_addr_i, wr_addr_i};
    end else begin : gen_memory
      reg [Width-1:0] mem [0:Depth-1];
      reg [Width-1:0] rd_data_q;
      always @(posedge clk_i) begin
        if (wr_en_i) mem[wr_addr_i] <= wr_data_i;
        if (rd_en_i) rd_data_q <= mem[rd_addr_i];
      end
      assign rd_data_o = rd_data_q;
    end
  endgenerate

endmodule

`default_nettype wire
