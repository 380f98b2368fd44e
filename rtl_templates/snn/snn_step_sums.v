// snn_step_sums: adds up the taps of a step, many lanes at a time, and hands the sums on to an
// engine that updates its neurons fewer lanes at a time, while the taps of the next step are added.
//
// Stands between snn_dense_taps (Fused = 1: every beat visits every group in order) and a snn_engine
// (Fused = 1), to which a step is one event: Rows taps, whose weights are the sums of OutLanes
// neurons each. So Lanes is paid for in narrow adders alone, and the arithmetic of the neuron only
// OutLanes times.
//
// The sums of a step are exact modulo 2^SumBits, in units of weights (the engine shifts them).
//   Groups = 1: a register a lane, copied as the step ends.
//   Groups > 1: two banks of sums; the first beat of a step writes, the others add.
//
// Timing: a tap is taken in every cycle; a step may begin as soon as the step before (Groups = 1), or
// the one before that, was handed on. After the last tap of a step: one cycle to copy or to read, one
// to select the first row, and the row is offered in the third; then a row a cycle.
`default_nettype none

module snn_step_sums #(
  parameter Neurons    = 10,
  parameter Groups     = 1,   // ceil(Neurons / Lanes)
  parameter Lanes      = 10,  // of the taps
  parameter OutLanes   = 2,   // of the rows; divides Lanes where Groups > 1
  parameter ValueBits  = 1,   // see snn_accumulate
  parameter WeightBits = 6,
  parameter SumBits    = 12,  // >= 2
  // Derived; not to be overridden
  parameter GroupBits  = (Groups > 1) ? $clog2(Groups) : 1,
  parameter Rows       = (Neurons + OutLanes - 1) / OutLanes,
  parameter RowBits    = (Rows > 1) ? $clog2(Rows) : 1
) (
  input  wire                        clk_i,
  input  wire                        rst_i,
  // Taps in
  input  wire                        tap_valid_i,
  output wire                        tap_ready_o,
  input  wire                        tap_event_i,        // there is something to add
  input  wire                        tap_new_i,          // first tap of an event
  input  wire                        tap_step_last_i,    // last tap of its step
  input  wire                        tap_sample_last_i,  // the step is the last of its sample
  input  wire [GroupBits-1:0]        tap_group_i,
  input  wire [ValueBits-1:0]        tap_value_i,
  input  wire [Lanes*WeightBits-1:0] weights_i,          // of the tap taken a cycle ago
  // Rows out, as taps; sums_o follows in the cycle after the transfer
  output wire                        row_valid_o,
  input  wire                        row_ready_i,
  output wire                        row_new_o,
  output wire                        row_step_last_o,
  output wire                        row_sample_last_o,
  output wire [RowBits-1:0]          row_group_o,
  output wire [OutLanes*SumBits-1:0] sums_o,
  // Activity, for counters: an event was taken, a row of weights was added
  output wire                        event_taken_o,
  output wire                        weight_read_o,
  // The last tap of a sample's last step was taken
  output wire                        sample_done_o
);

  localparam Slices    = (Lanes + OutLanes - 1) / OutLanes;  // rows of a group
  localparam SliceBits = (Slices > 1) ? $clog2(Slices) : 1;
  localparam OutWidth  = OutLanes * SumBits;
  localparam PitchBits = (OutWidth > 1) ? $clog2(OutWidth) : 1;
  localparam Pitch     = 1 << PitchBits;  // from slice to slice: a multiplexer, not a shifter
  localparam [31:0]          LastGroupWide = Groups - 1;
  localparam [31:0]          LastSliceWide = Slices - 1;
  localparam [31:0]          LastRowWide   = Rows - 1;
  localparam [GroupBits-1:0] LastGroup     = LastGroupWide[GroupBits-1:0];
  localparam [SliceBits-1:0] LastSlice     = LastSliceWide[SliceBits-1:0];
  localparam [RowBits-1:0]   LastRow       = LastRowWide[RowBits-1:0];

  // ---------------------------------------------------------------- taps
  reg                  open_q;   // the engine has been ready once since reset
  reg                  m_event_q;
  reg  [ValueBits-1:0] m_value_q;
  wire                 room;     // for a tap
  wire                 take;
  wire                 step_taken;

  assign tap_ready_o   = open_q & room;
  assign take          = tap_valid_i & tap_ready_o;
  assign step_taken    = take & tap_step_last_i;
  assign event_taken_o = take & tap_new_i;
  assign weight_read_o = take & tap_event_i;
  assign sample_done_o = step_taken & tap_sample_last_i;

  always @(posedge clk_i) begin
    if (rst_i) begin
      open_q    <= 1'b0;
      m_event_q <= 1'b0;
    end else begin
      if (row_ready_i) open_q <= 1'b1;
      m_event_q <= take & tap_event_i;
    end
    m_value_q <= tap_value_i;
  end

  // ---------------------------------------------------------------- rows out
  reg                 run_q;        // a step is being handed on
  reg [SliceBits-1:0] slice_q;      // of the next row, in its group
  reg [RowBits-1:0]   row_q;        // the next row
  reg                 last_q;       // the step is the last of its sample
  reg                 out_valid_q;
  reg                 out_first_q;
  reg                 out_step_last_q;
  reg                 out_sample_last_q;
  reg [RowBits-1:0]   out_row_q;
  reg [OutWidth-1:0]  out_sums_q;
  reg [OutWidth-1:0]  sums_q;

  wire                       full;         // a step waits to be handed on
  wire                       full_last;    // ... the last of its sample
  wire                       start;
  wire                       select;
  wire                       last_slice;
  wire                       last_row;
  wire [Slices*Pitch-1:0]    slices;       // the sums of the group that is handed on
  wire [OutWidth-1:0]        slice;

  assign start      = ~run_q & full;
  assign select     = run_q & (~out_valid_q | row_ready_i);
  assign last_slice = (slice_q == LastSlice);
  assign last_row   = (row_q == LastRow);

  always @(posedge clk_i) begin
    if (rst_i) begin
      run_q       <= 1'b0;
      out_valid_q <= 1'b0;
    end else begin
      if (start) run_q <= 1'b1;
      else if (select & last_row) run_q <= 1'b0;

      if (select) out_valid_q <= 1'b1;
      else if (row_ready_i) out_valid_q <= 1'b0;
    end
    if (start) begin
      last_q  <= full_last;
      row_q   <= {RowBits{1'b0}};
      slice_q <= {SliceBits{1'b0}};
    end else if (select) begin
      row_q   <= row_q + 1'b1;
      slice_q <= last_slice ? {SliceBits{1'b0}} : slice_q + 1'b1;
    end
    if (select) begin
      out_row_q         <= row_q;
      out_first_q       <= (row_q == {RowBits{1'b0}});
      out_step_last_q   <= last_row;
      out_sample_last_q <= last_q;
      out_sums_q        <= slice;
    end
    if (out_valid_q & row_ready_i) sums_q <= out_sums_q;
  end

  assign row_valid_o       = out_valid_q;
  assign row_new_o         = out_first_q;
  assign row_step_last_o   = out_step_last_q;
  assign row_sample_last_o = out_sample_last_q;
  assign row_group_o       = out_row_q;
  assign sums_o            = sums_q;

  generate
    if (Slices == 1) begin : gen_only_slice
      assign slice = slices[OutWidth-1:0];
    end else begin : gen_slice
      assign slice = slices[{slice_q, {PitchBits{1'b0}}} +: OutWidth];
    end
  endgenerate

  wire unused_slices;
  assign unused_slices = &{1'b0, slices};

  // ---------------------------------------------------------------- sums
  // Lane by lane, not in one word: simulators then add many lanes at once.
  wire [SumBits-1:0] old [0:Lanes-1];
  wire [SumBits-1:0] sum [0:Lanes-1];

  genvar l;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      snn_accumulate #(
        .WeightBits  (WeightBits),
        .ValueBits   (ValueBits),
        .FractionBits(0),
        .SumBits     (SumBits)
      ) u_accumulate (
        .event_i (m_event_q),
        .weight_i(weights_i[l*WeightBits +: WeightBits]),
        .value_i (m_value_q),
        .sum_i   (old[l]),
        .sum_o   (sum[l])
      );
    end

    if (Groups == 1) begin : gen_registers
      reg                    full_q;
      reg                    full_last_q;
      reg [Slices*Pitch-1:0] done_q;  // of the step that is handed on
      integer                i;

      assign full      = full_q;
      assign full_last = full_last_q;
      assign room      = ~full_q | start;
      assign slices    = done_q;

      always @(posedge clk_i) begin
        if (rst_i)           full_q <= 1'b0;
        else if (step_taken) full_q <= 1'b1;
        else if (start)      full_q <= 1'b0;

        if (step_taken) full_last_q <= tap_sample_last_i;

        if (start) begin
          done_q <= {(Slices * Pitch) {1'b0}};
          // With what the last tap brings in this cycle.
          for (i = 0; i < Lanes; i = i + 1)
            done_q[(i / OutLanes) * Pitch + (i % OutLanes) * SumBits +: SumBits] <= sum[i];
        end
      end

      for (l = 0; l < Lanes; l = l + 1) begin : gen_sum
        reg [SumBits-1:0] now_q;  // of the step that is added up
        always @(posedge clk_i) begin
          if (rst_i | start)  now_q <= {SumBits{1'b0}};
          else if (m_event_q) now_q <= sum[l];
        end
        assign old[l] = now_q;
      end

      wire unused;
      assign unused = &{1'b0, tap_group_i, LastGroup, last_slice};
    end else begin : gen_banks
      reg                  first_q;      // the first beat of a step: nothing to add to
      reg                  wr_bank_q;
      reg                  rd_bank_q;
      reg  [1:0]           full_q;       // banks that are not handed on yet
      reg  [1:0]           full_last_q;
      reg  [GroupBits-1:0] read_group_q; // the next group to read
      reg                  m_valid_q;
      reg                  m_bank_q;
      reg  [GroupBits-1:0] m_group_q;
      wire                 read;         // a group for handing on
      wire                 release_bank;

      assign full         = full_q[rd_bank_q];
      assign full_last    = full_last_q[rd_bank_q];
      assign room         = ~full_q[wr_bank_q];
      assign read         = start | (select & last_slice & ~last_row);
      assign release_bank = read & ~start & (read_group_q == LastGroup);

      always @(posedge clk_i) begin
        if (rst_i) begin
          first_q   <= 1'b1;
          wr_bank_q <= 1'b0;
          rd_bank_q <= 1'b0;
          full_q    <= 2'b00;
          m_valid_q <= 1'b0;
        end else begin
          if (take & (tap_group_i == LastGroup)) first_q <= tap_step_last_i;
          if (step_taken)   wr_bank_q <= ~wr_bank_q;
          if (release_bank) rd_bank_q <= ~rd_bank_q;
          full_q[0] <= (full_q[0] & ~(release_bank & ~rd_bank_q)) | (step_taken & ~wr_bank_q);
          full_q[1] <= (full_q[1] & ~(release_bank & rd_bank_q)) | (step_taken & wr_bank_q);
          m_valid_q <= take & (tap_event_i | first_q);
        end
        if (step_taken & ~wr_bank_q) full_last_q[0] <= tap_sample_last_i;
        if (step_taken & wr_bank_q)  full_last_q[1] <= tap_sample_last_i;
        if (read) read_group_q <= start ? {{(GroupBits - 1) {1'b0}}, 1'b1} : read_group_q + 1'b1;
        m_bank_q  <= wr_bank_q;
        m_group_q <= tap_group_i;
      end

      wire [Lanes*SumBits-1:0] old_word;
      wire [Lanes*SumBits-1:0] sum_word;
      wire [Lanes*SumBits-1:0] done_word;

      for (l = 0; l < Lanes; l = l + 1) begin : gen_word
        assign old[l] = old_word[l*SumBits +: SumBits];
        assign sum_word[l*SumBits +: SumBits] = sum[l];
      end
      // OutLanes divides Lanes.
      for (l = 0; l < Slices; l = l + 1) begin : gen_pitch
        assign slices[l*Pitch +: OutWidth] = done_word[l*OutWidth +: OutWidth];
        if (Pitch > OutWidth) begin : gen_spare
          assign slices[l*Pitch + OutWidth +: Pitch - OutWidth] = {(Pitch - OutWidth) {1'b0}};
        end
      end

      snn_ram_1w2r #(
        .Width   (Lanes * SumBits),
        .Depth   (2 << GroupBits),
        .AddrBits(GroupBits + 1)
      ) u_sums (
        .clk_i      (clk_i),
        .wr_en_i    (m_valid_q),
        .wr_addr_i  ({m_bank_q, m_group_q}),
        .wr_data_i  (sum_word),
        .rd_en_a_i  (take),
        .rd_zero_a_i(first_q),
        .rd_addr_a_i({wr_bank_q, tap_group_i}),
        .rd_data_a_o(old_word),
        .rd_en_b_i  (read),
        .rd_addr_b_i({rd_bank_q, start ? {GroupBits{1'b0}} : read_group_q}),
        .rd_data_b_o(done_word)
      );
    end
  endgenerate

endmodule

`default_nettype wire
