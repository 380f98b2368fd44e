// snn_axis_spikes: the spikes of a population as an AXI4-Stream, a packet a sample, in the words that
// snn_axis_in takes (Frames = 0): bit StreamBits - 1 ends the step, bit StreamBits - 2 says that there
// is an event, whose neuron is in the low half, and its value (1, or a count) in the high half. A step
// without spikes is one word without event. TLAST ends the packet.
//
// Two words wait here while the stream does not move. A reset of the core does not touch them, and no
// more words of its sample follow: its packet goes on with the next sample.
`default_nettype none

module snn_axis_spikes #(
  parameter StreamBits = 32,  // 32 or 64
  parameter AddrBits   = 4,   // <= StreamBits / 2
  parameter ValueBits  = 1    // of a count, without a sign: < StreamBits / 2 - 2
) (
  input  wire                  clk_i,
  input  wire                  rst_i,
  input  wire                  core_rst_i,
  // Events of the core
  input  wire                  beat_valid_i,
  output wire                  beat_ready_o,
  input  wire                  beat_event_i,
  input  wire                  beat_step_last_i,
  input  wire                  beat_sample_last_i,
  input  wire [AddrBits-1:0]   beat_addr_i,
  input  wire [ValueBits-1:0]  beat_value_i,
  // AXI4-Stream
  output wire                  tvalid_o,
  input  wire                  tready_i,
  output wire [StreamBits-1:0] tdata_o,
  output wire                  tlast_o
);

  localparam Half = StreamBits / 2;

  wire                 event_out;
  wire                 step_last;
  wire [AddrBits-1:0]  addr;
  wire [ValueBits-1:0] value;
  wire [Half-1:0]      low;
  wire [Half-3:0]      high;

  snn_fifo #(.Width(3 + AddrBits + ValueBits), .Depth(2)) u_words (
    .clk_i  (clk_i),
    .rst_i  (rst_i),
    .valid_i(beat_valid_i & ~core_rst_i),
    .ready_o(beat_ready_o),
    .data_i ({beat_event_i, beat_step_last_i, beat_sample_last_i, beat_addr_i, beat_value_i}),
    .valid_o(tvalid_o),
    .ready_i(tready_i),
    .data_o ({event_out, step_last, tlast_o, addr, value})
  );

  generate
    if (AddrBits < Half) begin : gen_low
      assign low = {{(Half - AddrBits) {1'b0}}, addr};
    end else begin : gen_whole
      assign low = addr;
    end
  endgenerate

  assign high    = {{(Half - 2 - ValueBits) {1'b0}}, value};
  // What is no event says nothing but where the step ends.
  assign tdata_o = {step_last, event_out, event_out ? {high, low} : {(StreamBits - 2) {1'b0}}};

`ifndef SYNTHESIS
  snn_axis_check #(.Width(StreamBits + 1)) u_check (
    .clk_i(clk_i), .rst_i(rst_i), .tvalid_i(tvalid_o), .tready_i(tready_i),
    .payload_i({tlast_o, tdata_o})
  );
`endif

endmodule

`default_nettype wire
