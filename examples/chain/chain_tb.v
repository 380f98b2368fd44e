// chain_tb: two accelerators in a chain. The spikes of the first are the input of the second, word for
// word; what comes out of the second is printed: a class and its score a sample.
//
// beats.hex is from `hillock cosim` of the whole network, with --stimulus. Each part has AXI4-Lite, which
// is left alone: both begin enabled, with their weights in ROM. With STALLS the streams hesitate at random.
`default_nettype none
`timescale 1ns / 1ps

module chain_tb;

  localparam MaxBeats = 1 << 20;
  parameter  Samples  = 10;

  reg         clk  = 1'b0;
  reg         rstn = 1'b0;
  reg  [66:0] beats [0:MaxBeats-1];
  reg  [66:0] beat;
  integer     next    = 0;
  integer     results = 0;
  integer     cycles  = 0;
  integer     class_word;
  reg         second  = 1'b0;  // the score comes next
  reg         offered = 1'b0;
  reg         open    = 1'b1;  // between the two
  reg         taking  = 1'b1;
  wire        ready;
  wire        spikes_valid;
  wire        spikes_ready;
  wire [31:0] spikes_data;
  wire        spikes_last;
  wire        front_ready;
  wire        result_valid;
  wire [31:0] result_data;
  integer     hidden_spikes = 0;

  always #5 clk = ~clk;

  front_axi u_front (
    .aclk(clk), .aresetn(rstn),
    .s_axil_awvalid(1'b0), .s_axil_awready(), .s_axil_awaddr(12'd0),
    .s_axil_wvalid(1'b0), .s_axil_wready(), .s_axil_wdata(32'd0), .s_axil_wstrb(4'd0),
    .s_axil_bvalid(), .s_axil_bready(1'b1), .s_axil_bresp(),
    .s_axil_arvalid(1'b0), .s_axil_arready(), .s_axil_araddr(12'd0),
    .s_axil_rvalid(), .s_axil_rready(1'b1), .s_axil_rdata(), .s_axil_rresp(),
    // HILLOCK_EVENT() and HILLOCK_STEP_LAST of the C header, in Verilog
    .s_axis_tvalid(offered), .s_axis_tready(ready),
    .s_axis_tdata({beat[65], beat[64], beat[45:32], beat[15:0]}), .s_axis_tlast(beat[66]),
    .m_axis_tvalid(), .m_axis_tready(1'b1), .m_axis_tdata(), .m_axis_tlast(),
    .m_axis_spikes_tvalid(spikes_valid), .m_axis_spikes_tready(front_ready),
    .m_axis_spikes_tdata(spikes_data), .m_axis_spikes_tlast(spikes_last)
  );

  assign front_ready = spikes_ready & open;

  back_axi u_back (
    .aclk(clk), .aresetn(rstn),
    .s_axil_awvalid(1'b0), .s_axil_awready(), .s_axil_awaddr(12'd0),
    .s_axil_wvalid(1'b0), .s_axil_wready(), .s_axil_wdata(32'd0), .s_axil_wstrb(4'd0),
    .s_axil_bvalid(), .s_axil_bready(1'b1), .s_axil_bresp(),
    .s_axil_arvalid(1'b0), .s_axil_arready(), .s_axil_araddr(12'd0),
    .s_axil_rvalid(), .s_axil_rready(1'b1), .s_axil_rdata(), .s_axil_rresp(),
    .s_axis_tvalid(spikes_valid & open), .s_axis_tready(spikes_ready),
    .s_axis_tdata(spikes_data), .s_axis_tlast(spikes_last),
    .m_axis_tvalid(result_valid), .m_axis_tready(taking), .m_axis_tdata(result_data),
    .m_axis_tlast()
  );

  initial begin
    $readmemh("beats.hex", beats);
    repeat (8) @(negedge clk);
    rstn = 1'b1;
  end

  // Beats of all samples, one behind the other.
  always @(negedge clk) begin
    if (rstn) begin
      beat = beats[next];
      if (~offered & (beat !== 67'bx)) begin
`ifdef STALLS
        offered = ($random & 3) != 0;
`else
        offered = 1'b1;
`endif
      end
`ifdef STALLS
      taking = ($random & 1) != 0;
`endif
      cycles = cycles + 1;
      if (cycles > 20000000) begin
        $display("NO END");
        $finish;
      end
    end
  end

  always @(posedge clk) begin
`ifdef STALLS
    // What is offered stays until it is taken.
    open <= (open & spikes_valid & ~spikes_ready) | (($random & 3) != 0);
`endif
    if (offered & ready & rstn) begin
      offered <= 1'b0;
      next    <= next + 1;
    end
    if (spikes_valid & front_ready & spikes_data[30]) hidden_spikes = hidden_spikes + 1;
    if (result_valid & taking) begin
      if (second) begin
        $display("RESULT %0d %0d", class_word, $signed(result_data));
        results = results + 1;
      end
      class_word = result_data;
      second     <= ~second;
      if (second & (results == Samples)) begin
        $display("SPIKES %0d", hidden_spikes);
        $finish;
      end
    end
  end

endmodule

`default_nettype wire
