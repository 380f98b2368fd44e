// snn_engine: one population of neurons: their states, lanes, and the update at the end of a step.
//
// What is added comes as taps: a tap names a group (Lanes neurons that are worked on together), and
// the cycle after it was taken brings a weight for every lane. Which group, and which weights, is
// decided in front of the engine (snn_dense_taps, snn_conv_taps, snn_sparse_taps, snn_pool_taps).
//
// The end of a step visits every group in order: it fires the neurons and prepares the next step.
//   Fused = 1: the taps of the step's last beat visit every group in order anyway and carry
//     tap_update_i: the update costs no pass of its own.
//   Fused = 0: after a tap with tap_step_last_i the engine inserts a pass of Groups cycles.
// Before that pass the engine waits for step_ready_i, which says that a whole step's rows can be
// taken. Rows come out two cycles after their group was issued, one a cycle, without back-pressure.
// The pass is followed by three idle cycles. After reset the neurons are prepared once, likewise.
//
// Pipeline: I issue addresses | M memory data, accumulate | F fire | D decay | W write prepared sums.
// The update writes in W what taps write in M; the idle cycles after it keep the two apart.
`default_nettype none

module snn_engine #(
  parameter Groups        = 10,  // >= 1
  parameter Lanes         = 1,   // >= 1
  parameter BlockGroups   = 10,  // groups of a block; Groups where there is one block
  parameter BlockChannels = 10,  // neurons of a block: the last of its groups may be short
  parameter Fused         = 1,
  parameter ValueBits     = 1,   // see snn_accumulate
  parameter WeightBits    = 6,   // 1..16; AccBits with MaxInput
  parameter FractionBits  = 4,
  parameter Current       = 0,   // see snn_lane
  parameter Alpha         = 0,
  parameter MaxInput      = 0,
  parameter Static        = 0,   // keeps what the taps with tap_static_i added
  parameter AccBits       = 16,  // bits of what events add to, by the overflow proof
  parameter SumBits       = 16,  // bits of a step's sum at the membrane, by the overflow proof
  parameter MembraneBits  = 16,  // bits of the membrane, <= SumBits, >= 2
  parameter DecayShift    = 8,
  parameter CurrentDecayShift = 8,
  parameter Spiking       = 1,   // the neuron's rule: see snn_fire and snn_prepare
  parameter ResetSubtract = 1,
  parameter ResetZero     = 0,
  parameter SameStep      = 0,
  parameter Quirk         = 0,
  parameter LoseInput     = 0,
  parameter ResetOffset   = 0,
  parameter MaxSpikes     = 1,
  parameter EventBits     = 1,   // of what a neuron's event carries: see snn_fire
  parameter ValueShift    = 0,
  // A parameter is either the same for all neurons (its value below) or stored per neuron
  // (its ...Stored flag is 1) in the parameter memory: per lane, from the lowest bit up, threshold,
  // decay, bias, reset value, current decay, current bias, reset decay, reset current, as far as
  // they are stored; lane 0 lowest.
  parameter                           ThresholdStored    = 0,
  parameter                           DecayStored        = 0,
  parameter                           BiasStored         = 0,
  parameter                           ResetValueStored   = 0,
  parameter                           CurrentDecayStored = 0,
  parameter                           CurrentBiasStored  = 0,
  parameter                           ResetDecayStored   = 0,
  parameter                           ResetCurrentStored = 0,
  parameter signed [MembraneBits-1:0] Threshold          = 1,
  parameter        [DecayShift:0]     Decay              = 0,
  parameter signed [SumBits-1:0]      Bias               = 0,
  parameter signed [MembraneBits-1:0] ResetValue         = 0,
  parameter        [CurrentDecayShift:0] CurrentDecay    = 0,
  parameter signed [AccBits-1:0]      CurrentBias        = 0,
  parameter        [DecayShift+1:0]   ResetDecay         = 0,  // Alpha with ResetSubtract
  parameter signed [AccBits-1:0]      ResetCurrent       = 0,
  parameter ParameterFile = "",  // row group
  // Whether its memories are RAM, and where they are on the load port: see snn_image_memory
  parameter Loadable     = 0,
  parameter LoadAddrBits = 1,
  parameter ParameterBase = 0,
  // Derived; not to be overridden
  parameter GroupBits = (Groups > 1) ? $clog2(Groups) : 1
) (
  input  wire                          clk_i,
  input  wire                          rst_i,
  // Taps in
  input  wire                          tap_valid_i,
  output wire                          tap_ready_o,
  input  wire                          tap_event_i,        // there is something to add
  input  wire                          tap_new_i,          // first tap of an event
  input  wire                          tap_update_i,       // Fused: this group ends its step
  input  wire                          tap_step_last_i,    // last tap of its step
  input  wire                          tap_sample_last_i,  // the step is the last of its sample
  input  wire                          tap_static_i,       // Static: of a static input
  input  wire [GroupBits-1:0]          tap_group_i,
  input  wire [ValueBits-1:0]          tap_value_i,
  input  wire [Lanes*WeightBits-1:0]   weights_i,          // of the tap taken a cycle ago
  // A whole step's rows can be taken
  input  wire                          step_ready_i,
  // Rows of fired neurons out
  output wire                          row_valid_o,
  output wire [GroupBits-1:0]          row_group_o,
  output wire                          row_short_o,        // last row of its block
  output wire                          row_step_last_o,    // last row of its step
  output wire                          row_sample_last_o,  // ... and of its sample
  output wire [Lanes-1:0]              row_spikes_o,
  output wire [Lanes*MembraneBits-1:0] row_membranes_o,
  output wire [Lanes*MembraneBits-1:0] row_thresholds_o,   // of the row's neurons
  output wire [Lanes-1:0]              row_saturated_o,
  output wire [Lanes*EventBits-1:0]    row_values_o,       // row_spikes_o where EventBits is 1
  // Activity, for counters: an event was taken, a row was added
  output wire                          event_taken_o,
  output wire                          weight_read_o,
  // The last tap of a sample's last step was taken
  output wire                          sample_done_o,
  // Memories loaded at run time
  input  wire [LoadAddrBits+32:0]      load_i
);

  localparam TwoWords      = (Current != 0) || (MaxInput != 0);
  localparam RestBits      = TwoWords ? SumBits : 1;
  localparam StoredRest    = TwoWords ? SumBits : 0;
  localparam HeldBits      = ((Quirk != 0) || (LoseInput != 0) || (Alpha != 0)) ? 1 : 0;
  localparam KeptBits      = (Static != 0) ? AccBits : 1;
  localparam KeptAt        = AccBits + StoredRest;
  localparam StateBits     = KeptAt + ((Static != 0) ? AccBits : 0) + HeldBits;
  localparam ThresholdBits = (ThresholdStored != 0) ? MembraneBits : 0;
  localparam DecayBits     = (DecayStored != 0) ? DecayShift + 1 : 0;
  localparam BiasBits      = (BiasStored != 0) ? SumBits : 0;
  localparam ResetValueBits   = (ResetValueStored != 0) ? MembraneBits : 0;
  localparam CurrentDecayBits = (CurrentDecayStored != 0) ? CurrentDecayShift + 1 : 0;
  localparam CurrentBiasBits  = (CurrentBiasStored != 0) ? AccBits : 0;
  localparam ResetDecayBits   = (ResetDecayStored != 0) ? DecayShift + 2 : 0;
  localparam ResetCurrentBits = (ResetCurrentStored != 0) ? AccBits : 0;
  localparam BiasAt         = ThresholdBits + DecayBits;
  localparam ResetValueAt   = BiasAt + BiasBits;
  localparam CurrentDecayAt = ResetValueAt + ResetValueBits;
  localparam CurrentBiasAt  = CurrentDecayAt + CurrentDecayBits;
  localparam ResetDecayAt   = CurrentBiasAt + CurrentBiasBits;
  localparam ResetCurrentAt = ResetDecayAt + ResetDecayBits;
  localparam ParameterBits  = ResetCurrentAt + ResetCurrentBits;
  localparam ParameterWidth = (ParameterBits > 0) ? ParameterBits : 1;
  localparam [31:0]          LastGroupWide = Groups - 1;
  localparam [GroupBits-1:0] LastGroup     = LastGroupWide[GroupBits-1:0];
  localparam [1:0]           IdleCycles    = 2'd3;
  localparam [1:0] Start = 2'd0, Take = 2'd1, Update = 2'd2;

  // ---------------------------------------------------------------- issue
  reg  [1:0]           state_q;
  reg  [GroupBits-1:0] group_q;        // of the engine's own pass
  reg                  sample_last_q;  // of the step that the pass ends
  reg  [1:0]           idle_q;

  wire                 own_pass;  // the engine issues, not a tap
  wire                 open;
  wire                 credit;
  wire                 take;
  wire                 issue;
  wire                 update;
  wire                 update_first;
  wire                 update_last;
  wire [GroupBits-1:0] group;

  assign own_pass     = (state_q != Take);
  assign open         = (idle_q == 2'd0);
  assign update       = own_pass | ((Fused != 0) & tap_update_i);
  assign group        = own_pass ? group_q : tap_group_i;
  assign update_first = update & (group == {GroupBits{1'b0}});
  assign update_last  = update & (group == LastGroup);
  assign credit       = ~update_first | (state_q == Start) | step_ready_i;
  assign tap_ready_o  = ~own_pass & open & credit;
  assign take         = tap_valid_i & tap_ready_o;
  assign issue        = take | (own_pass & open & credit);

  always @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= Start;
      group_q <= {GroupBits{1'b0}};
      idle_q  <= 2'd0;
    end else begin
      case (state_q)
        Take:    if (take & tap_step_last_i & (Fused == 0)) state_q <= Update;
        default: if (issue & update_last) state_q <= Take;
      endcase

      if (own_pass & issue) group_q <= update_last ? {GroupBits{1'b0}} : group_q + 1'b1;

      if (issue & update_last) idle_q <= IdleCycles;
      else if (idle_q != 2'd0) idle_q <= idle_q - 2'd1;
    end
    if (rst_i) sample_last_q <= 1'b1;
    else if (take & tap_step_last_i) sample_last_q <= tap_sample_last_i;
  end

  assign event_taken_o = take & tap_new_i;
  assign weight_read_o = take & tap_event_i;
  assign sample_done_o = take & tap_step_last_i & tap_sample_last_i;

  // ---------------------------------------------------------------- pipeline control
  reg                  m_valid_q;
  reg                  m_event_q;
  reg                  m_static_q;
  reg                  m_update_q;
  reg                  m_sample_last_q;
  reg                  m_start_only_q;
  reg  [ValueBits-1:0] m_value_q;
  reg  [GroupBits-1:0] m_group_q;
  reg                  f_valid_q;
  reg                  f_sample_last_q;
  reg                  f_start_only_q;
  reg                  f_short_q;
  reg  [GroupBits-1:0] f_group_q;
  reg                  d_valid_q;
  reg                  d_start_q;
  reg  [GroupBits-1:0] d_group_q;
  reg                  w_valid_q;
  reg  [GroupBits-1:0] w_group_q;
  wire                 m_short;

  always @(posedge clk_i) begin
    if (rst_i) begin
      m_valid_q <= 1'b0;
      f_valid_q <= 1'b0;
      d_valid_q <= 1'b0;
      w_valid_q <= 1'b0;
    end else begin
      m_valid_q <= issue;
      f_valid_q <= m_valid_q & m_update_q;
      d_valid_q <= f_valid_q;
      w_valid_q <= d_valid_q;
    end
    m_event_q       <= take & tap_event_i;
    m_static_q      <= (Static != 0) & tap_static_i;
    m_update_q      <= update;
    m_sample_last_q <= own_pass ? sample_last_q : tap_sample_last_i;
    m_start_only_q  <= (state_q == Start);
    m_value_q       <= tap_value_i;
    m_group_q       <= group;
    f_sample_last_q <= m_sample_last_q;
    f_start_only_q  <= m_start_only_q;
    f_short_q       <= m_short;
    f_group_q       <= m_group_q;
    d_start_q       <= f_sample_last_q;
    d_group_q       <= f_group_q;
    w_group_q       <= d_group_q;
  end

  // Which rows of an update are the last of their block: a count beside the group's own.
  generate
    if (BlockGroups == Groups) begin : gen_one_block
      assign m_short = (m_group_q == LastGroup);
    end else if (BlockGroups == 1) begin : gen_all_short
      assign m_short = 1'b1;
    end else begin : gen_blocks
      localparam RowBits = $clog2(BlockGroups);
      localparam [31:0]        LastRowWide = BlockGroups - 1;
      localparam [RowBits-1:0] LastRow     = LastRowWide[RowBits-1:0];
      reg [RowBits-1:0] row_q;
      assign m_short = (row_q == LastRow);
      always @(posedge clk_i) begin
        if (rst_i) row_q <= {RowBits{1'b0}};
        else if (m_valid_q & m_update_q) row_q <= m_short ? {RowBits{1'b0}} : row_q + 1'b1;
      end
    end
  endgenerate

  // ---------------------------------------------------------------- memories
  wire [Lanes*StateBits-1:0]      m_states;
  wire [Lanes*StateBits-1:0]      m_sums;
  wire [Lanes*StateBits-1:0]      w_prepared;
  wire [Lanes*ParameterWidth-1:0] f_parameters;
  wire                            m_write;

  assign m_write = m_valid_q & ~m_update_q & m_event_q;

  snn_state_ram #(
    .Width   (Lanes * StateBits),
    .Depth   (Groups),
    .AddrBits(GroupBits),
    .Bypass  (1 - Fused)
  ) u_states (
    .clk_i    (clk_i),
    .wr_en_i  (m_write | w_valid_q),
    .wr_addr_i(w_valid_q ? w_group_q : m_group_q),
    .wr_data_i(w_valid_q ? w_prepared : m_sums),
    .rd_en_i  (issue),
    .rd_addr_i(group),
    .rd_data_o(m_states)
  );

  generate
    if (ParameterBits > 0) begin : gen_parameters
      snn_image_memory #(
        .Width       (Lanes * ParameterWidth),
        .Depth       (Groups),
        .AddrBits    (GroupBits),
        .MemInitFile (ParameterFile),
        .Loadable    (Loadable),
        .LoadAddrBits(LoadAddrBits),
        .LoadBase    (ParameterBase)
      ) u_parameters (
        .clk_i (clk_i),
        .en_i  (m_valid_q & m_update_q),
        .addr_i(m_group_q),
        .data_o(f_parameters),
        .load_i(load_i)
      );
    end else begin : gen_no_parameters
      assign f_parameters = {(Lanes * ParameterWidth) {1'b0}};

      wire unused_load;
      assign unused_load = &{1'b0, load_i};
    end
  endgenerate

  // ---------------------------------------------------------------- lanes
  wire [Lanes-1:0] lane_spikes;
  wire [Lanes-1:0] lane_saturated;
  wire [Lanes-1:0] lane_used;  // the last group of a block may be short

  genvar l;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      localparam UsedInShort = ((BlockGroups - 1) * Lanes + l) < BlockChannels;

      wire [ParameterWidth-1:0]         parameters;
      wire signed [MembraneBits-1:0]    threshold;
      wire        [DecayShift:0]        decay;
      wire signed [SumBits-1:0]         bias;
      wire signed [MembraneBits-1:0]    reset_value;
      wire        [CurrentDecayShift:0] current_decay;
      wire signed [AccBits-1:0]         current_bias;
      wire        [DecayShift+1:0]      reset_decay;
      wire signed [AccBits-1:0]         reset_current;
      wire        [RestBits-1:0]        rest;
      wire        [RestBits-1:0]        prepared_rest;
      wire        [KeptBits-1:0]        kept;
      wire        [KeptBits-1:0]        kept_sum;
      wire        [KeptBits-1:0]        prepared_kept;
      wire                              held;
      wire                              prepared_held;
      wire        [EventBits-1:0]       value;

      assign parameters   = f_parameters[l*ParameterWidth +: ParameterWidth];
      assign lane_used[l] = UsedInShort | ~f_short_q;

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
        assign bias = parameters[BiasAt +: SumBits];
      end else begin : gen_bias_constant
        assign bias = Bias;
      end
      if (ResetValueStored != 0) begin : gen_reset_value
        assign reset_value = parameters[ResetValueAt +: MembraneBits];
      end else begin : gen_reset_value_constant
        assign reset_value = ResetValue;
      end
      if (CurrentDecayStored != 0) begin : gen_current_decay
        assign current_decay = parameters[CurrentDecayAt +: CurrentDecayShift + 1];
      end else begin : gen_current_decay_constant
        assign current_decay = CurrentDecay;
      end
      if (CurrentBiasStored != 0) begin : gen_current_bias
        assign current_bias = parameters[CurrentBiasAt +: AccBits];
      end else begin : gen_current_bias_constant
        assign current_bias = CurrentBias;
      end
      if (ResetDecayStored != 0) begin : gen_reset_decay
        assign reset_decay = parameters[ResetDecayAt +: DecayShift + 2];
      end else begin : gen_reset_decay_constant
        assign reset_decay = ResetDecay;
      end
      if (ResetCurrentStored != 0) begin : gen_reset_current
        assign reset_current = parameters[ResetCurrentAt +: AccBits];
      end else begin : gen_reset_current_constant
        assign reset_current = ResetCurrent;
      end

      // The state of a lane, from the lowest bit up: sum, rest, kept, held. A tap changes the sum,
      // and, where its input is static, what is kept.
      if (TwoWords) begin : gen_rest
        assign rest = m_states[l*StateBits + AccBits +: SumBits];
        assign m_sums[l*StateBits + AccBits +: SumBits]     = rest;
        assign w_prepared[l*StateBits + AccBits +: SumBits] = prepared_rest;
      end else begin : gen_no_rest
        assign rest = 1'b0;
        wire unused_rest;
        assign unused_rest = prepared_rest;
      end
      if (Static != 0) begin : gen_kept
        assign kept = m_states[l*StateBits + KeptAt +: KeptBits];
        assign m_sums[l*StateBits + KeptAt +: KeptBits]     = kept_sum;
        assign w_prepared[l*StateBits + KeptAt +: KeptBits] = prepared_kept;
      end else begin : gen_no_kept
        assign kept = 1'b0;
        wire unused_kept;
        assign unused_kept = &{1'b0, kept_sum, prepared_kept};
      end
      if (HeldBits != 0) begin : gen_held
        assign held = m_states[l*StateBits + StateBits - 1];
        assign m_sums[l*StateBits + StateBits - 1]     = held;
        assign w_prepared[l*StateBits + StateBits - 1] = prepared_held;
      end else begin : gen_no_held
        assign held = 1'b0;
        wire unused_held;
        assign unused_held = prepared_held;
      end

      snn_lane #(
        .WeightBits       (WeightBits),
        .ValueBits        (ValueBits),
        .FractionBits     (FractionBits),
        .Current          (Current),
        .Alpha            (Alpha),
        .MaxInput         (MaxInput),
        .Static           (Static),
        .AccBits          (AccBits),
        .SumBits          (SumBits),
        .MembraneBits     (MembraneBits),
        .DecayShift       (DecayShift),
        .CurrentDecayShift(CurrentDecayShift),
        .DecayConstant    (1 - DecayStored),
        .CurrentDecayConstant(1 - CurrentDecayStored),
        .Decay            (Decay),
        .CurrentDecay     (CurrentDecay),
        .Spiking          (Spiking),
        .ResetSubtract    (ResetSubtract),
        .ResetZero        (ResetZero),
        .SameStep         (SameStep),
        .Quirk            (Quirk),
        .LoseInput        (LoseInput),
        .ResetOffset      (ResetOffset),
        .MaxSpikes        (MaxSpikes),
        .EventBits        (EventBits),
        .ValueShift       (ValueShift)
      ) u_lane (
        .clk_i          (clk_i),
        .event_i        (m_event_q),
        .static_i       (m_static_q),
        .weight_i       (weights_i[l*WeightBits +: WeightBits]),
        .value_i        (m_value_q),
        .sum_i          (m_states[l*StateBits +: AccBits]),
        .rest_i         (rest),
        .kept_i         (kept),
        .held_i         (held),
        .sum_o          (m_sums[l*StateBits +: AccBits]),
        .kept_o         (kept_sum),
        .threshold_i    (threshold),
        .reset_value_i  (reset_value),
        .decay_i        (decay),
        .bias_i         (bias),
        .current_decay_i(current_decay),
        .current_bias_i (current_bias),
        .reset_decay_i  (reset_decay),
        .reset_current_i(reset_current),
        .spike_o        (lane_spikes[l]),
        .membrane_o     (row_membranes_o[l*MembraneBits +: MembraneBits]),
        .saturated_o    (lane_saturated[l]),
        .value_o        (value),
        .start_i        (d_start_q),
        .prepared_o     (w_prepared[l*StateBits +: AccBits]),
        .prepared_rest_o(prepared_rest),
        .prepared_kept_o(prepared_kept),
        .prepared_held_o(prepared_held)
      );

      assign row_thresholds_o[l*MembraneBits +: MembraneBits] = threshold;
      assign row_values_o[l*EventBits +: EventBits] = value & {EventBits{lane_used[l]}};

      wire unused_parameters;
      assign unused_parameters = &{1'b0, parameters};
    end
  endgenerate

  // ---------------------------------------------------------------- rows out
  assign row_valid_o       = f_valid_q & ~f_start_only_q;
  assign row_group_o       = f_group_q;
  assign row_short_o       = f_short_q;
  assign row_step_last_o   = (f_group_q == LastGroup);
  assign row_sample_last_o = row_step_last_o & f_sample_last_q;
  assign row_spikes_o      = lane_spikes & lane_used;
  assign row_saturated_o   = lane_saturated & lane_used;

endmodule

`default_nettype wire
