// snn_window_taps: the groups of a population that an element at (y, x) of a plane reaches through a
// window (a convolution's kernel, a pooling's), and the row of weights that belongs to each.
//
// Order of the taps: rows of the kernel, within them its columns, within them Run groups in a row
// (the output channels at one position). An element that reaches nothing, or an item without event,
// is one tap that adds nothing.
//
// Timing: an item passes two registers (look-up, loop) before its first tap is offered; the next
// one follows without a gap. The tap's row names its weights, which the user fetches.
`default_nettype none

module snn_window_taps #(
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
  parameter Run            = 1,   // groups in a row at one position
  parameter RunRows        = 1,   // rows that a position of the kernel is further; Run, or 0
  parameter PositionGroups = 1,   // groups of one position of the output
  parameter Groups         = 64,  // of the output, all positions
  parameter RowBits        = 8,   // of the address of a row of weights
  parameter ValueBits      = 1,
  // Derived; not to be overridden
  parameter GroupBits = (Groups > 1) ? $clog2(Groups) : 1,
  parameter YBits     = (Height > 1) ? $clog2(Height) : 1,
  parameter XBits     = (Width > 1) ? $clog2(Width) : 1
) (
  input  wire                 clk_i,
  input  wire                 rst_i,
  // Items in
  input  wire                 item_valid_i,
  output wire                 item_ready_o,
  input  wire                 item_event_i,
  input  wire                 item_step_last_i,
  input  wire                 item_sample_last_i,
  input  wire [YBits-1:0]     item_y_i,
  input  wire [XBits-1:0]     item_x_i,
  input  wire [RowBits-1:0]   item_row_i,    // first row of the item's weights
  input  wire [GroupBits-1:0] item_group_i,  // first group within a position
  input  wire [ValueBits-1:0] item_value_i,
  // Taps out
  output wire                 tap_valid_o,
  input  wire                 tap_ready_i,
  output wire                 tap_event_o,
  output wire                 tap_new_o,
  output wire                 tap_step_last_o,
  output wire                 tap_sample_last_o,
  output wire [GroupBits-1:0] tap_group_o,
  output wire [RowBits-1:0]   tap_row_o,
  output wire [ValueBits-1:0] tap_value_o
);

  // Greatest common divisor: what a step in the kernel means in the output.
  function integer gcd;
    input integer a;
    input integer b;
    integer x;
    integer y;
    integer r;
    begin
      x = a;
      y = b;
      while (y != 0) begin
        r = x % y;
        x = y;
        y = r;
      end
      gcd = x;
    end
  endfunction

  localparam YCountBits = $clog2(KernelHeight + 1);
  localparam XCountBits = $clog2(KernelWidth + 1);
  localparam RunBits    = (Run > 1) ? $clog2(Run) : 1;
  localparam YGcd       = gcd(StrideHeight, DilationHeight);
  localparam XGcd       = gcd(StrideWidth, DilationWidth);
  localparam RowPitch   = OutWidth * PositionGroups;  // groups from an output row to the next
  localparam YRows      = KernelWidth * RunRows;      // rows from a kernel row to the next
  // What one more step along an axis adds to the row, and takes from the group.
  localparam [31:0] YRowStep   = (StrideHeight / YGcd) * YRows;
  localparam [31:0] YGroupStep = (DilationHeight / YGcd) * RowPitch;
  localparam [31:0] XRowStep   = (StrideWidth / XGcd) * RunRows;
  localparam [31:0] XGroupStep = (DilationWidth / XGcd) * PositionGroups;
  localparam [31:0] LastRunWide = Run - 1;
  localparam [RunBits-1:0] LastRun = LastRunWide[RunBits-1:0];

  wire [YCountBits-1:0] y_count;
  wire [GroupBits-1:0]  y_group;
  wire [RowBits-1:0]    y_row;
  wire [XCountBits-1:0] x_count;
  wire [GroupBits-1:0]  x_group;
  wire [RowBits-1:0]    x_row;

  snn_axis_taps #(
    .Size       (Height),
    .AtBits     (YBits),
    .Tile       (TileHeight),
    .Outputs    (OutHeight),
    .Kernel     (KernelHeight),
    .Stride     (StrideHeight),
    .Dilation   (DilationHeight),
    .Pad        (PadTop),
    .OutScale   (RowPitch),
    .KernelScale(YRows),
    .CountBits  (YCountBits),
    .OutBits    (GroupBits),
    .KernelBits (RowBits)
  ) u_y (
    .at_i    (item_y_i),
    .count_o (y_count),
    .out_o   (y_group),
    .kernel_o(y_row)
  );
  snn_axis_taps #(
    .Size       (Width),
    .AtBits     (XBits),
    .Tile       (TileWidth),
    .Outputs    (OutWidth),
    .Kernel     (KernelWidth),
    .Stride     (StrideWidth),
    .Dilation   (DilationWidth),
    .Pad        (PadLeft),
    .OutScale   (PositionGroups),
    .KernelScale(RunRows),
    .CountBits  (XCountBits),
    .OutBits    (GroupBits),
    .KernelBits (RowBits)
  ) u_x (
    .at_i    (item_x_i),
    .count_o (x_count),
    .out_o   (x_group),
    .kernel_o(x_row)
  );

  // ---------------------------------------------------------------- looked up
  reg                  look_valid_q;
  reg                  look_event_q;
  reg                  look_step_last_q;
  reg                  look_sample_last_q;
  reg [YCountBits-1:0] look_y_count_q;
  reg [XCountBits-1:0] look_x_count_q;
  reg [RowBits-1:0]    look_row_q;
  reg [GroupBits-1:0]  look_group_q;
  reg [ValueBits-1:0]  look_value_q;

  // ---------------------------------------------------------------- the loop
  reg                  loop_valid_q;
  reg                  loop_event_q;
  reg                  loop_new_q;
  reg                  loop_step_last_q;
  reg                  loop_sample_last_q;
  reg [YCountBits-1:0] loop_y_left_q;   // kernel rows after this one
  reg [XCountBits-1:0] loop_x_left_q;   // kernel columns after this one
  reg [XCountBits-1:0] loop_x_count_q;  // kernel columns of every row, less one
  reg [RunBits-1:0]    loop_run_q;
  reg [RowBits-1:0]    loop_y_row_q;    // of the first column of this kernel row
  reg [GroupBits-1:0]  loop_y_group_q;
  reg [RowBits-1:0]    loop_x_row_q;    // of the first group of this column
  reg [GroupBits-1:0]  loop_x_group_q;
  reg [RowBits-1:0]    loop_row_q;
  reg [GroupBits-1:0]  loop_group_q;
  reg [ValueBits-1:0]  loop_value_q;

  wire take;
  wire run_done;
  wire x_done;
  wire last;
  wire loop_ready;

  assign take         = loop_valid_q & tap_ready_i;
  assign run_done     = ~loop_event_q | (loop_run_q == LastRun);
  assign x_done       = run_done & (loop_x_left_q == {XCountBits{1'b0}});
  assign last         = x_done & (loop_y_left_q == {YCountBits{1'b0}});
  assign loop_ready   = ~loop_valid_q | (take & last);
  assign item_ready_o = ~look_valid_q | loop_ready;

  wire reaches;  // the looked-up item has taps
  assign reaches = look_event_q & (look_y_count_q != {YCountBits{1'b0}}) &
                   (look_x_count_q != {XCountBits{1'b0}});

  always @(posedge clk_i) begin
    if (rst_i) begin
      look_valid_q <= 1'b0;
      loop_valid_q <= 1'b0;
    end else begin
      if (item_ready_o) look_valid_q <= item_valid_i;
      if (loop_ready) loop_valid_q <= look_valid_q;
    end

    if (item_ready_o) begin
      look_event_q       <= item_event_i;
      look_step_last_q   <= item_step_last_i;
      look_sample_last_q <= item_sample_last_i;
      look_y_count_q     <= y_count;
      look_x_count_q     <= x_count;
      look_row_q         <= item_row_i + y_row + x_row;
      look_group_q       <= item_group_i + y_group + x_group;
      look_value_q       <= item_value_i;
    end

    if (loop_ready) begin
      loop_event_q       <= reaches;
      loop_new_q         <= look_event_q;
      loop_step_last_q   <= look_step_last_q;
      loop_sample_last_q <= look_sample_last_q;
      loop_y_left_q      <= reaches ? look_y_count_q - 1'b1 : {YCountBits{1'b0}};
      loop_x_left_q      <= reaches ? look_x_count_q - 1'b1 : {XCountBits{1'b0}};
      loop_x_count_q     <= look_x_count_q - 1'b1;
      loop_run_q         <= {RunBits{1'b0}};
      loop_y_row_q       <= look_row_q;
      loop_x_row_q       <= look_row_q;
      loop_row_q         <= look_row_q;
      loop_y_group_q     <= look_group_q;
      loop_x_group_q     <= look_group_q;
      loop_group_q       <= look_group_q;
      loop_value_q       <= look_value_q;
    end else if (take) begin
      loop_new_q <= 1'b0;
      if (~run_done) begin
        loop_run_q   <= loop_run_q + 1'b1;
        loop_row_q   <= loop_row_q + 1'b1;
        loop_group_q <= loop_group_q + 1'b1;
      end else begin
        loop_run_q <= {RunBits{1'b0}};
        if (~x_done) begin
          loop_x_left_q  <= loop_x_left_q - 1'b1;
          loop_x_row_q   <= loop_x_row_q + XRowStep[RowBits-1:0];
          loop_row_q     <= loop_x_row_q + XRowStep[RowBits-1:0];
          loop_x_group_q <= loop_x_group_q - XGroupStep[GroupBits-1:0];
          loop_group_q   <= loop_x_group_q - XGroupStep[GroupBits-1:0];
        end else begin
          loop_x_left_q  <= loop_x_count_q;
          loop_y_left_q  <= loop_y_left_q - 1'b1;
          loop_y_row_q   <= loop_y_row_q + YRowStep[RowBits-1:0];
          loop_x_row_q   <= loop_y_row_q + YRowStep[RowBits-1:0];
          loop_row_q     <= loop_y_row_q + YRowStep[RowBits-1:0];
          loop_y_group_q <= loop_y_group_q - YGroupStep[GroupBits-1:0];
          loop_x_group_q <= loop_y_group_q - YGroupStep[GroupBits-1:0];
          loop_group_q   <= loop_y_group_q - YGroupStep[GroupBits-1:0];
        end
      end
    end
  end

  assign tap_valid_o       = loop_valid_q;
  assign tap_event_o       = loop_event_q;
  assign tap_new_o         = loop_new_q;
  assign tap_step_last_o   = loop_step_last_q & last;
  assign tap_sample_last_o = loop_sample_last_q;
  assign tap_group_o       = loop_group_q;
  assign tap_row_o         = loop_row_q;
  assign tap_value_o       = loop_value_q;

  wire unused;
  assign unused = &{1'b0, XRowStep, XGroupStep, YRowStep, YGroupStep};

endmodule

`default_nettype wire
