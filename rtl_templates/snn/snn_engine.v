// snn_engine: one population of neurons and the dense projection into it, event by event.
//
// Neuron n lives in lane n % Lanes of group n / Lanes. A beat of the event stream is a pass over all
// Groups, one group a cycle: every lane adds its weight of the event to its neuron's running sum.
// The pass of a step's last beat also ends the step: it fires each neuron and prepares the next
// step's sum, so that the update costs no pass of its own.
//
// A beat: event_i says that there is an event (addr_i, value_i); step_last_i that it is the last
// beat of its step (an empty step is one beat without event); sample_last_i, with step_last_i, that
// the step is the last of its sample. After it the neurons start afresh.
//
// Timing: a beat takes Groups cycles, the last beat of a step Groups + 3. Before that last pass the
// engine waits for step_ready_i, which says that a whole step's rows can be taken. Rows come out two
// cycles after their group was issued, one a cycle, without back-pressure.
// After reset the neurons are prepared once, which takes Groups + 3 cycles.
//
// Pipeline: I issue addresses | M memory data, accumulate | F fire | D decay | W write prepared sum.
// A pass that ends a step writes in W what other passes write in M; the three idle cycles after it
// keep the two apart and let group 0 be written before it is read again.
`default_nettype none

module snn_engine #(
  parameter Neurons       = 10,  // >= 1
  parameter Lanes         = 1,   // 1..Neurons
  parameter Sources       = 64,  // elements of the source, >= 1
  parameter AddrBits      = 6,   // >= max(1, clog2(Sources))
  parameter ValueBits     = 1,   // see snn_accumulate
  parameter WeightBits    = 6,   // 1..16
  parameter FractionBits  = 4,
  parameter SumBits       = 16,  // bits of a step's sum, by the overflow proof
  parameter MembraneBits  = 16,  // bits of the membrane, <= SumBits, >= 2
  parameter DecayShift    = 8,
  parameter Spiking       = 1,   // the neuron's rule: see snn_fire and snn_prepare
  parameter ResetSubtract = 1,
  parameter ResetZero     = 0,
  parameter SameStep      = 0,
  parameter Quirk         = 0,
  parameter LoseInput     = 0,
  parameter ResetOffset   = 0,
  // A parameter is either the same for all neurons (its value below) or stored per neuron
  // (its ...Stored flag is 1) in the parameter memory: per lane, from the lowest bit up, threshold,
  // decay, bias, reset value, as far as they are stored; lane 0 lowest.
  parameter                           ThresholdStored  = 0,
  parameter                           DecayStored      = 0,
  parameter                           BiasStored       = 0,
  parameter                           ResetValueStored = 0,
  parameter signed [MembraneBits-1:0] Threshold        = 1,
  parameter        [DecayShift:0]     Decay            = 0,
  parameter signed [SumBits-1:0]      Bias             = 0,
  parameter signed [MembraneBits-1:0] ResetValue       = 0,
  parameter WeightFile    = "",  // row addr * Groups + group: Lanes weights, lane 0 lowest
  parameter ParameterFile = "",  // row group
  // Derived; not to be overridden
  parameter Groups    = (Neurons + Lanes - 1) / Lanes,
  parameter GroupBits = (Groups > 1) ? $clog2(Groups) : 1
) (
  input  wire                          clk_i,
  input  wire                          rst_i,
  // Events in
  input  wire                          beat_valid_i,
  output wire                          beat_ready_o,
  input  wire                          beat_event_i,
  input  wire                          beat_step_last_i,
  input  wire                          beat_sample_last_i,
  input  wire [AddrBits-1:0]           beat_addr_i,
  input  wire [ValueBits-1:0]          beat_value_i,
  // A whole step's rows can be taken
  input  wire                          step_ready_i,
  // Rows of fired neurons out
  output wire                          row_valid_o,
  output wire [GroupBits-1:0]          row_group_o,
  output wire                          row_step_last_o,    // last row of its step
  output wire                          row_sample_last_o,  // ... and of its sample
  output wire [Lanes-1:0]              row_spikes_o,
  output wire [Lanes*MembraneBits-1:0] row_membranes_o,
  output wire [Lanes-1:0]              row_saturated_o,
  // Activity, for counters: an event was taken, a weight row was read
  output wire                          event_taken_o,
  output wire                          weight_read_o
);

  localparam HeldBits      = ((Quirk != 0) || (LoseInput != 0)) ? 1 : 0;
  localparam StateBits     = SumBits + HeldBits;
  localparam Rows          = Sources * Groups;
  localparam RowBits       = (Rows > 1) ? $clog2(Rows) : 1;
  localparam ThresholdBits = (ThresholdStored != 0) ? MembraneBits : 0;
  localparam DecayBits     = (DecayStored != 0) ? DecayShift + 1 : 0;
  localparam BiasBits      = (BiasStored != 0) ? SumBits : 0;
  localparam ValueStoredBits = (ResetValueStored != 0) ? MembraneBits : 0;
  localparam ParameterBits = ThresholdBits + DecayBits + BiasBits + ValueStoredBits;
  localparam ParameterWidth = (ParameterBits > 0) ? ParameterBits : 1;
  localparam [31:0]          LastGroupWide = Groups - 1;
  localparam [GroupBits-1:0] LastGroup     = LastGroupWide[GroupBits-1:0];
  localparam [1:0]           IdleCycles = 2'd3;

  // ---------------------------------------------------------------- beat register and issue
  reg                  beat_q;
  reg                  start_only_q;  // the pass after reset that only prepares the neurons
  reg                  event_q;
  reg                  step_last_q;
  reg                  sample_last_q;
  reg  [RowBits-1:0]   row_q;  // row of the next group
  reg  [ValueBits-1:0] value_q;
  reg  [GroupBits-1:0] group_q;
  reg  [1:0]           idle_q;

  wire                 first_group;
  wire                 last_group;
  wire                 credit;
  wire                 issue;
  wire                 issue_last;
  wire                 accept;
  wire [31:0]          beat_addr_wide;
  wire [31:0]          beat_row;  // first row of the beat's event

  assign first_group  = (group_q == {GroupBits{1'b0}});
  assign last_group   = (group_q == LastGroup);
  assign credit       = ~step_last_q | ~first_group | start_only_q | step_ready_i;
  assign issue        = beat_q & (idle_q == 2'd0) & credit;
  assign issue_last   = issue & last_group;
  assign beat_ready_o = ~beat_q | issue_last;
  assign accept       = beat_valid_i & beat_ready_o;

  assign beat_addr_wide = {{(32 - AddrBits) {1'b0}}, beat_addr_i};
  assign beat_row       = beat_addr_wide * Groups;

  always @(posedge clk_i) begin
    if (rst_i) begin
      beat_q       <= 1'b1;
      start_only_q <= 1'b1;
      group_q      <= {GroupBits{1'b0}};
      idle_q       <= 2'd0;
    end else begin
      if (accept) beat_q <= 1'b1;
      else if (issue_last) beat_q <= 1'b0;

      if (issue_last) start_only_q <= 1'b0;

      if (issue) group_q <= last_group ? {GroupBits{1'b0}} : group_q + 1'b1;

      if (issue_last & step_last_q) idle_q <= IdleCycles;
      else if (idle_q != 2'd0) idle_q <= idle_q - 2'd1;
    end
  end

  always @(posedge clk_i) begin
    if (rst_i) begin
      event_q       <= 1'b0;
      step_last_q   <= 1'b1;
      sample_last_q <= 1'b1;
    end else if (accept) begin
      event_q       <= beat_event_i;
      step_last_q   <= beat_step_last_i;
      sample_last_q <= beat_sample_last_i;
    end
    if (accept) begin
      row_q   <= beat_row[RowBits-1:0];
      value_q <= beat_value_i;
    end else if (issue) begin
      row_q <= row_q + 1'b1;
    end
  end

  assign event_taken_o = issue & first_group & event_q;
  assign weight_read_o = issue & event_q;

  // ---------------------------------------------------------------- pipeline control
  reg                  m_valid_q;
  reg                  m_event_q;
  reg                  m_step_last_q;
  reg                  m_sample_last_q;
  reg                  m_start_only_q;
  reg  [ValueBits-1:0] m_value_q;
  reg  [GroupBits-1:0] m_group_q;
  reg                  f_valid_q;
  reg                  f_sample_last_q;
  reg                  f_start_only_q;
  reg  [GroupBits-1:0] f_group_q;
  reg                  d_valid_q;
  reg                  d_start_q;
  reg  [GroupBits-1:0] d_group_q;
  reg                  w_valid_q;
  reg  [GroupBits-1:0] w_group_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      m_valid_q <= 1'b0;
      f_valid_q <= 1'b0;
      d_valid_q <= 1'b0;
      w_valid_q <= 1'b0;
    end else begin
      m_valid_q <= issue;
      f_valid_q <= m_valid_q & m_step_last_q;
      d_valid_q <= f_valid_q;
      w_valid_q <= d_valid_q;
    end
    m_event_q       <= event_q;
    m_step_last_q   <= step_last_q;
    m_sample_last_q <= sample_last_q;
    m_start_only_q  <= start_only_q;
    m_value_q       <= value_q;
    m_group_q       <= group_q;
    f_sample_last_q <= m_sample_last_q;
    f_start_only_q  <= m_start_only_q;
    f_group_q       <= m_group_q;
    d_start_q       <= f_sample_last_q;
    d_group_q       <= f_group_q;
    w_group_q       <= d_group_q;
  end

  // ---------------------------------------------------------------- memories
  wire [Lanes*WeightBits-1:0]     m_weights;
  wire [Lanes*StateBits-1:0]      m_states;
  wire [Lanes*StateBits-1:0]      m_sums;
  wire [Lanes*StateBits-1:0]      w_prepared;
  wire [Lanes*ParameterWidth-1:0] f_parameters;
  wire                            m_write;

  snn_rom #(
    .Width      (Lanes * WeightBits),
    .Depth      (Rows),
    .AddrBits   (RowBits),
    .MemInitFile(WeightFile)
  ) u_weights (
    .clk_i (clk_i),
    .en_i  (weight_read_o),
    .addr_i(row_q),
    .data_o(m_weights)
  );

  assign m_write = m_valid_q & ~m_step_last_q;

  snn_ram_1r1w #(
    .Width   (Lanes * StateBits),
    .Depth   (Groups),
    .AddrBits(GroupBits)
  ) u_states (
    .clk_i    (clk_i),
    .wr_en_i  (m_write | w_valid_q),
    .wr_addr_i(w_valid_q ? w_group_q : m_group_q),
    .wr_data_i(w_valid_q ? w_prepared : m_sums),
    .rd_en_i  (issue),
    .rd_addr_i(group_q),
    .rd_data_o(m_states)
  );

  generate
    if (ParameterBits > 0) begin : gen_parameters
      snn_rom #(
        .Width      (Lanes * ParameterWidth),
        .Depth      (Groups),
        .AddrBits   (GroupBits),
        .MemInitFile(ParameterFile)
      ) u_parameters (
        .clk_i (clk_i),
        .en_i  (m_valid_q & m_step_last_q),
        .addr_i(m_group_q),
        .data_o(f_parameters)
      );
    end else begin : gen_no_parameters
      assign f_parameters = {(Lanes * ParameterWidth) {1'b0}};
    end
  endgenerate

  // ---------------------------------------------------------------- lanes
  wire [Lanes-1:0] lane_spikes;
  wire [Lanes-1:0] lane_saturated;
  wire [Lanes-1:0] lane_used;  // the last group may be short

  genvar l;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      localparam UsedInLast = ((Groups - 1) * Lanes + l) < Neurons;

      wire [ParameterWidth-1:0]      parameters;
      wire signed [MembraneBits-1:0] threshold;
      wire        [DecayShift:0]     decay;
      wire signed [SumBits-1:0]      bias;
      wire signed [MembraneBits-1:0] reset_value;
      wire                           held;
      wire                           prepared_held;

      assign parameters   = f_parameters[l*ParameterWidth +: ParameterWidth];
      assign lane_used[l] = UsedInLast | (f_group_q != LastGroup);

      if (ThresholdStored != 0) begin : gen_threshold
        assign threshold = parameters[0 +: MembraneBits];
      end else begin : gen_threshold_constant
        assign threshold = Threshold;
      end
      if (DecayStored != 0) begin : gen_decay
        assign decay = parameters[ThresholdBits +: DecayShift + 1];
      end else begin : gen_decay_constant
        assign decay = Decay;
      end
      if (BiasStored != 0) begin : gen_bias
        assign bias = parameters[ThresholdBits + DecayBits +: SumBits];
      end else begin : gen_bias_constant
        assign bias = Bias;
      end
      if (ResetValueStored != 0) begin : gen_reset_value
        assign reset_value = parameters[ThresholdBits + DecayBits + BiasBits +: MembraneBits];
      end else begin : gen_reset_value_constant
        assign reset_value = ResetValue;
      end

      if (HeldBits != 0) begin : gen_held
        assign held                                         = m_states[l*StateBits + SumBits];
        assign m_sums[l*StateBits + SumBits]                = held;
        assign w_prepared[l*StateBits + SumBits]            = prepared_held;
      end else begin : gen_no_held
        assign held = 1'b0;
        wire unused_held;
        assign unused_held = prepared_held;
      end

      snn_lane #(
        .WeightBits   (WeightBits),
        .ValueBits    (ValueBits),
        .FractionBits (FractionBits),
        .SumBits      (SumBits),
        .MembraneBits (MembraneBits),
        .DecayShift   (DecayShift),
        .Spiking      (Spiking),
        .ResetSubtract(ResetSubtract),
        .ResetZero    (ResetZero),
        .SameStep     (SameStep),
        .Quirk        (Quirk),
        .LoseInput    (LoseInput),
        .ResetOffset  (ResetOffset)
      ) u_lane (
        .clk_i          (clk_i),
        .event_i        (m_event_q),
        .weight_i       (m_weights[l*WeightBits +: WeightBits]),
        .value_i        (m_value_q),
        .sum_i          (m_states[l*StateBits +: SumBits]),
        .held_i         (held),
        .sum_o          (m_sums[l*StateBits +: SumBits]),
        .threshold_i    (threshold),
        .reset_value_i  (reset_value),
        .decay_i        (decay),
        .bias_i         (bias),
        .spike_o        (lane_spikes[l]),
        .membrane_o     (row_membranes_o[l*MembraneBits +: MembraneBits]),
        .saturated_o    (lane_saturated[l]),
        .start_i        (d_start_q),
        .prepared_o     (w_prepared[l*StateBits +: SumBits]),
        .prepared_held_o(prepared_held)
      );

      wire unused_parameters;
      assign unused_parameters = &{1'b0, parameters};
    end
  endgenerate

  // ---------------------------------------------------------------- rows out
  assign row_valid_o       = f_valid_q & ~f_start_only_q;
  assign row_group_o       = f_group_q;
  assign row_step_last_o   = (f_group_q == LastGroup);
  assign row_sample_last_o = row_step_last_o & f_sample_last_q;
  assign row_spikes_o      = lane_spikes & lane_used;
  assign row_saturated_o   = lane_saturated & lane_used;

  wire unused;
  assign unused = &{1'b0, beat_row};

endmodule

`default_nettype wire
