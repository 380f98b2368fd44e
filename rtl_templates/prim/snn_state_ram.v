// snn_state_ram: memory for states that are read, changed and written back: one write port, one read
// port, and a read of the word being written returns what is written.
//
// Depth > 1: registered read, inferred as block or distributed RAM, with a register beside it for
//   the word that passes by. Bypass = 0 leaves that register out, for users that never read a word
//   in the cycle of its write.
// Depth = 1: a register; rd_data_o always shows the present content.
// Content after power-up is undefined: the user writes every word before reading it.
`default_nettype none

module snn_state_ram #(
  parameter Width    = 8,  // bits per word, >= 1
  parameter Depth    = 2,  // words, >= 1
  parameter AddrBits = 1,  // >= max(1, clog2(Depth))
  parameter Bypass   = 1   // 1: a read sees the write of its own cycle
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

  wire [Width-1:0] stored;

  snn_ram_1r1w #(
    .Width   (Width),
    .Depth   (Depth),
    .AddrBits(AddrBits)
  ) u_ram (
    .clk_i    (clk_i),
    .wr_en_i  (wr_en_i),
    .wr_addr_i(wr_addr_i),
    .wr_data_i(wr_data_i),
    .rd_en_i  (rd_en_i),
    .rd_addr_i(rd_addr_i),
    .rd_data_o(stored)
  );

  generate
    if ((Depth > 1) && (Bypass != 0)) begin : gen_bypass
      reg             passed_q;
      reg [Width-1:0] passing_q;
      always @(posedge clk_i) begin
        if (rd_en_i) begin
          passed_q  <= wr_en_i & (wr_addr_i == rd_addr_i);
          passing_q <= wr_data_i;
        end
      end
      assign rd_data_o = passed_q ? passing_q : stored;
    end else begin : gen_plain
      assign rd_data_o = stored;
    end
  endgenerate

endmodule

`default_nettype wire
