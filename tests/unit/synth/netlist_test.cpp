// Netlists as counts, the Liberty reader, the scan chain's top, and the tools' scripts.
#include "compiler/synth/netlist.h"

#include <catch2/catch.hpp>

#include "compiler/synth/liberty.h"
#include "compiler/synth/scan_top.h"
#include "compiler/synth/yosys_script.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using synth::Family;

// As Yosys 0.23 writes it, shortened.
const char* const kNetlist = R"({"creator": "Yosys 0.23", "modules": {
  "SB_LUT4": {"attributes": {"blackbox": "1"}, "ports": {}, "cells": {}},
  "top": {"attributes": {}, "ports": {
      "clk_i": {"direction": "input", "bits": [2]},
      "in_valid_i": {"direction": "input", "bits": [3]},
      "in_addr_i": {"direction": "input", "bits": [4, 5, 6]},
      "a_class_o": {"direction": "output", "bits": [7, "0"]}},
    "cells": {
      "u_engine.x_SB_LUT4_O": {"hide_name": 0, "type": "SB_LUT4", "parameters": {"LUT_INIT": "01"},
        "connections": {"O": [9]}},
      "u_engine.x_SB_DFFE_Q": {"hide_name": 0, "type": "SB_DFFE"},
      "u_taps.u_rom.mem.0.0": {"hide_name": 0, "type": "SB_RAM40_4K"},
      "in_ready_o_SB_LUT4_O": {"hide_name": 0, "type": "SB_LUT4"},
      "$abc$1$auto.x": {"hide_name": 1, "type": "SB_LUT4"}},
    "netnames": {"clk_i": {"bits": [2]}}}}})";

TEST_CASE("a netlist's ports, cells, and whose they are", "[synth]") {
  const TemporaryFolder folder;
  const synth::Netlist n = synth::read_netlist(folder.file("n.json", kNetlist), "top");
  REQUIRE(n.ports.size() == 4);
  CHECK(n.ports[0].name == "clk_i");
  CHECK(n.ports[2].width == 3);
  CHECK_FALSE(n.ports[3].input);
  CHECK(n.cells == synth::CellCounts{{"SB_DFFE", 1}, {"SB_LUT4", 3}, {"SB_RAM40_4K", 1}});
  CHECK(n.by_instance.at("u_engine") == synth::CellCounts{{"SB_DFFE", 1}, {"SB_LUT4", 1}});
  CHECK(n.by_instance.at("") == synth::CellCounts{{"SB_LUT4", 2}});
  CHECK(n.by_instance.at("u_taps").at("SB_RAM40_4K") == 1);
  CHECK(error_of([&] {
          (void)synth::read_netlist(folder / "n.json", "other");
        }).find("is not a netlist of other") != std::string::npos);
  CHECK(error_of([&] {
          (void)synth::read_netlist(folder.file("m.json", "{"), "top");
        }).find("[tool-failed]") != std::string::npos);
}

TEST_CASE("cells as what devices are made of", "[synth]") {
  const auto ice = synth::resources_of(Family::Ice40, {{"SB_LUT4", 5},
                                                       {"SB_CARRY", 4},
                                                       {"SB_DFFESR", 3},
                                                       {"SB_RAM40_4KNR", 2},
                                                       {"SB_MAC16", 1},
                                                       {"SB_SPRAM256KA", 1}});
  CHECK(ice.luts == 5);
  CHECK(ice.ffs == 3);
  CHECK(ice.brams == 2);
  CHECK(ice.dsps == 1);
  CHECK(ice.spram == 1);
  const auto x7 = synth::resources_of(Family::Xilinx7, {{"LUT6", 5},
                                                        {"LUT1", 1},
                                                        {"RAM32M", 2},
                                                        {"MUXF7", 9},
                                                        {"FDRE", 7},
                                                        {"RAMB18E1", 3},
                                                        {"RAMB36E1", 1},
                                                        {"DSP48E1", 2}});
  CHECK(x7.luts == 14);
  CHECK(x7.ffs == 7);
  CHECK(x7.brams == 3);  // one and three halves
  CHECK(x7.dsps == 2);
  const auto ecp5 = synth::resources_of(Family::Ecp5, {{"LUT4", 3},
                                                       {"CCU2C", 2},
                                                       {"TRELLIS_FF", 4},
                                                       {"DP16KD", 1},
                                                       {"MULT18X18D", 1},
                                                       {"TRELLIS_DPR16X4", 1},
                                                       {"PFUMX", 6}});
  CHECK(ecp5.luts == 11);
  CHECK(ecp5.ffs == 4);
  CHECK(ecp5.brams == 1);
  CHECK(ecp5.dsps == 1);
}

const char* const kLibrary = R"lib(library (small) {
  capacitive_load_unit (1, pf);   /* a comment */
  values ( \
    "1, 2", \
    "3, 4" );
  cell (BIG)  { area : 9; pin (A) { direction : input; capacitance : 0.02; }
                pin (Y) { direction : output; function : "(A)"; } }
  cell (BUF)  { area : 5; pin(A) { direction : input; capacitance : 0.01; }
                pin(Y) { direction : output; function : "A"; } }
  cell (BAD)  { area : 1; dont_use : true; pin(A) { direction : input; }
                pin(Y) { direction : output; function : "A"; } }
  cell (INV)  { area : 2; pin(A) { direction : input; } pin(Y) { direction : output; function : "!A"; } }
  cell ("FF") { area : 20.5; ff (IQ, IQN) { next_state : "D"; clocked_on : "C"; }
                pin (D) { direction : input; } pin(C) { direction : input; }
                pin (Q) { direction : output; function : "IQ"; } }
}
)lib";

TEST_CASE("a Liberty file: areas, flip-flops and the smallest buffer", "[synth]") {
  const synth::Liberty l = synth::read_liberty(kLibrary, "small.lib");
  CHECK(l.name == "small");
  CHECK(l.area.at("FF") == 20.5);
  CHECK(l.area.at("INV") == 2);
  CHECK(l.area.size() == 5);
  CHECK(l.flip_flops == std::set<std::string>{"FF"});
  CHECK(l.buffer == "BUF");
  CHECK(l.buffer_input_ff == Approx(10));
}

TEST_CASE("what is no Liberty file is refused at its line", "[synth]") {
  const auto refused = [](const std::string& text) {
    return error_of([&] { (void)synth::read_liberty(text, "x.lib"); });
  };
  const std::string whole = kLibrary;
  CHECK(refused("").find("x.lib: error: line 1: there is no library (...) { in it [bad-liberty]") ==
        0);
  CHECK(refused("\n\nmodule top;").find("line 3: \"module\" is followed by \"top\"") !=
        std::string::npos);
  CHECK(refused(whole.substr(0, whole.size() - 4)).find("the file ends within a group") !=
        std::string::npos);
  CHECK(refused(std::string(50, 'x') + "\x01" + std::string(1, '\0'))
            .find("\"" + std::string(40, 'x') + "...\" is followed by") != std::string::npos);
  CHECK(refused("PK\n\x03").find("line 2: \"PK\" is followed by \"?\"") != std::string::npos);
  CHECK(refused(whole + "}").find("a } too many") != std::string::npos);
  CHECK(refused("library (x) { cell (FF) { ff (a, b) { } } }").find("has no buffer") !=
        std::string::npos);
  CHECK(refused("library (x) { /* ").find("a comment that does not end") != std::string::npos);
  CHECK(refused("cell (x) { }").find("begins with library") != std::string::npos);
}

TEST_CASE("the scan chain's top joins every port", "[synth]") {
  const synth::ScanTop s = synth::scan_top("net_top", {{"clk_i", true, 1},
                                                       {"rst_i", true, 1},
                                                       {"in_valid_i", true, 1},
                                                       {"in_addr_i", true, 6},
                                                       {"in_ready_o", false, 1}});
  CHECK(s.name == "net_top_scan");
  for (const char* part :
       {".clk_i(clk_i)", ".rst_i(rst_i)", ".in_valid_i(inputs[0:0])", ".in_addr_i(inputs[6:1])",
        ".in_ready_o(outputs[0:0])", "#(.InBits(7), .OutBits(2), .Gated(7'b0000001))",
        "assign outputs[1:1] = 1'd0;"}) {
    INFO(part << " in\n" << s.verilog);
    CHECK(s.verilog.find(part) != std::string::npos);
  }
  CHECK(s.black_box.find("input wire [5:0] in_addr_i") != std::string::npos);
  CHECK(synth::clock_port({{"a", true, 1}, {"s_axi_aclk", true, 1}}) == "s_axi_aclk");
  CHECK(synth::clock_port({{"a", true, 1}}).empty());
}

TEST_CASE("every target has a script", "[synth]") {
  for (const char* name : {"ice40-up5k", "ice40-hx8k", "ecp5", "xilinx7", "gowin", "asic"}) {
    synth::ScriptRequest r;
    r.target = synth::find_target(name);
    REQUIRE(r.target != nullptr);
    r.sources = {"lib/a.v", "top.v"};
    r.top = "top";
    r.keep = {"row_spikes"};
    r.scratch = "s";
    r.goal_hz = 1e8;
    const std::string script = synth::synthesis_script(r);
    CHECK(script.find("read_verilog -defer") != std::string::npos);
    CHECK(script.find(" -I. \"top.v\"") != std::string::npos);
    CHECK(script.find("setattr -set keep 1 top/w:row_spikes") != std::string::npos);
    CHECK(script.find("synth") != std::string::npos);
    CHECK((script.find("abc -liberty") != std::string::npos) == (std::string(name) == "asic"));
    const auto has = [](const std::string& text, const char* word) {
      return text.find(word) != std::string::npos;
    };
    CHECK(has(script, " -dsp") == (std::string(name) == "ice40-up5k"));
    CHECK_FALSE(has(script, " -nodsp"));
    r.dsps = false;
    const std::string without = synth::synthesis_script(r);
    CHECK_FALSE(has(without, " -dsp"));
    CHECK(has(without, " -nodsp") ==
          (std::string(name) == "ecp5" || std::string(name) == "xilinx7"));
  }
  CHECK(synth::find_target("ice40") == nullptr);
}

}  // namespace
}  // namespace hillock::tests
