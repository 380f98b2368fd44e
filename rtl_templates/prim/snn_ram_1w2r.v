// snn_ram_1w2r: memory with one write port and two read ports, both registered; inferred as
// distributed RAM, or as two block RAMs with the same content. A read of the word being written
// returns the old content, and rd_data_..._o holds while its enable is low. A read with rd_zero_a_i
// gives 0: that costs the register its reset, where a multiplexer behind it would cost logic.
// Content after power-up is undefined: the user writes every word before reading it.
`default_nettype none

module snn_ram_1w2r #(
  parameter Width    = 8,  // bits per word, >= 1
  parameter Depth    = 2,  // words, >= 2
  parameter AddrBits = 1   // >= clog2(Depth)
) (
  input  wire                clk_i,
  // Write port
  input  wire                wr_en_i,
  input  wire [AddrBits-1:0] wr_addr_i,
  input  wire [Width-1:0]    wr_data_i,
  // Read ports
  input  wire                rd_en_a_i,
  input  wire                rd_zero_a_i,
  input  wire [AddrBits-1:0] rd_addr_a_i,
  output wire [Width-1:0]    rd_data_a_o,
  input  wire                rd_en_b_i,
  input  wire [AddrBits-1:0] rd_addr_b_i,
  output wire [Width-1:0]    rd_data_b_o
);

  reg [Width-1:0] mem [0:Depth-1];
  reg [Width-1:0] data_a_q;
  reg [Width-1:0] data_b_q;

  wire zero_a;
  assign zero_a = rd_en_a_i & rd_zero_a_i;

  always @(posedge clk_i) begin
    if (wr_en_i)   mem[wr_addr_i] <= wr_data_i;
    // Flat, so that it is the reset of the register, and not one more gate for each bit.
    if (zero_a)         data_a_q <= {Width{1'b0}};
    else if (rd_en_a_i) data_a_q <= mem[rd_addr_a_i];
    if (rd_en_b_i) data_b_q <= mem[rd_addr_b_i];
  end

  assign rd_data_a_o = data_a_q;
  assign rd_data_b_o = data_b_q;

endmodule

`default_nettype wire
