// snn_pool_taps: the membranes of a population that does not spike, as values to be maximized over
// windows: max-pooling of currents. Every row of the source visits the groups of the windows it is
// in, and brings its membranes where other taps bring weights.
//
// The rows of a step are stored in one of two banks while the other one is read. The source's
// neurons are laid out by position; the target has the same lanes and the same groups a position.
// A row that is in no window is one tap that adds nothing.
//
// Handshake with the source as in snn_spike_bitmap: step_ready_o: the bank to write is free.
// Timing: from the last row of a step two registers (look-up, loop) to the first tap; values follow
// a tap by one cycle.
`default_nettype none

module snn_pool_taps #(
  parameter Lanes          = 1,
  parameter ValueBits      = 12,  // of a membrane of the source
  parameter PositionGroups = 1,   // groups of one position, of the source and of the target
  parameter Height         = 8,   // of the source's plane
  parameter Width          = 8,
  parameter OutHeight      = 4,
  parameter OutWidth       = 4,
  parameter KernelHeight   = 2,
  parameter KernelWidth    = 2,
  parameter StrideHeight   = 2,
  parameter StrideWidth    = 2,
  parameter DilationHeight = 1,
  parameter DilationWidth  = 1,
  parameter PadTop         = 0,
  parameter PadLeft        = 0,
  // Derived; not to be overridden
  parameter SourceGroups    = Height * Width * PositionGroups,
  parameter SourceGroupBits = (SourceGroups > 1) ? $clog2(SourceGroups) : 1,
  parameter Groups          = OutHeight * OutWidth * PositionGroups,
  parameter GroupBits       = (Groups > 1) ? $clog2(Groups) : 1
) (
  input  wire                       clk_i,
  input  wire                       rst_i,
  // Rows in
  output wire                       step_ready_o,
  input  wire                       row_valid_i,
  input  wire [SourceGroupBits-1:0] row_group_i,
  input  wire                       row_step_last_i,
  input  wire                       row_sample_last_i,
  input  wire [Lanes*ValueBits-1:0] row_membranes_i,
  // Taps out
  output wire                       tap_valid_o,
  input  wire                       tap_ready_i,
  output wire                       tap_event_o,
  output wire                       tap_step_last_o,
  output wire                       tap_sample_last_o,
  output wire [GroupBits-1:0]       tap_group_o,
  output wire [Lanes*ValueBits-1:0] values_o
);

  localparam YBits     = (Height > 1) ? $clog2(Height) : 1;
  localparam XBits     = (Width > 1) ? $clog2(Width) : 1;
  localparam PartBits  = (PositionGroups > 1) ? $clog2(PositionGroups) : 1;
  localparam Depth     = 2 * SourceGroups;
  localparam DepthBits = $clog2(Depth);
  localparam [31:0]         LastYWide    = Height - 1;
  localparam [31:0]         LastXWide    = Width - 1;
  localparam [31:0]         LastPartWide = PositionGroups - 1;
  localparam [YBits-1:0]    LastY    = LastYWide[YBits-1:0];
  localparam [XBits-1:0]    LastX    = LastXWide[XBits-1:0];
  localparam [PartBits-1:0] LastPart = LastPartWide[PartBits-1:0];

  // ---------------------------------------------------------------- two banks
  reg        wr_bank_q;
  reg        rd_bank_q;
  reg  [1:0] full_q;
  reg  [1:0] sample_last_q;

  wire       step_done;
  wire       release_bank;  // the last tap of the step was taken

  assign step_done    = row_valid_i & row_step_last_i;
  assign step_ready_o = ~full_q[wr_bank_q];

  always @(posedge clk_i) begin
    if (rst_i) begin
      wr_bank_q <= 1'b0;
      rd_bank_q <= 1'b0;
      full_q    <= 2'b00;
    end else begin
      if (step_done) wr_bank_q <= ~wr_bank_q;
      if (release_bank) rd_bank_q <= ~rd_bank_q;
      full_q <= (full_q | ({1'b0, step_done} << wr_bank_q)) &
                ~({1'b0, release_bank} << rd_bank_q);
    end
    if (step_done & ~wr_bank_q) sample_last_q[0] <= row_sample_last_i;
    if (step_done & wr_bank_q)  sample_last_q[1] <= row_sample_last_i;
  end

  // ---------------------------------------------------------------- all rows, one after another
  reg                        sent_q;  // all rows of the bank are on their way
  reg  [YBits-1:0]           y_q;
  reg  [XBits-1:0]           x_q;
  reg  [PartBits-1:0]        part_q;
  reg  [SourceGroupBits-1:0] group_q;

  wire        item_valid;
  wire        item_ready;
  wire        send;
  wire        last_part;
  wire        last_x;
  wire        last_row;
  wire [31:0] part_wide;

  assign item_valid = full_q[rd_bank_q] & ~sent_q;
  assign send       = item_valid & item_ready;
  assign last_part  = (part_q == LastPart);
  assign last_x     = last_part & (x_q == LastX);
  assign last_row   = last_x & (y_q == LastY);

  always @(posedge clk_i) begin
    if (rst_i) begin
      sent_q  <= 1'b0;
      y_q     <= {YBits{1'b0}};
      x_q     <= {XBits{1'b0}};
      part_q  <= {PartBits{1'b0}};
      group_q <= {SourceGroupBits{1'b0}};
    end else begin
      if (release_bank) sent_q <= 1'b0;
      else if (send & last_row) sent_q <= 1'b1;

      if (send) begin
        group_q <= last_row ? {SourceGroupBits{1'b0}} : group_q + 1'b1;
        part_q  <= last_part ? {PartBits{1'b0}} : part_q + 1'b1;
        if (last_part) x_q <= last_x ? {XBits{1'b0}} : x_q + 1'b1;
        if (last_x) y_q <= last_row ? {YBits{1'b0}} : y_q + 1'b1;
      end
    end
  end

  assign part_wide = {{(32 - PartBits) {1'b0}}, part_q};

  // ---------------------------------------------------------------- windows
  wire [SourceGroupBits-1:0] tap_row;
  wire                       tap_new;
  wire                       tap_value;

  snn_window_taps #(
    .Height        (Height),
    .Width         (Width),
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
    .Run           (1),
    .RunRows       (0),
    .PositionGroups(PositionGroups),
    .Groups        (Groups),
    .RowBits       (SourceGroupBits),
    .ValueBits     (1)
  ) u_window (
    .clk_i             (clk_i),
    .rst_i             (rst_i),
    .item_valid_i      (item_valid),
    .item_ready_o      (item_ready),
    .item_event_i      (1'b1),
    .item_step_last_i  (last_row),
    .item_sample_last_i(sample_last_q[rd_bank_q]),
    .item_y_i          (y_q),
    .item_x_i          (x_q),
    .item_row_i        (group_q),
    .item_group_i      (part_wide[GroupBits-1:0]),
    .item_value_i      (1'b1),
    .tap_valid_o       (tap_valid_o),
    .tap_ready_i       (tap_ready_i),
    .tap_event_o       (tap_event_o),
    .tap_new_o         (tap_new),
    .tap_step_last_o   (tap_step_last_o),
    .tap_sample_last_o (tap_sample_last_o),
    .tap_group_o       (tap_group_o),
    .tap_row_o         (tap_row),
    .tap_value_o       (tap_value)
  );

  assign release_bank = tap_valid_o & tap_ready_i & tap_step_last_o;

  // ---------------------------------------------------------------- values
  wire [31:0] wr_wide;
  wire [31:0] rd_wide;

  assign wr_wide = (wr_bank_q ? SourceGroups : 0) + {{(32 - SourceGroupBits) {1'b0}}, row_group_i};
  assign rd_wide = (rd_bank_q ? SourceGroups : 0) + {{(32 - SourceGroupBits) {1'b0}}, tap_row};

  snn_ram_1r1w #(
    .Width   (Lanes * ValueBits),
    .Depth   (Depth),
    .AddrBits(DepthBits)
  ) u_values (
    .clk_i    (clk_i),
    .wr_en_i  (row_valid_i),
    .wr_addr_i(wr_wide[DepthBits-1:0]),
    .wr_data_i(row_membranes_i),
    .rd_en_i  (tap_valid_o & tap_ready_i & tap_event_o),
    .rd_addr_i(rd_wide[DepthBits-1:0]),
    .rd_data_o(values_o)
  );

  wire unused;
  assign unused = &{1'b0, tap_new, tap_value, part_wide, wr_wide, rd_wide};

endmodule

`default_nettype wire
