// snn_axil between a master and a register bus that may do anything within the rules: what it offers
// stays as it is until it is taken, and every request is answered once, in order, with its own
// address and data.
module axil_proof (
  input wire        clk_i,
  input wire        rst_i,
  input wire        awvalid_i,
  input wire [4:0]  awaddr_i,
  input wire        wvalid_i,
  input wire [31:0] wdata_i,
  input wire [3:0]  wstrb_i,
  input wire        bready_i,
  input wire        arvalid_i,
  input wire [4:0]  araddr_i,
  input wire        rready_i,
  input wire        req_ready_i,
  input wire        rsp_valid_i,
  input wire [31:0] rsp_data_i
);

  wire        awready_o;
  wire        wready_o;
  wire        bvalid_o;
  wire [1:0]  bresp_o;
  wire        arready_o;
  wire        rvalid_o;
  wire [31:0] rdata_o;
  wire [1:0]  rresp_o;
  wire        req_valid_o;
  wire        req_write_o;
  wire [2:0]  req_addr_o;
  wire [31:0] req_data_o;
  snn_axil #(.AddrBits(5)) u_axil (
    .clk_i(clk_i), .rst_i(rst_i),
    .awvalid_i(awvalid_i), .awready_o(awready_o), .awaddr_i(awaddr_i),
    .wvalid_i(wvalid_i), .wready_o(wready_o), .wdata_i(wdata_i), .wstrb_i(wstrb_i),
    .bvalid_o(bvalid_o), .bready_i(bready_i), .bresp_o(bresp_o),
    .arvalid_i(arvalid_i), .arready_o(arready_o), .araddr_i(araddr_i),
    .rvalid_o(rvalid_o), .rready_i(rready_i), .rdata_o(rdata_o), .rresp_o(rresp_o),
    .req_valid_o(req_valid_o), .req_ready_i(req_ready_i), .req_write_o(req_write_o),
    .req_addr_o(req_addr_o), .req_data_o(req_data_o), .rsp_valid_i(rsp_valid_i),
    .rsp_data_i(rsp_data_i)
  );
  (* hierconn *) wire [2:0] \u_axil.state_q ;
  (* hierconn *) wire       \u_axil.aw_q ;
  (* hierconn *) wire       \u_axil.w_q ;
  (* hierconn *) wire       \u_axil.ar_q ;
  (* hierconn *) wire       \u_axil.whole_q ;
  (* hierconn *) wire       \u_axil.error_q ;
  (* hierconn *) wire [2:0] \u_axil.awaddr_q ;
  (* hierconn *) wire [31:0] \u_axil.wdata_q ;
  (* hierconn *) wire [2:0] \u_axil.araddr_q ;
  (* hierconn *) wire [31:0] \u_axil.rdata_q ;

  // What was taken from the master and is not answered, and what the bus did for it.
  reg        begun_q = 1'b0;
  reg        aw_open_q;
  reg        w_open_q;
  reg        ar_open_q;
  reg [2:0]  awaddr_q;
  reg [31:0] wdata_q;
  reg [3:0]  wstrb_q;
  reg [2:0]  araddr_q;
  reg        written_q;   // the bus took the write
  reg        asked_q;     // the bus took the read
  reg        told_q;      // and answered it
  reg [31:0] rdata_q;
  // What was offered and not taken in the last cycle
  reg        b_waits_q;
  reg [1:0]  bresp_q;
  reg        r_waits_q;
  reg [33:0] r_q;
  reg        req_waits_q;
  reg [35:0] req_q;

  wire bus = req_valid_o & req_ready_i;
  always @(posedge clk_i) begin
    begun_q     <= 1'b1;
    b_waits_q   <= bvalid_o & ~bready_i & ~rst_i;
    r_waits_q   <= rvalid_o & ~rready_i & ~rst_i;
    req_waits_q <= req_valid_o & ~req_ready_i & ~rst_i;
    bresp_q     <= bresp_o;
    r_q         <= {rresp_o, rdata_o};
    req_q       <= {req_write_o, req_addr_o, req_data_o};
    if (rst_i) begin
      aw_open_q <= 1'b0;
      w_open_q  <= 1'b0;
      ar_open_q <= 1'b0;
      written_q <= 1'b0;
      asked_q   <= 1'b0;
      told_q    <= 1'b0;
    end else begin
      if (awvalid_i & awready_o) aw_open_q <= 1'b1;
      else if (bvalid_o & bready_i) aw_open_q <= 1'b0;
      if (wvalid_i & wready_o) w_open_q <= 1'b1;
      else if (bvalid_o & bready_i) w_open_q <= 1'b0;
      if (arvalid_i & arready_o) ar_open_q <= 1'b1;
      else if (rvalid_o & rready_i) ar_open_q <= 1'b0;
      if (bvalid_o & bready_i) written_q <= 1'b0;
      else if (bus & req_write_o) written_q <= 1'b1;
      if (rvalid_o & rready_i) asked_q <= 1'b0;
      else if (bus & ~req_write_o) asked_q <= 1'b1;
      if (rvalid_o & rready_i) told_q <= 1'b0;
      else if (rsp_valid_i) told_q <= 1'b1;
    end
    if (awvalid_i & awready_o) awaddr_q <= awaddr_i[4:2];
    if (wvalid_i & wready_o) begin
      wdata_q <= wdata_i;
      wstrb_q <= wstrb_i;
    end
    if (arvalid_i & arready_o) araddr_q <= araddr_i[4:2];
    if (rsp_valid_i) rdata_q <= rsp_data_i;
  end

  always @* begin
    if (!begun_q) assume (rst_i);
    // The bus answers a read that it took, once.
    if (begun_q && !(asked_q && !told_q)) assume (!rsp_valid_i);
    if (begun_q && !rst_i) begin
      // 1. What is offered stays.
      if (b_waits_q) assert (bvalid_o && bresp_o == bresp_q);
      if (r_waits_q) assert (rvalid_o && {rresp_o, rdata_o} == r_q);
      if (req_waits_q) assert (req_valid_o && {req_write_o, req_addr_o} == req_q[35:32]);
      if (req_waits_q && req_write_o) assert (req_data_o == req_q[31:0]);
      // 2. Nothing is taken while its place is not free.
      if (awready_o) assert (!aw_open_q);
      if (wready_o) assert (!w_open_q);
      if (arready_o) assert (!ar_open_q);
      // 3. A write is answered after its address and its data came, and after the bus took it;
      //    one with a strobe missing is never put on the bus, and is an error.
      if (bvalid_o) assert (aw_open_q && w_open_q && written_q == (&wstrb_q));
      if (bvalid_o) assert (bresp_o == {~(&wstrb_q), 1'b0});
      // 4. A read is answered after the bus answered it, with its data.
      if (rvalid_o) assert (ar_open_q && told_q && rdata_o == rdata_q && rresp_o == 2'b00);
      // 5. The bus sees each request once, with its own address and data.
      if (req_valid_o && req_write_o)
        assert (aw_open_q && w_open_q && !written_q && req_addr_o == awaddr_q &&
                req_data_o == wdata_q && (&wstrb_q));
      if (req_valid_o && !req_write_o)
        assert (ar_open_q && !asked_q && !told_q && req_addr_o == araddr_q);
    end
    // What the induction needs.
    if (begun_q) begin
      assert (\u_axil.aw_q == aw_open_q && \u_axil.w_q == w_open_q && \u_axil.ar_q == ar_open_q);
      assert (\u_axil.state_q <= 3'd5);
      if (aw_open_q) assert (\u_axil.awaddr_q == awaddr_q);
      if (w_open_q) assert (\u_axil.wdata_q == wdata_q && \u_axil.whole_q == &wstrb_q);
      if (ar_open_q) assert (\u_axil.araddr_q == araddr_q);
      if (\u_axil.state_q == 3'd2) assert (aw_open_q && w_open_q && written_q == (&wstrb_q) &&
                                           \u_axil.error_q == ~(&wstrb_q));
      else assert (!written_q);
      if (\u_axil.state_q == 3'd1) assert (aw_open_q && w_open_q && (&wstrb_q) && !\u_axil.error_q );
      if (\u_axil.state_q >= 3'd3) assert (ar_open_q);
      assert (asked_q == (\u_axil.state_q == 3'd4 || \u_axil.state_q == 3'd5));
      assert (told_q == (\u_axil.state_q == 3'd5));
      if (told_q) assert (\u_axil.rdata_q == rdata_q);
    end
  end

endmodule
