// snn_axil_check: the rules of an AXI4-Lite port, for simulation: a breach is printed and stops it.
//   1. The five channels hold what they offer (snn_axis_check).
//   2. A write is answered once, after its address and its data; a read once, after its address.
`default_nettype none

module snn_axil_check #(
  parameter AddrBits = 12
) (
  input wire                clk_i,
  input wire                rst_i,
  input wire                awvalid_i,
  input wire                awready_i,
  input wire [AddrBits-1:0] awaddr_i,
  input wire                wvalid_i,
  input wire                wready_i,
  input wire [31:0]         wdata_i,
  input wire [3:0]          wstrb_i,
  input wire                bvalid_i,
  input wire                bready_i,
  input wire [1:0]          bresp_i,
  input wire                arvalid_i,
  input wire                arready_i,
  input wire [AddrBits-1:0] araddr_i,
  input wire                rvalid_i,
  input wire                rready_i,
  input wire [31:0]         rdata_i,
  input wire [1:0]          rresp_i
);

  snn_axis_check #(.Width(AddrBits)) u_aw (
    .clk_i(clk_i), .rst_i(rst_i), .tvalid_i(awvalid_i), .tready_i(awready_i), .payload_i(awaddr_i)
  );
  snn_axis_check #(.Width(36)) u_w (
    .clk_i(clk_i), .rst_i(rst_i), .tvalid_i(wvalid_i), .tready_i(wready_i),
    .payload_i({wstrb_i, wdata_i})
  );
  snn_axis_check #(.Width(2)) u_b (
    .clk_i(clk_i), .rst_i(rst_i), .tvalid_i(bvalid_i), .tready_i(bready_i), .payload_i(bresp_i)
  );
  snn_axis_check #(.Width(AddrBits)) u_ar (
    .clk_i(clk_i), .rst_i(rst_i), .tvalid_i(arvalid_i), .tready_i(arready_i), .payload_i(araddr_i)
  );
  snn_axis_check #(.Width(34)) u_r (
    .clk_i(clk_i), .rst_i(rst_i), .tvalid_i(rvalid_i), .tready_i(rready_i),
    .payload_i({rresp_i, rdata_i})
  );

  // What was taken and is not answered
  reg [7:0] addresses_q;
  reg [7:0] data_q;
  reg [7:0] reads_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      addresses_q <= 8'd0;
      data_q      <= 8'd0;
      reads_q     <= 8'd0;
    end else begin
      addresses_q <= addresses_q + {7'd0, awvalid_i & awready_i} - {7'd0, bvalid_i & bready_i};
      data_q      <= data_q + {7'd0, wvalid_i & wready_i} - {7'd0, bvalid_i & bready_i};
      reads_q     <= reads_q + {7'd0, arvalid_i & arready_i} - {7'd0, rvalid_i & rready_i};
    end
`ifndef YOSYS
    if (~rst_i & bvalid_i & ((addresses_q == 8'd0) | (data_q == 8'd0))) begin
      $display("PROTOCOL %m: an answer to no write");
      $stop;
    end
    if (~rst_i & rvalid_i & (reads_q == 8'd0)) begin
      $display("PROTOCOL %m: an answer to no read");
      $stop;
    end
`endif
  end

  wire unused;
  assign unused = &{1'b0, addresses_q, data_q, reads_q};

endmodule

`default_nettype wire
