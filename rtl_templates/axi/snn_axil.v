// snn_axil: an AXI4-Lite slave of 32 bits in front of a register bus.
//
// A request (write, word address, data) is offered on the bus until it is taken; a read is answered
// by rsp_valid_i in any later cycle. One request is on the bus at a time; reads and writes that wait
// take turns. Every AW with its W gets one B, every AR one R. A write with some of its byte strobes
// low writes nothing and is answered by SLVERR.
`default_nettype none

module snn_axil #(
  parameter AddrBits = 12  // of byte addresses, >= 3
) (
  input  wire                clk_i,
  input  wire                rst_i,
  // AXI4-Lite
  input  wire                awvalid_i,
  output wire                awready_o,
  input  wire [AddrBits-1:0] awaddr_i,
  input  wire                wvalid_i,
  output wire                wready_o,
  input  wire [31:0]         wdata_i,
  input  wire [3:0]          wstrb_i,
  output wire                bvalid_o,
  input  wire                bready_i,
  output wire [1:0]          bresp_o,
  input  wire                arvalid_i,
  output wire                arready_o,
  input  wire [AddrBits-1:0] araddr_i,
  output wire                rvalid_o,
  input  wire                rready_i,
  output wire [31:0]         rdata_o,
  output wire [1:0]          rresp_o,
  // Register bus
  output wire                req_valid_o,
  input  wire                req_ready_i,
  output wire                req_write_o,
  output wire [AddrBits-3:0] req_addr_o,
  output wire [31:0]         req_data_o,
  input  wire                rsp_valid_i,
  input  wire [31:0]         rsp_data_i
);

  localparam [2:0] Idle = 3'd0, Write = 3'd1, WriteEnd = 3'd2, Read = 3'd3, ReadWait = 3'd4,
                   ReadEnd = 3'd5;

  reg [2:0]          state_q;
  reg                read_next_q;  // of a read and a write that both wait
  reg                aw_q;         // held: the address and the data of a write, the address of a read
  reg                w_q;
  reg                ar_q;
  reg [AddrBits-3:0] awaddr_q;
  reg [31:0]         wdata_q;
  reg                whole_q;
  reg [AddrBits-3:0] araddr_q;
  reg                error_q;
  reg [31:0]         rdata_q;

  wire begin_write;
  wire begin_read;

  assign begin_write = (state_q == Idle) & aw_q & w_q & ~(ar_q & read_next_q);
  assign begin_read  = (state_q == Idle) & ar_q & ~begin_write;

  assign awready_o = ~aw_q;
  assign wready_o  = ~w_q;
  assign arready_o = ~ar_q;
  assign bvalid_o  = (state_q == WriteEnd);
  assign bresp_o   = {error_q, 1'b0};
  assign rvalid_o  = (state_q == ReadEnd);
  assign rdata_o   = rdata_q;
  assign rresp_o   = 2'b00;

  assign req_valid_o = (state_q == Write) | (state_q == Read);
  assign req_write_o = (state_q == Write);
  assign req_addr_o  = (state_q == Write) ? awaddr_q : araddr_q;
  assign req_data_o  = wdata_q;

  always @(posedge clk_i) begin
    if (rst_i) begin
      state_q     <= Idle;
      read_next_q <= 1'b0;
      aw_q        <= 1'b0;
      w_q         <= 1'b0;
      ar_q        <= 1'b0;
    end else begin
      // An address and its data are held until they have been answered.
      if (awvalid_i & awready_o) aw_q <= 1'b1;
      else if (bvalid_o & bready_i) aw_q <= 1'b0;
      if (wvalid_i & wready_o) w_q <= 1'b1;
      else if (bvalid_o & bready_i) w_q <= 1'b0;
      if (arvalid_i & arready_o) ar_q <= 1'b1;
      else if (rvalid_o & rready_i) ar_q <= 1'b0;

      case (state_q)
        Idle: begin
          if (begin_write) begin
            state_q     <= whole_q ? Write : WriteEnd;
            read_next_q <= 1'b1;
          end else if (begin_read) begin
            state_q     <= Read;
            read_next_q <= 1'b0;
          end
        end
        Write:    if (req_ready_i) state_q <= WriteEnd;
        Read:     if (req_ready_i) state_q <= ReadWait;
        ReadWait: if (rsp_valid_i) state_q <= ReadEnd;
        WriteEnd: if (bready_i) state_q <= Idle;
        default:  if (rready_i) state_q <= Idle;
      endcase
    end
    if (awvalid_i & awready_o) awaddr_q <= awaddr_i[AddrBits-1:2];
    if (wvalid_i & wready_o) begin
      wdata_q <= wdata_i;
      whole_q <= &wstrb_i;
    end
    if (arvalid_i & arready_o) araddr_q <= araddr_i[AddrBits-1:2];
    if (begin_write) error_q <= ~whole_q;
    if (rsp_valid_i) rdata_q <= rsp_data_i;
  end

  wire unused;
  assign unused = &{1'b0, awaddr_i[1:0], araddr_i[1:0]};

endmodule

`default_nettype wire
