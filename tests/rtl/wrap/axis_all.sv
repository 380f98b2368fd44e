// snn_axis_taps side by side: one axis of Size elements in tiles, and every kernel of 1..4, stride of
// 1..3, dilation of 1..3 and padding of 0..2, in this order, the last fastest. Each has as many
// outputs as fit, or Outputs where that is not 0. (Not for one element: Verilator 5.006 loses the upper
// words of an output this wide when all of it is constant.)
`default_nettype none

module axis_all #(
  parameter Size        = 8,
  parameter Tile        = 1,
  parameter Outputs     = 0,
  parameter OutScale    = 1,
  parameter KernelScale = 1,
  parameter AtBits      = 3,
  // Derived; not to be overridden
  parameter Count       = 4 * 3 * 3 * 3
) (
  input  wire [AtBits-1:0]   at_i,
  output wire [32*Count-1:0] outputs_o,
  output wire [32*Count-1:0] counts_o,
  output wire [32*Count-1:0] outs_o,
  output wire [32*Count-1:0] kernels_o
);

  genvar i;
  generate
    for (i = 0; i < Count; i = i + 1) begin : gen_axis
      localparam Kernel   = i / 27 + 1;
      localparam Stride   = i / 9 % 3 + 1;
      localparam Dilation = i / 3 % 3 + 1;
      localparam Pad      = i % 3;
      localparam Room     = Size / Tile + 2 * Pad - Dilation * (Kernel - 1) - 1;
      localparam Fit      = (Room < 0) ? 1 : Room / Stride + 1;
      localparam Own      = (Outputs != 0) ? Outputs : Fit;
      localparam OutMost    = (Own - 1) * OutScale;
      localparam KernelMost = (Kernel - 1) * KernelScale;
      localparam CountBits  = $clog2(Kernel + 1);
      localparam OutBits    = (OutMost > 1) ? $clog2(OutMost + 1) : 1;
      localparam KernelBits = (KernelMost > 1) ? $clog2(KernelMost + 1) : 1;
      wire [CountBits-1:0]  count;
      wire [OutBits-1:0]    out;
      wire [KernelBits-1:0] kernel;
      snn_axis_taps #(
        .Size       (Size),
        .AtBits     (AtBits),
        .Tile       (Tile),
        .Outputs    (Own),
        .Kernel     (Kernel),
        .Stride     (Stride),
        .Dilation   (Dilation),
        .Pad        (Pad),
        .OutScale   (OutScale),
        .KernelScale(KernelScale),
        .CountBits  (CountBits),
        .OutBits    (OutBits),
        .KernelBits (KernelBits)
      ) u_axis (
        .at_i    (at_i),
        .count_o (count),
        .out_o   (out),
        .kernel_o(kernel)
      );
      assign outputs_o[32*i +: 32] = Own;
      assign counts_o[32*i +: 32]  = 32'(count);
      assign outs_o[32*i +: 32]    = 32'(out);
      assign kernels_o[32*i +: 32] = 32'(kernel);
    end
  endgenerate

endmodule

`default_nettype wire
