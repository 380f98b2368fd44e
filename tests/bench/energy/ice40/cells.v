// Logic cells that take time, so that a simulation shows the glitches of a netlist: about the delays
// of an iCE40UP5K (icestorm's timing tables), the same for every input of a table, and no wires. A
// pulse shorter than a table's delay does not pass it.
`timescale 1ps / 1ps

module SB_LUT4 (
  output wire O,
  input  wire I0,
  input  wire I1,
  input  wire I2,
  input  wire I3
);
  parameter [15:0] LUT_INIT = 16'd0;
  wire [15:0] entries = LUT_INIT;
  assign #1200 O = entries[{I3, I2, I1, I0}];
endmodule

module SB_CARRY (
  output wire CO,
  input  wire I0,
  input  wire I1,
  input  wire CI
);
  assign #278 CO = (I0 & I1) | ((I0 | I1) & CI);
endmodule

module SB_DFF (
  output reg  Q,
  input  wire C,
  input  wire D
);
  initial Q = 1'b0;
  always @(posedge C) Q <= #1391 D;
endmodule

// The product of a multiplier block without registers.
module SB_MAC16 (
  input  wire        CLK,
  input  wire        CE,
  input  wire [15:0] C,
  input  wire [15:0] A,
  input  wire [15:0] B,
  input  wire [15:0] D,
  input  wire        AHOLD,
  input  wire        BHOLD,
  input  wire        CHOLD,
  input  wire        DHOLD,
  input  wire        IRSTTOP,
  input  wire        IRSTBOT,
  input  wire        ORSTTOP,
  input  wire        ORSTBOT,
  input  wire        OLOADTOP,
  input  wire        OLOADBOT,
  input  wire        ADDSUBTOP,
  input  wire        ADDSUBBOT,
  input  wire        OHOLDTOP,
  input  wire        OHOLDBOT,
  input  wire        CI,
  input  wire        ACCUMCI,
  input  wire        SIGNEXTIN,
  output wire [31:0] O,
  output wire        CO,
  output wire        ACCUMCO,
  output wire        SIGNEXTOUT
);
  parameter [0:0] NEG_TRIGGER = 0;
  parameter [0:0] C_REG = 0;
  parameter [0:0] A_REG = 0;
  parameter [0:0] B_REG = 0;
  parameter [0:0] D_REG = 0;
  parameter [0:0] TOP_8x8_MULT_REG = 0;
  parameter [0:0] BOT_8x8_MULT_REG = 0;
  parameter [0:0] PIPELINE_16x16_MULT_REG1 = 0;
  parameter [0:0] PIPELINE_16x16_MULT_REG2 = 0;
  parameter [1:0] TOPOUTPUT_SELECT = 0;
  parameter [1:0] TOPADDSUB_LOWERINPUT = 0;
  parameter [0:0] TOPADDSUB_UPPERINPUT = 0;
  parameter [1:0] TOPADDSUB_CARRYSELECT = 0;
  parameter [1:0] BOTOUTPUT_SELECT = 0;
  parameter [1:0] BOTADDSUB_LOWERINPUT = 0;
  parameter [0:0] BOTADDSUB_UPPERINPUT = 0;
  parameter [1:0] BOTADDSUB_CARRYSELECT = 0;
  parameter [0:0] MODE_8x8 = 0;
  parameter [0:0] A_SIGNED = 0;
  parameter [0:0] B_SIGNED = 0;
  assign #3000 O = A * B;
  assign CO = 1'b0;
  assign ACCUMCO = 1'b0;
  assign SIGNEXTOUT = 1'b0;
endmodule
