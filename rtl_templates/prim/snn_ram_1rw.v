// snn_ram_1rw: memory with one port that reads or writes: what block RAM, the single-port RAM of an
// iCE40UP5K (SB_SPRAM256KA) and the RAM macros of an ASIC can all hold.
//
// Latency: data_o follows addr_i by one cycle where en_i was high and we_i low, and holds otherwise.
// Content after power-up is undefined: the user writes every word before reading it.
//
// With SNN_SPRAM defined, Yosys puts a memory of more than HugeBits bits into single-port RAM
// (`synth_ice40 -spram`), and leaves the small ones to block RAM.
`default_nettype none

module snn_ram_1rw #(
  parameter Width    = 8,     // bits per word, >= 1
  parameter Depth    = 16,    // words, >= 1
  parameter AddrBits = 4,     // >= max(1, clog2(Depth))
  parameter HugeBits = 32768  // bits of eight block RAMs
) (
  input  wire                clk_i,
  input  wire                en_i,
  input  wire                we_i,
  input  wire [AddrBits-1:0] addr_i,
  input  wire [Width-1:0]    data_i,
  output wire [Width-1:0]    data_o
);

  reg [Width-1:0] data_q;
  assign data_o = data_q;

  generate
    if (Width * Depth > HugeBits) begin : gen_huge
`ifdef SNN_SPRAM
      (* ram_style = "huge" *)
`endif
      reg [Width-1:0] mem [0:Depth-1];
      always @(posedge clk_i) begin
        if (en_i) begin
          if (we_i) mem[addr_i] <= data_i;
          else      data_q <= mem[addr_i];
        end
      end
    end else begin : gen_small
      reg [Width-1:0] mem [0:Depth-1];
      always @(posedge clk_i) begin
        if (en_i) begin
          if (we_i) mem[addr_i] <= data_i;
          else      data_q <= mem[addr_i];
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
