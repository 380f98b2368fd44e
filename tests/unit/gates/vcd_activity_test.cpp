// Transitions counted in a value change dump, and the outputs of a netlist of iCE40 cells.
#include "compiler/gates/vcd_activity.h"

#include <catch2/catch.hpp>
#include <string>

#include "compiler/gates/ice40_netlist.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using gates::VcdNet;
using gates::VcdReader;

// Three cycles after the first edge. `a` moves in each; `glitch` there and back within the second;
// bit 3 of `wide` once; `far` has the name of a net in another scope.
const char* const kDump = R"($timescale 1ps $end
$scope module bench $end
$var wire 1 ! a $end
$scope module u_dut $end
$var wire 1 " clk $end
$var wire 1 # a $end
$var wire 1 $ glitch $end
$var wire 2 % wide [3:2] $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
0!
0"
x#
0$
b0 %
$end
#5
1"
#6
1#
#10
0"
#15
1"
0#
1!
#16
1$
#17
0$
b10 %
#20
0"
#25
1"
1#
1$
#30
0"
#35
1"
)";

std::vector<VcdNet> nets() { return {{"a", 0, 0}, {"glitch", 0, 0}, {"wide", 3}, {"wide", 2}}; }

TEST_CASE("a net has at most one transition in a cycle, whatever it does within", "[gates]") {
  const std::string text = kDump;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
    VcdReader reader("u_dut", "clk", nets());
    for (std::size_t at = 0; at < text.size(); at += piece) reader.feed(text.substr(at, piece));
    const gates::VcdActivity a = reader.finish();
    CHECK(a.cycles == 3);
    CHECK(a.transitions == std::vector<std::uint64_t>{3, 1, 1, 0});
    CHECK(a.changes == std::vector<std::uint64_t>{3, 3, 1, 0});
    CHECK(a.active == std::vector<std::uint64_t>{3});  // a and glitch moved in the last together
  }
}

TEST_CASE("a dump without the nets, or that is none, is refused", "[gates]") {
  const auto refused = [](const std::string& scope, const std::string& clock,
                          std::vector<VcdNet> wanted, const std::string& text) {
    return error_of([&] {
      VcdReader reader(scope, clock, std::move(wanted));
      reader.feed(text);
      (void)reader.finish();
    });
  };
  const std::string good = kDump;
  CHECK(refused("u_dut", "clk", nets(), good) == "no error");
  CHECK(refused("u_dut", "clk", {{"wide", 1}}, good).find("has no wide[1]") != std::string::npos);
  CHECK(refused("u_dut", "clock", {}, good).find("has no clock clock") != std::string::npos);
  CHECK(refused("u_dut", "clk", {}, good.substr(0, 90)).find("ends before") != std::string::npos);
  CHECK(refused("u_dut", "clk", {}, good + "b101\n").find("is no change") != std::string::npos);
  CHECK(refused("u_dut", "clk", nets(), "$upscope $end\n").find("not open") != std::string::npos);
}

TEST_CASE("logic cells of an iCE40 netlist: a table before one flip-flop is no output", "[gates]") {
  const TemporaryFolder folder;
  // t1 feeds q1 alone and is in its cell; t2 feeds q2 and a port; m is a multiplier.
  const auto file = folder.file("n.json", R"({"modules": {"top": {
    "ports": {"clk_i": {"direction": "input", "bits": [2]},
              "y_o": {"direction": "output", "bits": [4]}},
    "cells": {
      "u_a.t1": {"type": "SB_LUT4", "connections": {"I0": [6], "O": [3]}},
      "u_a.q1": {"type": "SB_DFF", "connections": {"C": [2], "D": [3], "Q": [5]}},
      "u_b.t2": {"type": "SB_LUT4", "connections": {"I0": [5], "O": [4]}},
      "q2": {"type": "SB_DFFE", "connections": {"C": [2], "D": [4], "E": ["1"], "Q": [6]}},
      "u_r": {"type": "SB_RAM40_4K", "connections": {"RDATA": [9], "WDATA": [6]}},
      "u_m": {"type": "SB_MAC16", "connections": {"A": [6], "O": [7, 8, "0"]}}},
    "netnames": {
      "$1": {"hide_name": 1, "bits": [5]}, "u_a.q": {"bits": [5]}, "q": {"bits": [6], "offset": 4},
      "t": {"bits": [3, 4]}, "p": {"bits": [7, 8]}, "clk_i": {"bits": [2]}}}}})");
  const gates::Ice40Netlist n = gates::read_ice40_netlist(file, "top");
  CHECK(n.logic_cells == 3);
  CHECK(n.flip_flops == 2);
  CHECK(n.block_rams == 1);
  CHECK(n.multipliers == 1);
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < n.outputs.size(); ++i) {
    const VcdNet& o = n.outputs[i];
    outputs.push_back(n.instances[i] + ":" + o.name + "/" + std::to_string(o.bit) +
                      (o.group == VcdNet::kNoGroup ? "" : "*"));
  }
  CHECK(outputs == std::vector<std::string>{":q/4", "u_a:u_a.q/0", "u_b:t/1", ":p/0*", ":p/1*"});
  CHECK(error_of([&] {
          (void)gates::read_ice40_netlist(file, "other");
        }).find("is not a netlist of other") != std::string::npos);
}

}  // namespace
}  // namespace hillock::tests
