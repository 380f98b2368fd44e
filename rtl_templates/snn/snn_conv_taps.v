// snn_conv_taps: a convolution event by event: an event visits the neighbourhood that its kernel
// reaches, and nothing else. Weights are stored once, not once for every position.
//
// An address names an element of the source as it is stored there:
//   PlaneOrder = 1: (channel, row, column), row-major: an input, or a population without positions
//   PlaneOrder = 0: (row, column, block, channel of the block), SourceSlots channels with room to
//     spare for every block: a population laid out by position (docs/rtl.md)
// A beat: see snn_dense_taps. A beat without event, and an event that reaches no neuron, is one tap
// that adds nothing.
//
// Timing: a beat passes four registers (beat, place, look-up, loop) before its first tap is offered;
// beats follow each other without a gap. Weights follow a tap by one cycle.
`default_nettype none

module snn_conv_taps #(
  parameter AddrBits       = 10,
  parameter ValueBits      = 1,
  parameter PlaneOrder     = 1,
  parameter SourceBlocks   = 1,   // blocks of a position, PlaneOrder = 0
  parameter SourceChannels = 8,   // channels of a block
  parameter SourceSlots    = 8,   // addresses of a block, >= SourceChannels
  parameter Channels       = 8,   // of the source, all blocks
  parameter Height         = 8,   // of the source's plane
  parameter Width          = 8,
  parameter TileHeight     = 1,   // see snn_axis_taps
  parameter TileWidth      = 1,
  parameter OutHeight      = 8,
  parameter OutWidth       = 8,
  parameter KernelHeight   = 3,
  parameter KernelWidth    = 3,
  parameter StrideHeight   = 1,
  parameter StrideWidth    = 1,
  parameter DilationHeight = 1,
  parameter DilationWidth  = 1,
  parameter PadTop         = 1,
  parameter PadLeft        = 1,
  parameter Blocks         = 1,   // groups of the convolution: blocks of the target
  parameter BlockGroups    = 1,   // groups (rows of lanes) of a block of the target
  parameter Groups         = 64,  // of the target, all positions
  parameter Lanes          = 8,
  parameter WeightBits     = 6,
  parameter WeightFile     = "",  // row ((channel * KernelHeight + ky) * KernelWidth + kx) * BlockGroups
                                  // + group of the block: Lanes weights, lane 0 lowest
  // Whether its memories are RAM, and where they are on the load port: see snn_image_memory
  parameter Loadable     = 0,
  parameter LoadAddrBits = 1,
  parameter WeightBase   = 0,
  // Derived; not to be overridden
  parameter GroupBits      = (Groups > 1) ? $clog2(Groups) : 1
) (
  input  wire                        clk_i,
  input  wire                        rst_i,
  // Events in
  input  wire                        beat_valid_i,
  output wire                        beat_ready_o,
  input  wire                        beat_event_i,
  input  wire                        beat_step_last_i,
  input  wire                        beat_sample_last_i,
  input  wire [AddrBits-1:0]         beat_addr_i,
  input  wire [ValueBits-1:0]        beat_value_i,
  // Taps out
  output wire                        tap_valid_o,
  input  wire                        tap_ready_i,
  output wire                        tap_event_o,
  output wire                        tap_new_o,
  output wire                        tap_step_last_o,
  output wire                        tap_sample_last_o,
  output wire [GroupBits-1:0]        tap_group_o,
  output wire [ValueBits-1:0]        tap_value_o,
  output wire [Lanes*WeightBits-1:0] weights_o,
  // Memories loaded at run time
  input  wire [LoadAddrBits+32:0]    load_i
);

  localparam ChannelRows    = KernelHeight * KernelWidth * BlockGroups;  // rows of a channel
  localparam Rows           = Channels * ChannelRows;
  localparam RowBits        = (Rows > 1) ? $clog2(Rows) : 1;
  localparam PositionGroups = Blocks * BlockGroups;
  localparam YBits          = (Height > 1) ? $clog2(Height) : 1;
  localparam XBits          = (Width > 1) ? $clog2(Width) : 1;
  localparam ChannelBits    = (Channels > 1) ? $clog2(Channels) : 1;
  localparam BlockInputs    = Channels / Blocks;

  // ---------------------------------------------------------------- the beat
  reg                 beat_q;
  reg                 beat_event_q;
  reg                 beat_step_last_q;
  reg                 beat_sample_last_q;
  reg [AddrBits-1:0]  beat_addr_q;
  reg [ValueBits-1:0] beat_value_q;

  // ---------------------------------------------------------------- its place
  wire [AddrBits-1:0]    outer;      // of the first division
  wire [AddrBits-1:0]    inner;
  wire [AddrBits-1:0]    plane;      // what is (row, column)
  wire [AddrBits-1:0]    y;
  wire [AddrBits-1:0]    x;
  wire [ChannelBits-1:0] channel;

  reg                    place_q;
  reg                    place_event_q;
  reg                    place_step_last_q;
  reg                    place_sample_last_q;
  reg [YBits-1:0]        place_y_q;
  reg [XBits-1:0]        place_x_q;
  reg [ChannelBits-1:0]  place_channel_q;
  reg [ValueBits-1:0]    place_value_q;

  wire place_ready;
  wire item_ready;

  assign place_ready  = ~place_q | item_ready;
  assign beat_ready_o = ~beat_q | place_ready;

  always @(posedge clk_i) begin
    if (rst_i) begin
      beat_q  <= 1'b0;
      place_q <= 1'b0;
    end else begin
      if (beat_ready_o) beat_q <= beat_valid_i;
      if (place_ready) place_q <= beat_q;
    end
    if (beat_ready_o) begin
      beat_event_q       <= beat_event_i;
      beat_step_last_q   <= beat_step_last_i;
      beat_sample_last_q <= beat_sample_last_i;
      beat_addr_q        <= beat_addr_i;
      beat_value_q       <= beat_value_i;
    end
    if (place_ready) begin
      place_event_q       <= beat_event_q;
      place_step_last_q   <= beat_step_last_q;
      place_sample_last_q <= beat_sample_last_q;
      place_y_q           <= y[YBits-1:0];
      place_x_q           <= x[XBits-1:0];
      place_channel_q     <= channel;
      place_value_q       <= beat_value_q;
    end
  end

  snn_divide #(
    .DividendBits (AddrBits),
    .Divisor      ((PlaneOrder != 0) ? Height * Width : SourceBlocks * SourceSlots),
    .QuotientBits (AddrBits),
    .RemainderBits(AddrBits)
  ) u_outer (
    .dividend_i (beat_addr_q),
    .quotient_o (outer),
    .remainder_o(inner)
  );
  snn_divide #(
    .DividendBits (AddrBits),
    .Divisor      (Width),
    .QuotientBits (AddrBits),
    .RemainderBits(AddrBits)
  ) u_row (
    .dividend_i (plane),
    .quotient_o (y),
    .remainder_o(x)
  );

  generate
    if (PlaneOrder != 0) begin : gen_plane_order
      assign plane   = inner;
      assign channel = outer[ChannelBits-1:0];
    end else begin : gen_position_order
      wire [AddrBits-1:0] block;
      wire [AddrBits-1:0] in_block;
      wire [31:0]         channel_wide;
      assign plane = outer;
      snn_divide #(
        .DividendBits (AddrBits),
        .Divisor      (SourceSlots),
        .QuotientBits (AddrBits),
        .RemainderBits(AddrBits)
      ) u_block (
        .dividend_i (inner),
        .quotient_o (block),
        .remainder_o(in_block)
      );
      assign channel_wide = {{(32 - AddrBits) {1'b0}}, block} * SourceChannels +
                            {{(32 - AddrBits) {1'b0}}, in_block};
      assign channel      = channel_wide[ChannelBits-1:0];
      wire unused_channel;
      assign unused_channel = &{1'b0, channel_wide};
    end
  endgenerate

  // ---------------------------------------------------------------- its neighbourhood
  wire [31:0]          channel_row;
  wire [31:0]          block_group;
  wire [RowBits-1:0]   tap_row;

  assign channel_row = {{(32 - ChannelBits) {1'b0}}, place_channel_q} * ChannelRows;

  generate
    if (Blocks == 1) begin : gen_one_block
      assign block_group = 32'd0;
    end else begin : gen_blocks
      wire [ChannelBits-1:0] block;
      wire [ChannelBits-1:0] in_block;
      snn_divide #(
        .DividendBits (ChannelBits),
        .Divisor      (BlockInputs),
        .QuotientBits (ChannelBits),
        .RemainderBits(ChannelBits)
      ) u_target_block (
        .dividend_i (place_channel_q),
        .quotient_o (block),
        .remainder_o(in_block)
      );
      assign block_group = {{(32 - ChannelBits) {1'b0}}, block} * BlockGroups;
      wire unused_in_block;
      assign unused_in_block = &{1'b0, in_block};
    end
  endgenerate

  snn_window_taps #(
    .Height        (Height),
    .Width         (Width),
    .TileHeight    (TileHeight),
    .TileWidth     (TileWidth),
    .OutHeight     (OutHeight),
    .OutWidth      (OutWidth),
    .KernelHeight  (KernelHeight),
    .KernelWidth   (KernelWidth),
    .StrideHeight  (StrideHeight),
    .StrideWidth   (StrideWidth),
    .DilationHeight(DilationHeight),
    .DilationWidth (DilationWidth),
    .PadTop        (PadTop),
    .PadLeft       (PadLeft),
    .Run           (BlockGroups),
    .RunRows       (BlockGroups),
    .PositionGroups(PositionGroups),
    .Groups        (Groups),
    .RowBits       (RowBits),
    .ValueBits     (ValueBits)
  ) u_window (
    .clk_i             (clk_i),
    .rst_i             (rst_i),
    .item_valid_i      (place_q),
    .item_ready_o      (item_ready),
    .item_event_i      (place_event_q),
    .item_step_last_i  (place_step_last_q),
    .item_sample_last_i(place_sample_last_q),
    .item_y_i          (place_y_q),
    .item_x_i          (place_x_q),
    .item_row_i        (channel_row[RowBits-1:0]),
    .item_group_i      (block_group[GroupBits-1:0]),
    .item_value_i      (place_value_q),
    .tap_valid_o       (tap_valid_o),
    .tap_ready_i       (tap_ready_i),
    .tap_event_o       (tap_event_o),
    .tap_new_o         (tap_new_o),
    .tap_step_last_o   (tap_step_last_o),
    .tap_sample_last_o (tap_sample_last_o),
    .tap_group_o       (tap_group_o),
    .tap_row_o         (tap_row),
    .tap_value_o       (tap_value_o)
  );

  snn_image_memory #(
    .Width       (Lanes * WeightBits),
    .Depth       (Rows),
    .AddrBits    (RowBits),
    .MemInitFile (WeightFile),
    .Loadable    (Loadable),
    .LoadAddrBits(LoadAddrBits),
    .LoadBase    (WeightBase)
  ) u_weights (
    .clk_i (clk_i),
    .en_i  (tap_valid_o & tap_ready_i & tap_event_o),
    .addr_i(tap_row),
    .data_o(weights_o),
    .load_i(load_i)
  );

  wire unused;
  assign unused = &{1'b0, outer, y, x, channel_row, block_group};

endmodule

`default_nettype wire
