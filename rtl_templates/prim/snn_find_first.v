// snn_find_first: the lowest bit that is set, combinational.
//
// onehot_o = bits_i & -bits_i;  index_o = its position (0 where no bit is set);
// any_o = at least one bit is set;  more_o = at least two are.
// The position is an OR over one-hot bits, not a priority chain.
`default_nettype none

module snn_find_first #(
  parameter Width     = 32,  // >= 1
  parameter IndexBits = 5    // >= max(1, clog2(Width))
) (
  input  wire [Width-1:0]     bits_i,
  output wire [Width-1:0]     onehot_o,
  output wire [IndexBits-1:0] index_o,
  output wire                 any_o,
  output wire                 more_o
);

  // The positions whose index has bit k set.
  function [Width-1:0] mask_of_bit;
    input integer k;
    integer       position;
    begin
      mask_of_bit = {Width{1'b0}};
      for (position = 0; position < Width; position = position + 1) begin
        if (((position >> k) & 1) != 0) mask_of_bit[position] = 1'b1;
      end
    end
  endfunction

  assign onehot_o = bits_i & (~bits_i + {{(Width - 1) {1'b0}}, 1'b1});
  assign any_o    = |bits_i;
  assign more_o   = |(bits_i & ~onehot_o);

  genvar k;
  generate
    for (k = 0; k < IndexBits; k = k + 1) begin : gen_index
      localparam [Width-1:0] Mask = mask_of_bit(k);
      assign index_o[k] = |(onehot_o & Mask);
    end
  endgenerate

endmodule

`default_nettype wire
