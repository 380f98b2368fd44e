// snn_uart_shell: everything around an accelerator on a small board: power-up reset, a serial line to
// the host, registers (snn_registers), dense frames in through them (snn_axis_in), lamps. The
// generated pin-level top joins it to its core.
//
// Results are read from the registers; one that the host does not read in time is overwritten.
`default_nettype none

module snn_uart_shell #(
  parameter ClocksPerBit = 104,    // 12 MHz, 115200 baud
  parameter [31:0] Structure = 0,  // see snn_registers
  parameter ElementBits  = 1,      // see snn_axis_in
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
  parameter ResetBits    = 8,      // 2^ResetBits cycles of reset after power-up
  parameter IdleBits     = 20      // see snn_uart_link
) (
  input  wire                    clk_i,
  // Pins
  input  wire                    reset_n_i,  // a button, asynchronous
  input  wire                    rx_i,
  output wire                    tx_o,
  output wire                    busy_n_o,   // lamps, lit when low
  output wire                    error_n_o,
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

  // Registers of an FPGA begin at 0. Block RAM of the iCE40 can be read some microseconds later.
  reg [ResetBits:0] awake_q = {(ResetBits + 1) {1'b0}};
  reg [1:0]         button_q = 2'b00;
  wire              rst;

  always @(posedge clk_i) begin
    button_q <= {button_q[0], reset_n_i};
    if (~button_q[1]) awake_q <= {(ResetBits + 1) {1'b0}};
    else if (~awake_q[ResetBits]) awake_q <= awake_q + 1'b1;
  end
  assign rst = ~awake_q[ResetBits];

  wire        req_valid;
  wire        req_ready;
  wire        req_write;
  wire [9:0]  req_addr;
  wire [31:0] req_data;
  wire        rsp_valid;
  wire [31:0] rsp_data;
  wire        overrun;
  wire        push_valid;
  wire        push_ready;
  wire [31:0] push_data;
  wire        push_last;
  wire        busy;
  wire        error;

  assign busy_n_o       = ~busy;
  assign error_n_o      = ~error;
  assign result_ready_o = 1'b1;

  snn_uart_link #(
    .ClocksPerBit(ClocksPerBit),
    .IdleBits    (IdleBits)
  ) u_link (
    .clk_i      (clk_i),
    .rst_i      (rst),
    .rx_i       (rx_i),
    .tx_o       (tx_o),
    .req_valid_o(req_valid),
    .req_ready_i(req_ready),
    .req_write_o(req_write),
    .req_addr_o (req_addr),
    .req_data_o (req_data),
    .rsp_valid_i(rsp_valid),
    .rsp_data_i (rsp_data),
    .overrun_o  (overrun)
  );

  snn_registers #(
    .Structure   (Structure),
    .Elements    (Elements),
    .Outputs     (Outputs),
    .Timesteps   (Timesteps),
    .ValueBits   (ValueBits),
    .StreamBits  (32),
    .ElementBits (ElementBits),
    .Frames      (1),
    .Counters    (Counters),
    .SelectBits  (SelectBits),
    .Readouts    (Readouts),
    .ClassBits   (ClassBits),
    .ScoreBits   (ScoreBits),
    .Loadable    (Loadable),
    .LoadAddrBits(LoadAddrBits),
    .Push        (1)
  ) u_registers (
    .clk_i             (clk_i),
    .rst_i             (rst),
    .req_valid_i       (req_valid),
    .req_ready_o       (req_ready),
    .req_write_i       (req_write),
    .req_addr_i        (req_addr),
    .req_data_i        (req_data),
    .rsp_valid_o       (rsp_valid),
    .rsp_data_o        (rsp_data),
    .overrun_i         (overrun),
    .push_valid_o      (push_valid),
    .push_ready_i      (push_ready),
    .push_data_o       (push_data),
    .push_last_o       (push_last),
    .core_rst_o        (core_rst_o),
    .beat_taken_i      (in_valid_o & in_ready_i),
    .beat_sample_last_i(in_sample_last_o),
    .result_taken_i    (result_valid_i & ~core_rst_o),
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
    .Frames     (1),
    .StreamBits (32),
    .Elements   (Elements),
    .AddrBits   (AddrBits),
    .ValueBits  (ValueBits),
    .ElementBits(ElementBits)
  ) u_in (
    .clk_i             (clk_i),
    .rst_i             (core_rst_o),
    .tvalid_i          (push_valid),
    .tready_o          (push_ready),
    .tdata_i           (push_data),
    .tlast_i           (push_last),
    .beat_valid_o      (in_valid_o),
    .beat_ready_i      (in_ready_i),
    .beat_event_o      (in_event_o),
    .beat_step_last_o  (in_step_last_o),
    .beat_sample_last_o(in_sample_last_o),
    .beat_addr_o       (in_addr_o),
    .beat_value_o      (in_value_o)
  );

endmodule

`default_nettype wire
