// snn_spike_bitmap: one step's spikes of a population, kept as bits in two banks: the producer fills
// one while the consumer scans the other. A bitmap cannot overflow.
//
// Written a row (Lanes spikes of one group) a cycle; read a word (WordBits spikes) at a time, where
// word_flags_o says which words hold a spike at all. A word is Pack rows side by side (narrow rows)
// or a slice of a row, Slices words to a row (wide rows); at most one of the two exceeds 1.
//
// Handshake: step_ready_o: the bank to write is free. step_valid_o: the bank to read is complete;
// flags, words and step_sample_last_o hold until step_release_i.
`default_nettype none

module snn_spike_bitmap #(
  parameter Lanes     = 1,  // bits of a row
  parameter Groups    = 8,  // rows of a step
  parameter GroupBits = 3,  // max(1, clog2(Groups))
  parameter Pack      = 8,  // rows in a word: a power of two
  parameter Slices    = 1,  // words in a row: a power of two
  // Derived; not to be overridden
  parameter WordBits  = (Slices > 1) ? (Lanes + Slices - 1) / Slices : Lanes * Pack,
  parameter Words     = (Slices > 1) ? Groups * Slices : (Groups + Pack - 1) / Pack,
  parameter IndexBits = (Words > 1) ? $clog2(Words) : 1
) (
  input  wire                 clk_i,
  input  wire                 rst_i,
  // Rows in
  output wire                 step_ready_o,
  input  wire                 row_valid_i,
  input  wire [GroupBits-1:0] row_group_i,
  input  wire                 row_step_last_i,
  input  wire                 row_sample_last_i,
  input  wire [Lanes-1:0]     row_spikes_i,
  // Words out
  output wire                 step_valid_o,
  output wire                 step_sample_last_o,
  output wire [Words-1:0]     word_flags_o,
  input  wire [IndexBits-1:0] word_index_i,
  output wire [WordBits-1:0]  word_o,
  input  wire                 step_release_i
);

  localparam PackBits   = (Pack > 1) ? $clog2(Pack) : 0;
  localparam SliceBits  = (Slices > 1) ? $clog2(Slices) : 0;
  localparam Columns    = (Slices > 1) ? Slices : Pack;
  localparam ColumnBits = (Slices > 1) ? WordBits : Lanes;
  localparam ColumnRows = (Slices > 1) ? Groups : Words;  // rows of a column in one bank
  localparam DepthBits  = $clog2(2 * ColumnRows);

  reg              wr_bank_q;
  reg              rd_bank_q;
  reg  [1:0]       full_q;
  reg  [1:0]       sample_last_q;
  reg  [Words-1:0] flags0_q;
  reg  [Words-1:0] flags1_q;

  wire step_done;

  assign step_done          = row_valid_i & row_step_last_i;
  assign step_ready_o       = ~full_q[wr_bank_q];
  assign step_valid_o       = full_q[rd_bank_q];
  assign step_sample_last_o = sample_last_q[rd_bank_q];
  assign word_flags_o       = rd_bank_q ? flags1_q : flags0_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      wr_bank_q <= 1'b0;
      rd_bank_q <= 1'b0;
      full_q    <= 2'b00;
    end else begin
      if (step_done) wr_bank_q <= ~wr_bank_q;
      if (step_release_i) rd_bank_q <= ~rd_bank_q;
      full_q <= (full_q | ({1'b0, step_done} << wr_bank_q)) &
                ~({1'b0, step_release_i} << rd_bank_q);
    end
    if (step_done) sample_last_q[wr_bank_q] <= row_sample_last_i;
  end

  // ---------------------------------------------------------------- where a row and a word live
  wire [DepthBits-1:0] wr_row;
  wire [DepthBits-1:0] rd_row;
  wire [31:0]          group_wide;
  wire [31:0]          index_wide;
  wire [31:0]          wr_wide;
  wire [31:0]          rd_wide;

  assign group_wide = {{(32 - GroupBits) {1'b0}}, row_group_i};
  assign index_wide = {{(32 - IndexBits) {1'b0}}, word_index_i};
  assign wr_wide    = (wr_bank_q ? ColumnRows : 0) + (group_wide >> PackBits);
  assign rd_wide    = (rd_bank_q ? ColumnRows : 0) + (index_wide >> SliceBits);
  assign wr_row     = wr_wide[DepthBits-1:0];
  assign rd_row     = rd_wide[DepthBits-1:0];

  wire [Columns*ColumnBits-1:0] rd_columns;
  wire [Columns*ColumnBits-1:0] wr_columns;

  genvar c;
  generate
    for (c = 0; c < Columns; c = c + 1) begin : gen_column
      wire selected;
      if (Slices > 1) begin : gen_slice
        assign selected = 1'b1;
      end else if (Pack > 1) begin : gen_pack
        localparam [31:0]         ColumnWide = c;
        localparam [PackBits-1:0] Column     = ColumnWide[PackBits-1:0];
        assign selected = (group_wide[PackBits-1:0] == Column);
      end else begin : gen_single
        assign selected = 1'b1;
      end
      snn_lutram #(
        .Width   (ColumnBits),
        .Depth   (2 * ColumnRows),
        .AddrBits(DepthBits)
      ) u_column (
        .clk_i    (clk_i),
        .wr_en_i  (row_valid_i & selected),
        .wr_addr_i(wr_row),
        .wr_data_i(wr_columns[c*ColumnBits +: ColumnBits]),
        .rd_addr_i(rd_row),
        .rd_data_o(rd_columns[c*ColumnBits +: ColumnBits])
      );
    end

    if (Slices > 1) begin : gen_sliced
      // A row is Slices words; spikes beyond Lanes do not exist.
      if (Columns * ColumnBits > Lanes) begin : gen_pad
        assign wr_columns = {{(Columns * ColumnBits - Lanes) {1'b0}}, row_spikes_i};
      end else begin : gen_no_pad
        assign wr_columns = row_spikes_i;
      end
      wire [31:0] slice;
      assign slice  = index_wide & (Slices - 1);
      assign word_o = rd_columns[slice*WordBits +: WordBits];

      wire [Slices-1:0] slice_any;
      genvar s;
      for (s = 0; s < Slices; s = s + 1) begin : gen_any
        assign slice_any[s] = |wr_columns[s*WordBits +: WordBits];
      end
      always @(posedge clk_i) begin
        if (row_valid_i & ~wr_bank_q) flags0_q[group_wide*Slices +: Slices] <= slice_any;
        if (row_valid_i & wr_bank_q) flags1_q[group_wide*Slices +: Slices] <= slice_any;
      end
    end else begin : gen_packed
      // Rows of the last word that do not exist keep what was written at power-up: mask them.
      localparam LastRows = Groups - (Words - 1) * Pack;
      localparam [WordBits-1:0] LastMask = {WordBits{1'b1}} >> (WordBits - LastRows * Lanes);
      localparam [31:0] LastWordWide = Words - 1;
      localparam [IndexBits-1:0] LastWord = LastWordWide[IndexBits-1:0];

      wire [IndexBits-1:0] wr_word;
      wire                 wr_first;  // first row of its word
      wire [31:0]          wr_word_wide;
      assign wr_columns   = {Columns{row_spikes_i}};
      assign word_o       = rd_columns & ((word_index_i == LastWord) ? LastMask : {WordBits{1'b1}});
      assign wr_word_wide = group_wide >> PackBits;
      assign wr_word      = wr_word_wide[IndexBits-1:0];
      if (Pack > 1) begin : gen_first
        assign wr_first = (group_wide[PackBits-1:0] == {PackBits{1'b0}});
      end else begin : gen_always_first
        assign wr_first = 1'b1;
      end
      always @(posedge clk_i) begin
        if (row_valid_i & ~wr_bank_q) begin
          flags0_q[wr_word] <= (|row_spikes_i) | (flags0_q[wr_word] & ~wr_first);
        end
        if (row_valid_i & wr_bank_q) begin
          flags1_q[wr_word] <= (|row_spikes_i) | (flags1_q[wr_word] & ~wr_first);
        end
      end
      wire unused_packed;
      assign unused_packed = &{1'b0, wr_word_wide};
    end
  endgenerate

  wire unused;
  assign unused = &{1'b0, wr_wide, rd_wide};

endmodule

`default_nettype wire
