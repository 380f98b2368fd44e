// snn_rom: read-only memory with a registered read, inferred as block RAM.
//
// Latency: data_o follows addr_i by one cycle where en_i was high, and holds otherwise.
// Content: MemInitFile, one hexadecimal word per line ($readmemh), lowest address first.
`default_nettype none

module snn_rom #(
  parameter Width       = 8,   // bits per word, >= 1
  parameter Depth       = 16,  // words, >= 1
  parameter AddrBits    = 4,   // >= max(1, clog2(Depth))
  parameter MemInitFile = ""   // path of the memory image; empty leaves the content undefined
) (
  input  wire                clk_i,
  // Read port
  input  wire                en_i,
  input  wire [AddrBits-1:0] addr_i,
  output wire [Width-1:0]    data_o
);

  reg [Width-1:0] data_q;

  // Synthesis would make logic of contents that fill a block RAM in part.
  generate
    if (Width * Depth >= 1024) begin : gen_block
      (* rom_style = "block" *) reg [Width-1:0] mem [0:Depth-1];
      initial begin
        if (MemInitFile != "") $readmemh(MemInitFile, mem);
      end
      always @(posedge clk_i) begin
        if (en_i) data_q <= mem[addr_i];
      end
    end else begin : gen_small
      reg [Width-1:0] mem [0:Depth-1];
      initial begin
        if (MemInitFile != "") $readmemh(MemInitFile, mem);
      end
      always @(posedge clk_i) begin
        if (en_i) data_q <= mem[addr_i];
      end
    end
  endgenerate

  assign data_o = data_q;

endmodule

`default_nettype wire
