// Runs the module `DESIGN at 12 MHz for some periods of its counters, and dumps its nets.
`timescale 1ps / 1ps

module bench;
  reg clk;
  wire y;
  integer edges;

  `DESIGN u_dut (.clk_i(clk), .y_o(y));

  initial begin
    clk = 1'b0;
    $dumpfile("nets.vcd");
    $dumpvars(1, u_dut);
    for (edges = 0; edges < 2 * 2048; edges = edges + 1) #41666 clk = !clk;
    $finish;
  end
endmodule
