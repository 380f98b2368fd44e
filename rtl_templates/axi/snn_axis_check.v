// snn_axis_check: the rules of an AXI4-Stream, or of any valid/ready channel, for simulation: a
// breach is printed and stops it.
//   1. Once tvalid rises it stays high until tready.
//   2. Until then the payload does not change.
`default_nettype none

module snn_axis_check #(
  parameter Width = 33  // of the payload
) (
  input wire             clk_i,
  input wire             rst_i,
  input wire             tvalid_i,
  input wire             tready_i,
  input wire [Width-1:0] payload_i
);

  reg             waiting_q;
  reg [Width-1:0] payload_q;

  always @(posedge clk_i) begin
    waiting_q <= tvalid_i & ~tready_i & ~rst_i;
    payload_q <= payload_i;
`ifndef YOSYS
    if (~rst_i & waiting_q & ~tvalid_i) begin
      $display("PROTOCOL %m: valid was withdrawn");
      $stop;
    end
    if (~rst_i & waiting_q & (payload_i != payload_q)) begin
      $display("PROTOCOL %m: the payload changed while it waited");
      $stop;
    end
`endif
  end

  wire unused;
  assign unused = &{1'b0, waiting_q, payload_q};

endmodule

`default_nettype wire
