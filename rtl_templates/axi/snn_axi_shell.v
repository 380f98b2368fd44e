// snn_axi_shell: AXI around an accelerator: AXI4-Lite registers (snn_registers), AXI4-Stream in
// (snn_axis_in) and out (snn_axis_result). The generated top joins it to its core.
//
// aresetn_i is synchronous. A soft reset, or disabling the core, drops the sample inside it; results
// that wait on m_axis stay. Unless SYNTHESIS is defined, as tools for synthesis do, all ports are
// watched (snn_axis_check).
`default_nettype none

module snn_axi_shell #(
  parameter [31:0] Structure = 0,  // see snn_registers
  parameter Frames       = 0,      // see snn_axis_in
  parameter StreamBits   = 32,
  parameter ElementBits  = 1,
  parameter Elements     = 64,
  parameter AddrBits     = 6,
  parameter ValueBits    = 1,
  parameter Outputs      = 10,
  parameter Timesteps    = 25,
  parameter Counters     = 6,
  parameter SelectBits   = 3,
  parameter Readouts     = 1,
  parameter ClassBits    = 4,
  parameter ScoreBits    = 8,
  parameter Loadable     = 0,
  parameter LoadAddrBits = 1,
  parameter Spikes       = 0       // 1: the core has a stream of spikes, beside this (snn_axis_spikes)
) (
  input  wire                    aclk_i,
  input  wire                    aresetn_i,
  // AXI4-Lite
  input  wire                    s_axil_awvalid_i,
  output wire                    s_axil_awready_o,
  input  wire [11:0]             s_axil_awaddr_i,
  input  wire                    s_axil_wvalid_i,
  output wire                    s_axil_wready_o,
  input  wire [31:0]             s_axil_wdata_i,
  input  wire [3:0]              s_axil_wstrb_i,
  output wire                    s_axil_bvalid_o,
  input  wire                    s_axil_bready_i,
  output wire [1:0]              s_axil_bresp_o,
  input  wire                    s_axil_arvalid_i,
  output wire                    s_axil_arready_o,
  input  wire [11:0]             s_axil_araddr_i,
  output wire                    s_axil_rvalid_o,
  input  wire                    s_axil_rready_i,
  output wire [31:0]             s_axil_rdata_o,
  output wire [1:0]              s_axil_rresp_o,
  // AXI4-Stream in
  input  wire                    s_axis_tvalid_i,
  output wire                    s_axis_tready_o,
  input  wire [StreamBits-1:0]   s_axis_tdata_i,
  input  wire                    s_axis_tlast_i,
  // AXI4-Stream out
  output wire                    m_axis_tvalid_o,
  input  wire                    m_axis_tready_i,
  output wire [31:0]             m_axis_tdata_o,
  output wire                    m_axis_tlast_o,
  // The core
  output wire                    core_rst_o,
  output wire                    in_valid_o,
  input  wire                    in_ready_i,
  output wire                    in_event_o,
  output wire                    in_step_last_o,
  output wire                    in_sample_last_o,
  output wire [AddrBits-1:0]     in_addr_o,
  output wire [ValueBits-1:0]    in_value_o,
  input  wire                    result_valid_i,
  output wire                    result_ready_o,
  input  wire [Readouts*ClassBits-1:0] result_class_i,
  input  wire [Readouts*ScoreBits-1:0] result_score_i,
  output wire [SelectBits-1:0]   counter_select_o,
  input  wire [31:0]             counter_i,
  output wire                    load_valid_o,
  output wire [LoadAddrBits-1:0] load_addr_o,
  output wire [31:0]             load_data_o
);

  wire        rst;
  wire        req_valid;
  wire        req_ready;
  wire        req_write;
  wire [9:0]  req_addr;
  wire [31:0] req_data;
  wire        rsp_valid;
  wire [31:0] rsp_data;
  wire        push_valid;
  wire [31:0] push_data;
  wire        push_last;
  wire        busy;
  wire        error;
  wire        result_valid;

  assign rst          = ~aresetn_i;
  assign result_valid = result_valid_i & ~core_rst_o;

  snn_axil #(.AddrBits(12)) u_axil (
    .clk_i      (aclk_i),
    .rst_i      (rst),
    .awvalid_i  (s_axil_awvalid_i),
    .awready_o  (s_axil_awready_o),
    .awaddr_i   (s_axil_awaddr_i),
    .wvalid_i   (s_axil_wvalid_i),
    .wready_o   (s_axil_wready_o),
    .wdata_i    (s_axil_wdata_i),
    .wstrb_i    (s_axil_wstrb_i),
    .bvalid_o   (s_axil_bvalid_o),
    .bready_i   (s_axil_bready_i),
    .bresp_o    (s_axil_bresp_o),
    .arvalid_i  (s_axil_arvalid_i),
    .arready_o  (s_axil_arready_o),
    .araddr_i   (s_axil_araddr_i),
    .rvalid_o   (s_axil_rvalid_o),
    .rready_i   (s_axil_rready_i),
    .rdata_o    (s_axil_rdata_o),
    .rresp_o    (s_axil_rresp_o),
    .req_valid_o(req_valid),
    .req_ready_i(req_ready),
    .req_write_o(req_write),
    .req_addr_o (req_addr),
    .req_data_o (req_data),
    .rsp_valid_i(rsp_valid),
    .rsp_data_i (rsp_data)
  );

  snn_registers #(
    .Structure   (Structure),
    .Elements    (Elements),
    .Outputs     (Outputs),
    .Timesteps   (Timesteps),
    .ValueBits   (ValueBits),
    .StreamBits  (StreamBits),
    .ElementBits (ElementBits),
    .Frames      (Frames),
    .Counters    (Counters),
    .SelectBits  (SelectBits),
    .Readouts    (Readouts),
    .ClassBits   (ClassBits),
    .ScoreBits   (ScoreBits),
    .Loadable    (Loadable),
    .LoadAddrBits(LoadAddrBits),
    .Spikes      (Spikes),
    .Push        (0)
  ) u_registers (
    .clk_i             (aclk_i),
    .rst_i             (rst),
    .req_valid_i       (req_valid),
    .req_ready_o       (req_ready),
    .req_write_i       (req_write),
    .req_addr_i        (req_addr),
    .req_data_i        (req_data),
    .rsp_valid_o       (rsp_valid),
    .rsp_data_o        (rsp_data),
    .overrun_i         (1'b0),
    .push_valid_o      (push_valid),
    .push_ready_i      (1'b1),
    .push_data_o       (push_data),
    .push_last_o       (push_last),
    .core_rst_o        (core_rst_o),
    .beat_taken_i      (in_valid_o & in_ready_i),
    .beat_sample_last_i(in_sample_last_o),
    .result_taken_i    (result_valid & result_ready_o),
    .result_class_i    (result_class_i),
    .result_score_i    (result_score_i),
    .load_valid_o      (load_valid_o),
    .load_addr_o       (load_addr_o),
    .load_data_o       (load_data_o),
    .counter_select_o  (counter_select_o),
    .counter_i         (counter_i),
    .busy_o            (busy),
    .error_o           (error)
  );

  snn_axis_in #(
    .Frames     (Frames),
    .StreamBits (StreamBits),
    .Elements   (Elements),
    .AddrBits   (AddrBits),
    .ValueBits  (ValueBits),
    .ElementBits(ElementBits)
  ) u_in (
    .clk_i             (aclk_i),
    .rst_i             (core_rst_o),
    .tvalid_i          (s_axis_tvalid_i),
    .tready_o          (s_axis_tready_o),
    .tdata_i           (s_axis_tdata_i),
    .tlast_i           (s_axis_tlast_i),
    .beat_valid_o      (in_valid_o),
    .beat_ready_i      (in_ready_i),
    .beat_event_o      (in_event_o),
    .beat_step_last_o  (in_step_last_o),
    .beat_sample_last_o(in_sample_last_o),
    .beat_addr_o       (in_addr_o),
    .beat_value_o      (in_value_o)
  );

  snn_axis_result #(
    .Readouts (Readouts),
    .ClassBits(ClassBits),
    .ScoreBits(ScoreBits)
  ) u_result (
    .clk_i         (aclk_i),
    .rst_i         (rst),
    .result_valid_i(result_valid),
    .result_ready_o(result_ready_o),
    .result_class_i(result_class_i),
    .result_score_i(result_score_i),
    .tvalid_o      (m_axis_tvalid_o),
    .tready_i      (m_axis_tready_i),
    .tdata_o       (m_axis_tdata_o),
    .tlast_o       (m_axis_tlast_o)
  );

`ifndef SYNTHESIS
  snn_axil_check #(.AddrBits(12)) u_axil_check (
    .clk_i    (aclk_i),
    .rst_i    (rst),
    .awvalid_i(s_axil_awvalid_i),
    .awready_i(s_axil_awready_o),
    .awaddr_i (s_axil_awaddr_i),
    .wvalid_i (s_axil_wvalid_i),
    .wready_i (s_axil_wready_o),
    .wdata_i  (s_axil_wdata_i),
    .wstrb_i  (s_axil_wstrb_i),
    .bvalid_i (s_axil_bvalid_o),
    .bready_i (s_axil_bready_i),
    .bresp_i  (s_axil_bresp_o),
    .arvalid_i(s_axil_arvalid_i),
    .arready_i(s_axil_arready_o),
    .araddr_i (s_axil_araddr_i),
    .rvalid_i (s_axil_rvalid_o),
    .rready_i (s_axil_rready_i),
    .rdata_i  (s_axil_rdata_o),
    .rresp_i  (s_axil_rresp_o)
  );

  snn_axis_check #(.Width(StreamBits + 1)) u_in_check (
    .clk_i(aclk_i), .rst_i(rst), .tvalid_i(s_axis_tvalid_i), .tready_i(s_axis_tready_o),
    .payload_i({s_axis_tlast_i, s_axis_tdata_i})
  );

  // A reset of the core withdraws its beats.
  snn_axis_check #(.Width(AddrBits + ValueBits + 3)) u_beat_check (
    .clk_i(aclk_i), .rst_i(core_rst_o), .tvalid_i(in_valid_o), .tready_i(in_ready_i),
    .payload_i({in_event_o, in_step_last_o, in_sample_last_o, in_addr_o, in_value_o})
  );

  snn_axis_check #(.Width(33)) u_result_check (
    .clk_i(aclk_i), .rst_i(rst), .tvalid_i(m_axis_tvalid_o), .tready_i(m_axis_tready_i),
    .payload_i({m_axis_tlast_o, m_axis_tdata_o})
  );
`endif

  wire unused;
  assign unused = &{1'b0, push_valid, push_data, push_last, busy, error};

endmodule

`default_nettype wire
