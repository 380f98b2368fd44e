// snn_registers: identification, control, status, counters, results and the load port of an
// accelerator, on a register bus of 32-bit words. docs/integration.md has the map, and every build a C
// header of it.
//
// The core is held in reset (core_rst_o) while it is not enabled, and for four cycles by a soft
// reset. Its memories are loaded while it is not enabled.
// Timing: a write takes effect in the next cycle; a read is answered in the third.
`default_nettype none

module snn_registers #(
  parameter [31:0] Structure = 0,  // which hardware this is
  parameter Elements     = 64,     // of the input
  parameter Outputs      = 10,     // classes
  parameter Timesteps    = 25,     // of a sample, at most
  parameter ValueBits    = 1,
  parameter StreamBits   = 32,     // of a word of the input stream
  parameter ElementBits  = 1,      // of an element of a dense frame
  parameter Frames       = 0,      // 1: the input stream takes dense frames
  parameter Counters     = 6,
  parameter SelectBits   = 3,      // >= max(1, clog2(Counters))
  parameter Readouts     = 1,      // results of a sample, side by side, the first lowest
  parameter ClassBits    = 4,
  parameter ScoreBits    = 8,
  parameter Loadable     = 0,      // 1: the core has a load port
  parameter LoadAddrBits = 1,
  parameter Spikes       = 0,      // 1: the core has a stream of spikes
  parameter Push         = 0       // 1: words of the input stream are written here
) (
  input  wire                    clk_i,
  input  wire                    rst_i,
  // Register bus
  input  wire                    req_valid_i,
  output wire                    req_ready_o,
  input  wire                    req_write_i,
  input  wire [9:0]              req_addr_i,
  input  wire [31:0]             req_data_i,
  output wire                    rsp_valid_o,
  output wire [31:0]             rsp_data_o,
  input  wire                    overrun_i,  // whoever writes had to drop a word
  // Words of the input stream, with Push
  output wire                    push_valid_o,
  input  wire                    push_ready_i,
  output wire [31:0]             push_data_o,
  output wire                    push_last_o,
  // The core: its reset, what goes into it and comes out
  output wire                    core_rst_o,
  input  wire                    beat_taken_i,
  input  wire                    beat_sample_last_i,
  input  wire                    result_taken_i,
  input  wire [Readouts*ClassBits-1:0] result_class_i,
  input  wire [Readouts*ScoreBits-1:0] result_score_i,
  output wire                    load_valid_o,
  output wire [LoadAddrBits-1:0] load_addr_o,
  output wire [31:0]             load_data_o,
  output wire [SelectBits-1:0]   counter_select_o,
  input  wire [31:0]             counter_i,
  // For lamps
  output wire                    busy_o,
  output wire                    error_o
);

  localparam [9:0] Control = 10'd8, Status = 10'd9, LoadAddress = 10'd14, LoadData = 10'd15,
                   StreamData = 10'd16, StreamLast = 10'd17, Readout = 10'd18;
  localparam [31:0] Magic        = 32'h4b43_4c48;  // "HLCK", its first byte lowest
  localparam [31:0] Version      = 32'h0001_0002;
  localparam [31:0] ElementsWord = Elements;
  localparam [31:0] OutputsWord  = Outputs;
  localparam [31:0] StepsWord    = Timesteps;
  localparam [31:0] CountersWord = Counters;
  localparam [31:0] ReadoutsWord = Readouts;
  localparam        ReadoutBits  = (Readouts > 1) ? $clog2(Readouts) : 1;
  localparam [31:0] ValueBitsWide   = ValueBits;
  localparam [31:0] ElementBitsWide = ElementBits;
  localparam [31:0] StreamBitsWide  = StreamBits;
  localparam [0:0]  FramesBit   = (Frames != 0);
  localparam [0:0]  LoadableBit = (Loadable != 0);
  localparam [0:0]  PushBit     = (Push != 0);
  localparam [0:0]  SpikesBit   = (Spikes != 0);
  localparam [31:0] Features = {4'd0, SpikesBit, PushBit, FramesBit, LoadableBit, StreamBitsWide[7:0],
                                ElementBitsWide[7:0], ValueBitsWide[7:0]};

  reg                    enable_q;
  reg [2:0]              soft_q;      // cycles that a soft reset still lasts
  reg                    core_rst_q;
  reg [1:0]              error_q;     // a word was not loaded; a word of the stream was dropped
  reg                    inside_q;    // a sample has begun to go in
  reg [3:0]              in_flight_q; // samples that went in whole and are not answered
  reg [31:0]             results_q;
  reg [Readouts*ClassBits-1:0] class_q;
  reg [Readouts*ScoreBits-1:0] score_q;
  reg [ReadoutBits-1:0]  readout_q;   // the one that is read
  reg                    load_valid_q;
  reg [LoadAddrBits-1:0] load_addr_q;
  reg [LoadAddrBits-1:0] next_addr_q;
  reg [31:0]             load_data_q;
  reg                    read_q;      // a read, one cycle and two cycles later
  reg                    answer_q;
  reg [9:0]              addr_q;

  wire push;
  wire write;
  wire read;
  wire load;
  wire drop;

  // A word for the stream waits until it is taken; where the core is in reset it is dropped.
  assign push         = (Push != 0) & req_write_i &
                        ((req_addr_i == StreamData) | (req_addr_i == StreamLast));
  assign req_ready_o  = ~read_q & ~answer_q & (~push | push_ready_i | core_rst_q);
  assign push_valid_o = req_valid_i & ~read_q & ~answer_q & push & ~core_rst_q;
  assign push_data_o  = req_data_i;
  assign push_last_o  = (req_addr_i == StreamLast);

  assign write = req_valid_i & req_ready_o & req_write_i;
  assign read  = req_valid_i & req_ready_o & ~req_write_i;
  assign load  = write & (req_addr_i == LoadData);
  assign drop  = (write & push & core_rst_q) | overrun_i;

  assign core_rst_o   = core_rst_q;
  assign load_valid_o = load_valid_q;
  assign load_addr_o  = load_addr_q;
  assign load_data_o  = load_data_q;
  assign busy_o       = inside_q | (in_flight_q != 4'd0);
  assign error_o      = |error_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      enable_q     <= (Loadable == 0);  // a core without weights waits for them
      soft_q       <= 3'd0;
      core_rst_q   <= 1'b1;
      error_q      <= 2'd0;
      results_q    <= 32'd0;
      readout_q    <= {ReadoutBits{1'b0}};
      load_valid_q <= 1'b0;
      read_q       <= 1'b0;
      answer_q     <= 1'b0;
    end else begin
      if (write & (req_addr_i == Control)) begin
        enable_q <= req_data_i[0];
        soft_q   <= req_data_i[1] ? 3'd4 : 3'd0;
      end else if (soft_q != 3'd0) begin
        soft_q <= soft_q - 1'b1;
      end
      core_rst_q <= ~enable_q | (soft_q != 3'd0);

      if (write & (req_addr_i == Status)) error_q <= error_q & ~req_data_i[2:1];
      if (load & ((Loadable == 0) | ~core_rst_q)) error_q[0] <= 1'b1;
      if (drop) error_q[1] <= 1'b1;

      if (write & (req_addr_i == Readout) & (req_data_i < ReadoutsWord)) begin
        readout_q <= req_data_i[ReadoutBits-1:0];
      end

      if (result_taken_i) results_q <= results_q + 1'b1;
      load_valid_q <= load & core_rst_q;
      read_q       <= read;
      answer_q     <= read_q;
    end

    if (rst_i | core_rst_q) begin
      inside_q    <= 1'b0;
      in_flight_q <= 4'd0;
    end else begin
      if (beat_taken_i) inside_q <= ~beat_sample_last_i;
      in_flight_q <= in_flight_q + {3'd0, beat_taken_i & beat_sample_last_i} -
                     {3'd0, result_taken_i};
    end

    if (result_taken_i) begin
      class_q <= result_class_i;
      score_q <= result_score_i;
    end
    load_addr_q <= next_addr_q;
    load_data_q <= req_data_i;
    if (write & (req_addr_i == LoadAddress)) next_addr_q <= req_data_i[LoadAddrBits-1:0];
    else if (load) next_addr_q <= next_addr_q + 1'b1;
    if (read) addr_q <= req_addr_i;
  end

  // ---------------------------------------------------------------- reads
  reg  [31:0] word;
  wire [31:0] number;  // of readout_q
  wire [63:0] score;

  snn_result_select #(
    .Readouts (Readouts),
    .ClassBits(ClassBits),
    .ScoreBits(ScoreBits)
  ) u_select (
    .select_i (readout_q),
    .classes_i(class_q),
    .scores_i (score_q),
    .class_o  (number),
    .score_o  (score)
  );

  // Word 64 + k is counter k, which the core selects a cycle later.
  assign counter_select_o = addr_q[SelectBits-1:0];

  always @* begin
    case (addr_q[5:0])
      6'd0:    word = Magic;
      6'd1:    word = Version;
      6'd2:    word = Structure;
      6'd3:    word = ElementsWord;
      6'd4:    word = OutputsWord;
      6'd5:    word = StepsWord;
      6'd6:    word = Features;
      6'd7:    word = CountersWord;
      6'd8:    word = {31'd0, enable_q};
      6'd9:    word = {29'd0, error_q, busy_o};
      6'd10:   word = results_q;
      6'd11:   word = number;
      6'd12:   word = score[31:0];
      6'd13:   word = score[63:32];
      6'd14:   word = {{(32 - LoadAddrBits) {1'b0}}, next_addr_q};
      6'd18:   word = {{(32 - ReadoutBits) {1'b0}}, readout_q};
      6'd19:   word = ReadoutsWord;
      default: word = 32'd0;
    endcase
  end

  assign rsp_valid_o = answer_q;
  assign rsp_data_o  = (addr_q[9:6] == 4'd0) ? word :
                       ({22'd0, addr_q} < CountersWord + 32'd64) ? counter_i : 32'd0;

  wire unused;
  assign unused = &{1'b0, ValueBitsWide, ElementBitsWide, StreamBitsWide, push_ready_i};

endmodule

`default_nettype wire
