// snn_lutram: small memory with a combinational read, inferred as distributed RAM or registers.
`default_nettype none

module snn_lutram #(
  parameter Width    = 8,  // bits per word, >= 1
  parameter Depth    = 2,  // words, >= 2
  parameter AddrBits = 1   // >= clog2(Depth)
) (
  input  wire                clk_i,
  // Write port
  input  wire                wr_en_i,
  input  wire [AddrBits-1:0] wr_addr_i,
  input  wire [Width-1:0]    wr_data_i,
  // Read port, same cycle
  input  wire [AddrBits-1:0] rd_addr_i,
  output wire [Width-1:0]    rd_data_o
);

  reg [Width-1:0] mem [0:Depth-1];

  always @(posedge clk_i) begin
    if (wr_en_i) mem[wr_addr_i] <= wr_data_i;
  end

  assign rd_data_o = mem[rd_addr_i];

endmodule

`default_nettype wire
