// snn_axis_taps: one axis of a convolution or a pooling, combinational: which outputs an element
// meets, and over which part of the kernel. A table made from the geometry, indexed by the element.
//
//   outputs o and kernel positions k with   o * Stride + k * Dilation - Pad = at / Tile
//
// They lie in a row: count_o of them, the first at (out_o, kernel_o); the next is KernelStep further
// in the kernel and OutStep before in the output. Outputs and kernel positions are given multiplied
// by OutScale and KernelScale, as parts of addresses. An element that fills no tile meets none.
`default_nettype none

module snn_axis_taps #(
  parameter Size        = 8,  // elements, >= 1
  parameter AtBits      = 3,  // >= max(1, clog2(Size))
  parameter Tile        = 1,  // elements summed before; the rest that fills no tile is dropped
  parameter Outputs     = 8,  // >= 1
  parameter Kernel      = 3,  // >= 1
  parameter Stride      = 1,
  parameter Dilation    = 1,
  parameter Pad         = 1,
  parameter OutScale    = 1,
  parameter KernelScale = 1,
  parameter CountBits   = 2,  // >= bits of Kernel
  parameter OutBits     = 3,  // >= bits of (Outputs - 1) * OutScale, >= 1
  parameter KernelBits  = 2   // >= bits of (Kernel - 1) * KernelScale, >= 1
) (
  input  wire [AtBits-1:0]     at_i,
  output wire [CountBits-1:0]  count_o,
  output wire [OutBits-1:0]    out_o,
  output wire [KernelBits-1:0] kernel_o
);

  localparam EntryBits = CountBits + OutBits + KernelBits;

  // One entry: kernel, out, count, 32 bits each, from the highest bit down.
  function [95:0] entry;
    input integer at;
    integer k;
    integer scaled;
    integer count;
    integer out;
    integer kernel;
    begin
      count  = 0;
      out    = 0;
      kernel = 0;
      for (k = 0; k < Kernel; k = k + 1) begin
        scaled = at / Tile + Pad - k * Dilation;
        if ((at / Tile < Size / Tile) && (scaled >= 0) && (scaled % Stride == 0) &&
            (scaled / Stride < Outputs)) begin
          if (count == 0) begin
            out    = scaled / Stride;
            kernel = k;
          end
          count = count + 1;
        end
      end
      out    = out * OutScale;
      kernel = kernel * KernelScale;
      entry  = {kernel[31:0], out[31:0], count[31:0]};
    end
  endfunction

  wire [Size*EntryBits-1:0] table_entries;
  wire [EntryBits-1:0]      found;

  genvar i;
  generate
    for (i = 0; i < Size; i = i + 1) begin : gen_entry
      localparam [95:0] Entry = entry(i);
      assign table_entries[i*EntryBits +: EntryBits] =
          {Entry[64 +: KernelBits], Entry[32 +: OutBits], Entry[0 +: CountBits]};
    end
    if (Size > 1) begin : gen_look_up
      wire [31:0] at_wide;
      assign at_wide = {{(32 - AtBits) {1'b0}}, at_i};
      assign found   = table_entries[at_wide*EntryBits +: EntryBits];
    end else begin : gen_only
      assign found = table_entries;
      wire unused_at;
      assign unused_at = &{1'b0, at_i};
    end
  endgenerate

  assign count_o  = found[0 +: CountBits];
  assign out_o    = found[CountBits +: OutBits];
  assign kernel_o = found[CountBits + OutBits +: KernelBits];

endmodule

`default_nettype wire
