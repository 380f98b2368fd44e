// snn_image_memory: a memory that holds an image and is read: a ROM, or RAM that is loaded at run
// time.
//
// Latency: data_o follows addr_i by one cycle where en_i was high, and holds otherwise.
// Loadable = 0: content is MemInitFile (snn_rom); load_i is not looked at.
// Loadable = 1: content is written over the load port, load_i = {write, address, 32 bits of data},
//   whatever the reset. A row is Columns words, the lowest bits in the first; rows are a power of two
//   of words apart, and begin at LoadBase, which is aligned to the memory's span of addresses.
//   The port is the memory's only one: it is not to be read while it is loaded.
`default_nettype none

module snn_image_memory #(
  parameter Width        = 8,   // bits per row, >= 1
  parameter Depth        = 16,  // rows, >= 1
  parameter AddrBits     = 4,   // max(1, clog2(Depth))
  parameter MemInitFile  = "",
  parameter Loadable     = 0,
  parameter LoadAddrBits = 1,   // of the load port; Loadable: > AddrBits + clog2(Columns)
  parameter LoadBase     = 0
) (
  input  wire                     clk_i,
  // Read port
  input  wire                     en_i,
  input  wire [AddrBits-1:0]      addr_i,
  output wire [Width-1:0]         data_o,
  // Load port
  input  wire [LoadAddrBits+32:0] load_i
);

  localparam Columns    = (Width + 31) / 32;
  localparam ColumnBits = $clog2(Columns);
  localparam SpanBits   = AddrBits + ColumnBits;
  localparam [31:0] Base = LoadBase;

  generate
    if (Loadable == 0) begin : gen_rom
      snn_rom #(
        .Width      (Width),
        .Depth      (Depth),
        .AddrBits   (AddrBits),
        .MemInitFile(MemInitFile)
      ) u_rom (
        .clk_i (clk_i),
        .en_i  (en_i),
        .addr_i(addr_i),
        .data_o(data_o)
      );

      wire unused;
      assign unused = &{1'b0, load_i, Base};
    end else begin : gen_ram
      wire                    load_valid;
      wire [LoadAddrBits-1:0] load_addr;
      wire                    here;
      wire [AddrBits-1:0]     addr;

      assign load_valid = load_i[LoadAddrBits+32];
      assign load_addr  = load_i[32 +: LoadAddrBits];
      assign here       = load_valid &
                          (load_addr[LoadAddrBits-1:SpanBits] == Base[LoadAddrBits-1:SpanBits]);
      assign addr       = here ? load_addr[ColumnBits +: AddrBits] : addr_i;

      genvar c;
      for (c = 0; c < Columns; c = c + 1) begin : gen_column
        localparam ColumnWidth = (Width - 32 * c < 32) ? Width - 32 * c : 32;
        wire this_column;

        if (Columns > 1) begin : gen_one_of_several
          localparam [31:0] Number = c;
          assign this_column = (load_addr[ColumnBits-1:0] == Number[ColumnBits-1:0]);
        end else begin : gen_only
          assign this_column = 1'b1;
        end

        snn_ram_1rw #(
          .Width   (ColumnWidth),
          .Depth   (Depth),
          .AddrBits(AddrBits)
        ) u_ram (
          .clk_i (clk_i),
          .en_i  (here ? this_column : en_i),
          .we_i  (here),
          .addr_i(addr),
          .data_i(load_i[0 +: ColumnWidth]),
          .data_o(data_o[32*c +: ColumnWidth])
        );
      end

      wire unused;
      assign unused = &{1'b0, load_i[31:0], Base};
    end
  endgenerate

endmodule

`default_nettype wire
