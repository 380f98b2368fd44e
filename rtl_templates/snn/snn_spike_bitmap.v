// snn_spike_bitmap: steps of a population's spikes on their way to a reader, kept as bits in banks:
// the producer fills one while the reader scans another. A bitmap cannot overflow.
//
// Delay = 0: two banks. Delay > 0: the reader lags that many steps behind, and there is a bank more
// than that. The last Delay steps of a sample have no reader: they are dropped when the sample ends
// (snn_delay_gate stands for the steps that are missing at its beginning).
//
// Written a row (Lanes spikes of one group) a cycle, in order of groups; read a word (WordBits spikes) at a time, where
// word_flags_o says which words hold a spike at all. A word is Pack rows side by side (narrow rows)
// or a slice of a row, Slices words to a row (wide rows); at most one of the two exceeds 1.
//
// With ValueBits above 1 a spike carries a value: they lie beside the bits, a row a cycle in, and out
// by the address of the spike that the reader is about to send.
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
  parameter Delay     = 0,  // steps
  parameter ValueBits = 1,  // of a spike's value; 1: there is none
  parameter AddrBits  = 3,  // of a spike's address
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
  input  wire [Lanes*ValueBits-1:0] row_values_i,
  // Words out
  output wire                 step_valid_o,
  output wire                 step_sample_last_o,
  output wire [Words-1:0]     word_flags_o,
  input  wire [IndexBits-1:0] word_index_i,
  output wire [WordBits-1:0]  word_o,
  input  wire [AddrBits-1:0]  event_addr_i,   // row * Lanes + lane
  output wire [ValueBits-1:0] event_value_o,  // same cycle
  input  wire                 step_release_i
);

  localparam PackBits   = (Pack > 1) ? $clog2(Pack) : 0;
  localparam SliceBits  = (Slices > 1) ? $clog2(Slices) : 0;
  localparam MemoryBits = (Slices > 1) ? Slices * WordBits : WordBits;
  localparam MemoryRows = (Slices > 1) ? Groups : Words;  // of one bank
  localparam Banks      = (Delay > 0) ? Delay + 1 : 2;
  localparam BankBits   = $clog2(Banks);
  localparam CountBits  = $clog2(Banks + 1);
  localparam DepthBits  = $clog2(Banks * MemoryRows);
  localparam [31:0]          BanksWide    = Banks;
  localparam [31:0]          LastBankWide = Banks - 1;
  localparam [BankBits-1:0]  LastBank     = LastBankWide[BankBits-1:0];
  localparam [CountBits-1:0] AllBanks     = BanksWide[CountBits-1:0];

  reg  [BankBits-1:0]    wr_bank_q;
  reg  [BankBits-1:0]    rd_bank_q;
  reg  [CountBits-1:0]   full_q;         // banks that are complete and not released
  reg  [Banks-1:0]       sample_last_q;
  reg  [Banks*Words-1:0] flags_q;

  wire                   step_done;
  wire                   keep;           // the step that is done has a reader
  wire [BankBits-1:0]    wr_bank_next;
  wire [CountBits-1:0]   full_next;      // without the release
  wire [CountBits-1:0]   hidden;         // complete, but not yet sure to be read
  wire [31:0]            rd_bank_wide;
  wire [31:0]            wr_bank_wide;
  reg  [Words-1:0]       rd_flags;
  integer                b;

  assign step_done          = row_valid_i & row_step_last_i;
  assign step_ready_o       = (full_q != AllBanks);
  assign step_valid_o       = (full_q != hidden);
  assign step_sample_last_o = sample_last_q[rd_bank_q];
  assign rd_bank_wide       = {{(32 - BankBits) {1'b0}}, rd_bank_q};
  assign wr_bank_wide       = {{(32 - BankBits) {1'b0}}, wr_bank_q};
  assign word_flags_o       = rd_flags;

  generate
    if (Delay > 1) begin : gen_drop
      // Steps of this sample that are complete and would be dropped if it ended now: they are the
      // latest, and the reader is at least as many steps behind.
      reg  [CountBits-1:0] latest_q;
      wire [31:0]          back;
      wire [31:0]          latest_wide;
      localparam [31:0] MostWide = Delay - 1;
      localparam [CountBits-1:0] Most = MostWide[CountBits-1:0];
      assign latest_wide  = {{(32 - CountBits) {1'b0}}, latest_q};
      assign back         = (wr_bank_wide < latest_wide) ? wr_bank_wide + BanksWide - latest_wide
                                                         : wr_bank_wide - latest_wide;
      assign hidden       = latest_q;
      assign keep         = ~row_sample_last_i;
      assign wr_bank_next = keep ? ((wr_bank_q == LastBank) ? {BankBits{1'b0}} : wr_bank_q + 1'b1)
                                 : back[BankBits-1:0];
      assign full_next    = keep ? full_q + 1'b1 : full_q - latest_q;
      always @(posedge clk_i) begin
        if (rst_i) latest_q <= {CountBits{1'b0}};
        else if (step_done) begin
          if (~keep) latest_q <= {CountBits{1'b0}};
          else if (latest_q != Most) latest_q <= latest_q + 1'b1;
        end
      end
      wire unused_back;
      assign unused_back = &{1'b0, back};
    end else begin : gen_keep
      assign hidden       = {CountBits{1'b0}};
      assign keep         = (Delay == 0) | ~row_sample_last_i;
      assign wr_bank_next = ~keep ? wr_bank_q
                            : (wr_bank_q == LastBank) ? {BankBits{1'b0}} : wr_bank_q + 1'b1;
      assign full_next    = keep ? full_q + 1'b1 : full_q;
    end
  endgenerate

  always @(posedge clk_i) begin
    if (rst_i) begin
      wr_bank_q <= {BankBits{1'b0}};
      rd_bank_q <= {BankBits{1'b0}};
      full_q    <= {CountBits{1'b0}};
    end else begin
      if (step_done) wr_bank_q <= wr_bank_next;
      if (step_release_i) rd_bank_q <= (rd_bank_q == LastBank) ? {BankBits{1'b0}}
                                                               : rd_bank_q + 1'b1;
      full_q <= (step_done ? full_next : full_q) - {{(CountBits - 1) {1'b0}}, step_release_i};
    end
    // A decoder written out: an index on the left costs arithmetic in some tools.
    for (b = 0; b < Banks; b = b + 1) begin
      if (step_done & (wr_bank_wide == b)) sample_last_q[b] <= row_sample_last_i;
    end
  end

  always @* begin
    rd_flags = {Words{1'b0}};
    for (b = 0; b < Banks; b = b + 1) begin
      if (rd_bank_wide == b) rd_flags = flags_q[b*Words +: Words];
    end
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
  assign wr_wide    = wr_bank_wide * MemoryRows + (group_wide >> PackBits);
  assign rd_wide    = rd_bank_wide * MemoryRows + (index_wide >> SliceBits);
  assign wr_row     = wr_wide[DepthBits-1:0];
  assign rd_row     = rd_wide[DepthBits-1:0];

  wire [MemoryBits-1:0] stored;    // all words of a row of the memory
  wire [MemoryBits-1:0] write;
  wire                          write_en;
  wire [Slices-1:0]             write_any;  // words of the row that hold a spike

  snn_lutram #(
    .Width   (MemoryBits),
    .Depth   (Banks * MemoryRows),
    .AddrBits(DepthBits)
  ) u_words (
    .clk_i    (clk_i),
    .wr_en_i  (write_en),
    .wr_addr_i(wr_row),
    .wr_data_i(write),
    .rd_addr_i(rd_row),
    .rd_data_o(stored)
  );

  genvar s;
  generate
    if (Slices > 1) begin : gen_sliced
      // A row is Slices words; spikes beyond Lanes do not exist.
      if (MemoryBits > Lanes) begin : gen_pad
        assign write = {{(MemoryBits - Lanes) {1'b0}}, row_spikes_i};
      end else begin : gen_no_pad
        assign write = row_spikes_i;
      end
      assign write_en = row_valid_i;

      wire [31:0] slice;
      assign slice  = index_wide & (Slices - 1);
      assign word_o = stored[slice*WordBits +: WordBits];
      for (s = 0; s < Slices; s = s + 1) begin : gen_any
        assign write_any[s] = |write[s*WordBits +: WordBits];
      end
    end else if (Pack > 1) begin : gen_packed
      // Rows come in order. They are shifted together, and a word is written with its last row: so
      // the memory is written whole words at a time, and no row needs a decoder.
      localparam LastRows  = Groups - (Words - 1) * Pack;  // of the step's last word
      localparam LastShift = (Pack - LastRows) * Lanes;
      localparam PastBits  = (Pack - 1) * Lanes;

      reg  [PastBits-1:0] past_q;  // the rows before this one, the latest on top
      reg                 any_q;   // one of them in this word has a spike
      wire [WordBits-1:0] word;
      wire                first;   // the row begins a word
      wire                any;

      assign word     = {row_spikes_i, past_q};
      assign write    = row_step_last_i ? word >> LastShift : word;
      assign word_o   = stored;
      assign first    = (group_wide[PackBits-1:0] == {PackBits{1'b0}});
      assign any       = (|row_spikes_i) | (any_q & ~first);
      assign write_any = any;
      assign write_en  = row_valid_i & (row_step_last_i | (&group_wide[PackBits-1:0]));

      always @(posedge clk_i) begin
        if (row_valid_i) begin
          past_q <= word[WordBits-1:Lanes];
          any_q  <= any;
        end
      end
    end else begin : gen_rows
      // A row is a word.
      assign write     = row_spikes_i;
      assign write_en  = row_valid_i;
      assign write_any = |row_spikes_i;
      assign word_o    = stored;
    end
  endgenerate

  integer r;
  always @(posedge clk_i) begin
    for (r = 0; r < Banks * MemoryRows; r = r + 1) begin
      if (write_en & (wr_wide == r)) flags_q[r*Slices +: Slices] <= write_any;
    end
  end

  // ---------------------------------------------------------------- values
  generate
    if (ValueBits > 1) begin : gen_values
      localparam LaneBits = (Lanes > 1) ? $clog2(Lanes) : 1;
      localparam RowBits  = $clog2(Banks * Groups);
      wire [GroupBits-1:0]       group;
      wire [LaneBits-1:0]        lane;
      wire [31:0]                read_wide;
      wire [31:0]                write_wide;
      wire [Lanes*ValueBits-1:0] values;
      snn_divide #(
        .DividendBits (AddrBits),
        .Divisor      (Lanes),
        .QuotientBits (GroupBits),
        .RemainderBits(LaneBits)
      ) u_place (
        .dividend_i (event_addr_i),
        .quotient_o (group),
        .remainder_o(lane)
      );
      assign read_wide  = rd_bank_wide * Groups + {{(32 - GroupBits) {1'b0}}, group};
      assign write_wide = wr_bank_wide * Groups + group_wide;
      snn_lutram #(
        .Width   (Lanes * ValueBits),
        .Depth   (Banks * Groups),
        .AddrBits(RowBits)
      ) u_values (
        .clk_i    (clk_i),
        .wr_en_i  (row_valid_i),
        .wr_addr_i(write_wide[RowBits-1:0]),
        .wr_data_i(row_values_i),
        .rd_addr_i(read_wide[RowBits-1:0]),
        .rd_data_o(values)
      );
      if (Lanes > 1) begin : gen_select
        assign event_value_o = values[lane*ValueBits +: ValueBits];
      end else begin : gen_only
        assign event_value_o = values;
      end
      wire unused_values;
      assign unused_values = &{1'b0, lane, read_wide, write_wide};
    end else begin : gen_no_values
      assign event_value_o = 1'b1;
      wire unused_values;
      assign unused_values = &{1'b0, row_values_i, event_addr_i};
    end
  endgenerate

  wire unused;
  assign unused = &{1'b0, wr_wide, rd_wide};

endmodule

`default_nettype wire
