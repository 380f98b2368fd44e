// snn_readout: scores of the output population over a sample, and the class with the largest score
// (the lowest index wins a tie).
//
// Mode 0 counts spikes (CountBits a neuron), 1 sums membranes, 2 takes their maximum, 3 the last step's.
// A row is taken in every cycle. After the last row of a sample the scores are compared one after
// another, in the order of the neurons, and the result is offered Reads + Neurons + 2 cycles after
// that row: Reads is Groups where the rows hold the neurons in order (one position, one block), else
// Neurons. From the cycle after that row until the result has been taken, step_ready_o is low.
`default_nettype none

module snn_readout #(
  parameter Mode         = 0,
  parameter Neurons      = 10,
  parameter Lanes        = 1,
  parameter MembraneBits = 16,
  parameter ScoreBits    = 8,  // holds every score, signed
  parameter ClassBits    = 4,  // max(1, clog2(Neurons))
  parameter CountBits    = 1,  // of the spikes of a neuron in a step, below ScoreBits
  // Where the neurons are in the rows (docs/rtl.md, layout): Positions * Blocks * BlockChannels of them
  parameter Positions     = 1,
  parameter Blocks        = 1,
  parameter BlockChannels = Neurons,
  // Derived; not to be overridden
  parameter BlockGroups    = (BlockChannels + Lanes - 1) / Lanes,
  parameter PositionGroups = Blocks * BlockGroups,
  parameter Groups    = Positions * PositionGroups,
  parameter GroupBits = (Groups > 1) ? $clog2(Groups) : 1
) (
  input  wire                          clk_i,
  input  wire                          rst_i,
  // Rows in
  output wire                          step_ready_o,
  input  wire                          row_valid_i,
  input  wire [GroupBits-1:0]          row_group_i,
  input  wire                          row_step_last_i,
  input  wire                          row_sample_last_i,
  input  wire [Lanes*CountBits-1:0]    row_spikes_i,
  input  wire [Lanes*MembraneBits-1:0] row_membranes_i,
  // Result out
  output wire                          result_valid_o,
  input  wire                          result_ready_i,
  output wire [ClassBits-1:0]          result_class_o,
  output wire [ScoreBits-1:0]          result_score_o
);

  localparam LaneBits = (Lanes > 1) ? $clog2(Lanes) : 1;
  localparam [31:0]          LastLaneWide  = Lanes - 1;
  localparam [LaneBits-1:0]  LastLane      = LastLaneWide[LaneBits-1:0];
  localparam [31:0]          LastClassWide = Neurons - 1;
  localparam [ClassBits-1:0] LastClass     = LastClassWide[ClassBits-1:0];
  localparam [1:0] Collect = 2'd0, Read = 2'd1, Compare = 2'd2, Offer = 2'd3;

  reg  [1:0]           state_q;
  reg                  first_step_q;
  // The row, one cycle later, beside its old scores
  reg                          r_valid_q;
  reg  [GroupBits-1:0]         r_group_q;
  reg                          r_first_q;
  reg                          r_final_q;
  reg  [Lanes*CountBits-1:0]   r_spikes_q;
  reg  [Lanes*MembraneBits-1:0] r_membranes_q;
  // The comparison
  reg  [GroupBits-1:0]        group_q;
  reg  [LaneBits-1:0]         lane_q;
  reg  [ClassBits-1:0]        class_q;
  reg                         any_q;
  reg  [ClassBits-1:0]        best_class_q;
  reg  signed [ScoreBits-1:0] best_score_q;

  wire [Lanes*ScoreBits-1:0]  scores;
  wire [Lanes*ScoreBits-1:0]  new_scores;
  wire signed [ScoreBits-1:0] candidate;
  wire                        last_class;

  assign step_ready_o = (state_q == Collect) & ~r_final_q;

  snn_ram_1r1w #(
    .Width   (Lanes * ScoreBits),
    .Depth   (Groups),
    .AddrBits(GroupBits)
  ) u_scores (
    .clk_i    (clk_i),
    .wr_en_i  (r_valid_q),
    .wr_addr_i(r_group_q),
    .wr_data_i(new_scores),
    .rd_en_i  (row_valid_i | (state_q == Read)),
    .rd_addr_i((state_q == Read) ? group_q : row_group_i),
    .rd_data_o(scores)
  );

  genvar l;
  generate
    for (l = 0; l < Lanes; l = l + 1) begin : gen_lane
      wire signed [ScoreBits-1:0]    old_score;
      wire signed [ScoreBits-1:0]    value;
      wire signed [MembraneBits-1:0] membrane;

      assign old_score = scores[l*ScoreBits +: ScoreBits];
      assign membrane  = r_membranes_q[l*MembraneBits +: MembraneBits];

      if (Mode == 0) begin : gen_count
        assign value = {{(ScoreBits - CountBits) {1'b0}}, r_spikes_q[l*CountBits +: CountBits]};
        wire unused_membrane;
        assign unused_membrane = &{1'b0, membrane};
      end else begin : gen_membrane
        assign value = {{(ScoreBits - MembraneBits) {membrane[MembraneBits-1]}}, membrane};
        wire unused_spike;
        assign unused_spike = &{1'b0, r_spikes_q[l*CountBits +: CountBits]};
      end

      if (Mode <= 1) begin : gen_sum
        assign new_scores[l*ScoreBits +: ScoreBits] = r_first_q ? value : old_score + value;
      end else if (Mode == 2) begin : gen_max
        assign new_scores[l*ScoreBits +: ScoreBits] =
            (r_first_q | (value > old_score)) ? value : old_score;
      end else begin : gen_last
        assign new_scores[l*ScoreBits +: ScoreBits] = value;
        wire unused_old;
        assign unused_old = &{1'b0, old_score, r_first_q};
      end
    end

    if (Lanes > 1) begin : gen_select
      assign candidate = scores[lane_q*ScoreBits +: ScoreBits];
    end else begin : gen_only
      assign candidate = scores;
    end
  endgenerate

  assign last_class = (class_q == LastClass);

  // ---------------------------------------------------------------- the order of the neurons
  wire next_row;  // the next neuron is in another row, or may be

  generate
    if ((Positions == 1) && (Blocks == 1)) begin : gen_in_order
      assign next_row = (lane_q == LastLane);
      always @(posedge clk_i) begin
        if (state_q == Collect) begin
          group_q <= {GroupBits{1'b0}};
          lane_q  <= {LaneBits{1'b0}};
        end else if (state_q == Compare) begin
          lane_q <= next_row ? {LaneBits{1'b0}} : lane_q + 1'b1;
          if (next_row) group_q <= group_q + 1'b1;
        end
      end
    end else begin : gen_by_channel
      // Position by position, then channel by channel, then block by block.
      localparam PositionBits = (Positions > 1) ? $clog2(Positions) : 1;
      localparam ChannelBits  = (BlockChannels > 1) ? $clog2(BlockChannels) : 1;
      localparam [31:0] LastPositionWide = Positions - 1;
      localparam [31:0] LastChannelWide  = BlockChannels - 1;
      localparam [31:0] PitchWide        = PositionGroups;
      localparam [PositionBits-1:0] LastPosition = LastPositionWide[PositionBits-1:0];
      localparam [ChannelBits-1:0]  LastChannel  = LastChannelWide[ChannelBits-1:0];
      reg  [PositionBits-1:0] position_q;
      reg  [ChannelBits-1:0]  channel_q;  // of its block
      reg  [GroupBits-1:0]    first_q;    // group of the channel at the first position
      wire                    next_channel;
      wire                    next_group;
      wire [GroupBits-1:0]    following;
      assign next_row     = 1'b1;
      assign next_channel = (position_q == LastPosition);
      assign next_group   = (lane_q == LastLane) | (channel_q == LastChannel);
      assign following    = next_group ? first_q + 1'b1 : first_q;
      always @(posedge clk_i) begin
        if (state_q == Collect) begin
          position_q <= {PositionBits{1'b0}};
          channel_q  <= {ChannelBits{1'b0}};
          first_q    <= {GroupBits{1'b0}};
          group_q    <= {GroupBits{1'b0}};
          lane_q     <= {LaneBits{1'b0}};
        end else if (state_q == Compare) begin
          position_q <= next_channel ? {PositionBits{1'b0}} : position_q + 1'b1;
          group_q    <= next_channel ? following : group_q + PitchWide[GroupBits-1:0];
          if (next_channel) begin
            first_q   <= following;
            lane_q    <= next_group ? {LaneBits{1'b0}} : lane_q + 1'b1;
            channel_q <= (channel_q == LastChannel) ? {ChannelBits{1'b0}} : channel_q + 1'b1;
          end
        end
      end
      wire unused_pitch;
      assign unused_pitch = &{1'b0, PitchWide};
    end
  endgenerate

  always @(posedge clk_i) begin
    if (rst_i) begin
      state_q      <= Collect;
      first_step_q <= 1'b1;
      r_valid_q    <= 1'b0;
      r_final_q    <= 1'b0;
    end else begin
      r_valid_q <= row_valid_i;
      r_final_q <= row_valid_i & row_sample_last_i;
      if (row_valid_i & row_step_last_i) first_step_q <= row_sample_last_i;

      case (state_q)
        Collect: if (r_final_q) state_q <= Read;
        Read:    state_q <= Compare;
        Compare: begin
          if (last_class) state_q <= Offer;
          else if (next_row) state_q <= Read;
        end
        default: if (result_ready_i) state_q <= Collect;
      endcase
    end

    r_group_q     <= row_group_i;
    r_first_q     <= first_step_q;
    r_spikes_q    <= row_spikes_i;
    r_membranes_q <= row_membranes_i;

    if (state_q == Collect) begin
      class_q <= {ClassBits{1'b0}};
      any_q   <= 1'b0;
    end else if (state_q == Compare) begin
      class_q <= class_q + 1'b1;
      any_q   <= 1'b1;
      if (~any_q | (candidate > best_score_q)) begin
        best_score_q <= candidate;
        best_class_q <= class_q;
      end
    end
  end

  assign result_valid_o = (state_q == Offer);
  assign result_class_o = best_class_q;
  assign result_score_o = best_score_q;

endmodule

`default_nettype wire
