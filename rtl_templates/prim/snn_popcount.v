// snn_popcount: number of bits set, combinational.
`default_nettype none

module snn_popcount #(
  parameter Width     = 8,  // >= 1
  parameter CountBits = 4   // >= clog2(Width + 1)
) (
  input  wire [Width-1:0]     bits_i,
  output reg  [CountBits-1:0] count_o
);

  integer i;
  always @* begin
    count_o = {CountBits{1'b0}};
    for (i = 0; i < Width; i = i + 1) begin
      count_o = count_o + {{(CountBits - 1) {1'b0}}, bits_i[i]};
    end
  end

endmodule

`default_nettype wire
