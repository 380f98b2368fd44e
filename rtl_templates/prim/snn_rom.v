// snn_rom: read-only memory with a registered read, inferred as block RAM.
//
// Latency: data_o follows addr_i by one cycle where en_i was high, and holds otherwise.
// Content: MemInitFile, one hexadecimal word per line ($readmemh), lowest address first.
//
// More than 4096 words are kept in parts of a power of two each, the largest first: block RAMs then
// take narrow slices of many words, and no multiplexer of wide ones has to be built. The file of the
// part of 2^b words is MemInitFile with ".b.mem" behind it, b in two digits (".13.mem"); what is left,
// fewer than 4096 words, is MemInitFile itself.
`default_nettype none

module snn_rom #(
  parameter Width       = 8,   // bits per word, >= 1
  parameter Depth       = 16,  // words, >= 1
  parameter AddrBits    = 4,   // >= max(1, clog2(Depth)), <= 30
  parameter MemInitFile = ""   // path of the memory image; empty leaves the content undefined
) (
  input  wire                clk_i,
  // Read port
  input  wire                en_i,
  input  wire [AddrBits-1:0] addr_i,
  output wire [Width-1:0]    data_o
);

  localparam PartBits = 12;  // of the address of a word of what is left
  localparam [31:0] DepthWide = Depth;

  genvar b;
  // Synthesis would make logic of contents that fill a block RAM in part.
  generate
    if (Depth > (1 << PartBits)) begin : gen_parts
      // One part for each bit of Depth that is set, and one for the bits below PartBits.
      localparam Parts = AddrBits - PartBits + 2;
      localparam [31:0] Left = DepthWide % (1 << PartBits);
      wire [31:0]            addr;
      reg  [Parts-1:1]       hit_q;  // the part that was read last; none: what is left
      wire [Parts-1:0]       hit;
      wire [Parts*Width-1:0] parts;  // what they gave last
      reg  [Width-1:0]       data;
      integer                p;

      assign addr = {{(32 - AddrBits) {1'b0}}, addr_i};
      for (b = PartBits; b <= AddrBits; b = b + 1) begin : gen_part
        localparam At = b - PartBits + 1;
        if (DepthWide[b]) begin : gen_words
          localparam [7:0] Tens = 48 + b / 10;
          localparam [7:0] Ones = 48 + b % 10;
          reg [Width-1:0] data_q;
          (* rom_style = "block" *) reg [Width-1:0] mem [0:(1 << b)-1];
          initial begin
            if (MemInitFile != "") $readmemh({MemInitFile, ".", Tens, Ones, ".mem"}, mem);
          end
          // The bits above are those of Depth, this one is not: so it is an address below Depth.
          assign hit[At] = ((addr >> (b + 1)) == (DepthWide >> (b + 1))) & ~addr[b];
          always @(posedge clk_i) begin
            if (en_i & hit[At]) data_q <= mem[addr_i[b-1:0]];
          end
          assign parts[At*Width +: Width] = data_q;
        end else begin : gen_none
          assign hit[At] = 1'b0;
          assign parts[At*Width +: Width] = {Width{1'b0}};
        end
      end
      if (Left != 0) begin : gen_left
        reg [Width-1:0] data_q;
        (* rom_style = "block" *) reg [Width-1:0] mem [0:Left-1];
        localparam LeftBits = (Left > 1) ? $clog2(Left) : 1;
        initial begin
          if (MemInitFile != "") $readmemh(MemInitFile, mem);
        end
        assign hit[0] = ((addr >> PartBits) == (DepthWide >> PartBits));
        always @(posedge clk_i) begin
          if (en_i & hit[0]) data_q <= mem[addr_i[LeftBits-1:0]];
        end
        assign parts[0 +: Width] = data_q;
      end else begin : gen_nothing_left
        assign hit[0] = 1'b0;
        assign parts[0 +: Width] = {Width{1'b0}};
      end

      always @(posedge clk_i) begin
        if (en_i) hit_q <= hit[Parts-1:1];
      end
      always @* begin
        data = parts[Width-1:0];
        for (p = 1; p < Parts; p = p + 1) begin
          if (hit_q[p]) data = parts[p*Width +: Width];
        end
      end
      assign data_o = data;
    end else if (Width * Depth >= 1024) begin : gen_block
      reg [Width-1:0] data_q;
      (* rom_style = "block" *) reg [Width-1:0] mem [0:Depth-1];
      initial begin
        if (MemInitFile != "") $readmemh(MemInitFile, mem);
      end
      always @(posedge clk_i) begin
        if (en_i) data_q <= mem[addr_i];
      end
      assign data_o = data_q;
    end else begin : gen_small
      reg [Width-1:0] data_q;
      reg [Width-1:0] mem [0:Depth-1];
      initial begin
        if (MemInitFile != "") $readmemh(MemInitFile, mem);
      end
      always @(posedge clk_i) begin
        if (en_i) data_q <= mem[addr_i];
      end
      assign data_o = data_q;
    end
  endgenerate

endmodule

`default_nettype wire
