// Standard cells: Liberty files, boolean expressions, tables, and the energy of a netlist small
// enough to be reckoned by hand.
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

#include "compiler/gates/boolean_expression.h"
#include "compiler/gates/cell_library.h"
#include "compiler/gates/gate_power.h"
#include "compiler/gates/gate_simulator.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using gates::BooleanExpression;
using gates::Word;

// Energies in pJ, capacitances in pF, at 2 V: 1/2 V^2 = 2.
const char* const kCells = R"lib(library (small) {
  time_unit : "1ns"; voltage_unit : "1V"; leakage_power_unit : "1nW";
  capacitive_load_unit (1, pf);
  nom_voltage : 2;
  default_wire_load : "w";
  wire_load ("w") { capacitance : 0.5; slope : 2; fanout_length (1, 4); fanout_length (3, 8); }
  power_lut_template (in) { variable_1 : "input_transition_time"; index_1 ("0, 1"); }
  power_lut_template (out) {
    variable_1 : "total_output_net_capacitance"; variable_2 : "input_transition_time";
    index_1 ("0, 1"); index_2 ("0, 1");
  }
  lu_table_template (slew) {
    variable_1 : "input_net_transition"; variable_2 : "total_output_net_capacitance";
    index_1 ("0, 1"); index_2 ("0, 1");
  }
  cell (INV) {
    area : 1;
    leakage_power () { value : 3; when : "A"; }
    leakage_power () { value : 5; when : "!A"; }
    pin (A) { direction : input; capacitance : 0.01; }
    pin (Y) { direction : output; function : "!A";
      timing () { related_pin : "A"; timing_sense : negative_unate;
        rise_transition (slew) { values ("0.5, 0.5", "0.5, 0.5"); }
        fall_transition (slew) { values ("0.25, 0.25", "0.25, 0.25"); } }
      internal_power () { related_pin : "A";
        rise_power (out) { values ("1, 3", "1, 3"); }
        fall_power (scalar) { values ("0.5"); } } }
  }
  cell (DFF) {
    area : 5;
    cell_leakage_power : 7;
    ff (IQ, IQN) { next_state : "D"; clocked_on : "C"; }
    pin (C) { direction : input; clock : true; capacitance : 0.02;
      internal_power () { rise_power (in) { values ("0.1, 0.1"); } fall_power (in) { values ("0.3, 0.3"); } } }
    pin (D) { direction : input; rise_capacitance : 0.03; fall_capacitance : 0.05;
      internal_power () { when : "Q"; rise_power (in) { values ("0, 4"); } fall_power (in) { values ("0, 4"); } }
      internal_power () { when : "!Q"; power (in) { values ("0, 0"); } } }
    pin (Q) { direction : output; function : "IQ";
      timing () { related_pin : "C"; timing_type : rising_edge; timing_sense : non_unate;
        rise_transition (scalar) { values ("1"); } fall_transition (scalar) { values ("0.5"); } }
      internal_power () { related_pin : "C"; power (scalar) { values ("0.2"); } } }
  }
}
)lib";

gates::CellLibrary small_library(const std::string& text = kCells) {
  return gates::read_cell_library(gates::parse_liberty(text, "small.lib"), "small.lib");
}

TEST_CASE("boolean expressions of Liberty", "[gates]") {
  const auto variable = [](std::string_view n) {
    return n.size() == 1 && n[0] >= 'A' ? n[0] - 'A' : -1;
  };
  const auto table = [&](const char* text) {
    const BooleanExpression e(text, variable);
    const Word in[] = {0xaa, 0xcc, 0xf0};
    return e.evaluate([&](int v) { return in[v]; }) & 0xff;
  };
  CHECK(table("A") == 0xaa);
  CHECK(table("!A&B") == 0x44);
  CHECK(table("A' B") == 0x44);
  CHECK(table("A B + C") == ((0xaa & 0xcc) | 0xf0));
  CHECK(table("A+B*C") == (0xaa | (0xcc & 0xf0)));
  CHECK(table("A^B&C") == ((0xaa ^ 0xcc) & 0xf0));  // ^ binds stronger than &
  CHECK(table("!(A|B)^C") == (0xff & (~(0xaa | 0xcc) ^ 0xf0)));
  CHECK(table("1") == 0xff);
  CHECK(table("0") == 0);
  CHECK(BooleanExpression("A + B", variable).probability([](int) { return 0.25; }) ==
        Approx(1 - 0.75 * 0.75));
  CHECK(BooleanExpression("B^A", variable).variables() == std::vector<int>{1, 0});
  for (const char* bad : {"", "A +", "(A", "A)", "*A", "A # B", "foo", "!"}) {
    INFO(bad);
    CHECK_THROWS_AS(BooleanExpression(bad, variable), std::invalid_argument);
  }
  CHECK_THROWS_AS(BooleanExpression(std::string(100, '(') + "A" + std::string(100, ')'), variable),
                  std::invalid_argument);
}

TEST_CASE("tables are linear between their points and beyond", "[gates]") {
  const gates::LookupTable t{{1, 2}, {10, 20, 40}, {1, 2, 4, 3, 4, 6}};
  CHECK(t.at(1, 10) == 1);
  CHECK(t.at(1.5, 10) == Approx(2));
  CHECK(t.at(2, 30) == Approx(5));
  CHECK(t.at(1, 50) == Approx(5));    // beyond the last
  CHECK(t.at(0, 5) == Approx(-1.5));  // before the first of both
  CHECK(gates::LookupTable{{}, {}, {7}}.at(3, 4) == 7);
  CHECK(gates::LookupTable{{0, 2}, {}, {1, 3}}.at(1, 99) == Approx(2));
  CHECK(gates::LookupTable{}.at(1, 1) == 0);
}

TEST_CASE("a Liberty file becomes cells in SI units", "[gates]") {
  const gates::CellLibrary l = small_library();
  CHECK(l.voltage == 2);
  const gates::LibraryCell& inv = l.cells.at("INV");
  CHECK(inv.pins[0].rise_capacitance == Approx(0.01e-12));
  CHECK(inv.leakage[1].watts == Approx(5e-9));
  const gates::InternalPower& power = inv.pins[1].power.at(0);
  // Written load by slew, kept slew by load.
  CHECK(power.rise.at(1e-9, 0) == Approx(3e-12));
  CHECK(power.rise.at(0, 1e-12) == Approx(1e-12));
  CHECK(power.related == std::vector<int>{0});
  const gates::LibraryCell& dff = l.cells.at("DFF");
  REQUIRE(dff.flip_flop);
  CHECK(dff.flip_flop->clock_pin == 0);
  CHECK_FALSE(dff.flip_flop->falling);
  CHECK(dff.pins[1].fall_capacitance == Approx(0.05e-12));
  REQUIRE(l.wire_load);
  CHECK(l.wire_load->farads(1) == Approx(2e-12));
  CHECK(l.wire_load->farads(2) == Approx(3e-12));
  CHECK(l.wire_load->farads(5) == Approx(6e-12));
}

TEST_CASE("a Liberty file that is wrong is one error, at its line", "[gates]") {
  const auto refused = [](const std::string& body) {
    return error_of(
        [&] { (void)small_library("library (x) {\nnom_voltage : 1;\n" + body + "\n}"); });
  };
  const auto says = [&](const std::string& body, const char* what) {
    INFO(body);
    CHECK(refused(body).find(std::string("small.lib: error: line 3: ") + what) == 0);
  };
  says("cell (A) { pin (B) { direction : output; function : \"C\"; } }",
       "\"C\" is not understood: there is no pin C");
  says("cell (A) { area : big; }", "\"big\" is not a number");
  says("cell (A) { pin (B) { internal_power () { rise_power (t) { values (\"1\"); } } } }",
       "there is no template t");
  says("cell (A) { pin (B) { internal_power () { rise_power (scalar) { values (\"1, 2\"); } } } }",
       "2 values in a table of 1");
  says("cell (A) { pin (B) { internal_power () { rise_power (scalar) { } } } }",
       "a table without values");
  says("cell (A) { ff (IQ, IQN) { next_state : \"1\"; } }",
       "a flip-flop without clocked_on or next_state");
  says("time_unit : \"1parsec\";", "\"1parsec\" is not a unit");
  says("cell () { }", "a cell without a name");
  says(
      "lu_table_template (t) { variable_1 : \"a\"; index_1 (\"2, 1\"); } cell (A) { pin (B) { "
      "internal_power () { power (t) { values (\"1, 2\"); } } } }",
      "an index that does not ascend");
  CHECK(error_of([] { (void)small_library("library (x) { }"); }).find("does not say its voltage") !=
        std::string::npos);
  std::string deep = "library (x) {";
  for (int i = 0; i < 100; ++i) deep += "g () {";
  CHECK(error_of([&] {
          (void)small_library(deep);
        }).find("more than 64 groups within each other") != std::string::npos);
}

// A flip-flop that toggles: D = !Q.
const char* const kToggle = R"({"modules": {"top": {"ports": {
    "clk_i": {"direction": "input", "bits": [2]}, "q_o": {"direction": "output", "bits": [3]}},
  "cells": {
    "u_a.q": {"type": "DFF", "connections": {"C": [2], "D": [4], "Q": [3]}},
    "u_b.n": {"type": "INV", "connections": {"A": [3], "Y": [4]}}}}}})";

TEST_CASE("the energy of a flip-flop that toggles, by hand", "[gates]") {
  const TemporaryFolder folder;
  const gates::CellLibrary l = small_library();
  const gates::GateNetlist n = gates::read_gate_netlist(folder.file("n.json", kToggle), "top", l);
  REQUIRE(n.gates.size() == 2);
  gates::GateSimulator s(n, "clk_i");
  s.settle(0);
  constexpr int kCycles = 32;
  for (int i = 0; i < kCycles; ++i) {  // Q rises in the first cycle, and falls in the last
    s.edge();
    s.settle(1);
  }
  const gates::GateActivity& a = s.activity();
  CHECK(a.cycles == kCycles);
  CHECK(a.nets[3].rises == kCycles / 2);
  CHECK(a.nets[3].falls == kCycles / 2);
  CHECK(a.nets[3].high == kCycles / 2);
  const auto nets = gates::net_electrics(n, l, {0, 0, false});
  CHECK(nets[3].rise_load == Approx(0.01e-12));
  CHECK(nets[3].rise_slew == Approx(1e-9));
  CHECK(nets[4].fall_load == Approx(0.05e-12));
  CHECK(nets[4].rise_slew == Approx(0.5e-9));
  const gates::GateEnergy e = gates::gate_energy(n, l, a, nets, "clk_i", 0);
  const double half = kCycles / 2;
  // 1/2 V^2 = 2: Q's net has 0.01 pF, D's 0.03 pF as it rises and 0.05 as it falls.
  CHECK(e.total.switching == Approx(half * 2e-12 * (0.01 + 0.01 + 0.03 + 0.05)));
  // INV: its output rises with A's falling slew of 0.5 ns: 1 + 0.5 * (3 - 1) pJ; it falls for 0.5.
  // DFF: Q 0.2 each way. D moves with Q's new value: it falls as Q is 1, at 0.25 ns of 4 pJ/ns, and
  // rises as Q is 0, for nothing.
  CHECK(e.total.internal == Approx(half * 1e-12 * (2 + 0.5 + 0.2 + 0.2 + 0.25 * 4)));
  // Both edges in every cycle, and 2 x 1/2 C V^2 of 0.02 pF.
  CHECK(e.total.clock == Approx(kCycles * 1e-12 * (0.1 + 0.3 + 2 * 2 * 0.02)));
  CHECK(e.by_instance.at("u_b").internal == Approx(half * 2.5e-12));
  CHECK(e.flip_flop_count == 1);
  CHECK(e.transitions == 2 * kCycles);
  CHECK(e.total.leakage_w == Approx(7e-9 + 4e-9).margin(1.1e-9));  // INV 3 or 5, as sampled
}

TEST_CASE("64 cases run side by side, each with its own inputs and memory", "[gates]") {
  const TemporaryFolder folder;
  const gates::CellLibrary l = small_library();
  // A memory of two rows of two bits with a registered read; the address goes through an inverter.
  const std::string text = R"({"modules": {"top": {"ports": {
      "clk_i": {"direction": "input", "bits": [2]}, "a_i": {"direction": "input", "bits": [3]},
      "we_i": {"direction": "input", "bits": [8]},
      "r_i": {"direction": "input", "bits": [9]},
      "d_o": {"direction": "output", "bits": [5, 6]}},
    "cells": {
      "n": {"type": "INV", "connections": {"A": [3], "Y": [4]}},
      "m": {"type": "$mem_v2", "parameters": {"WIDTH": "10", "SIZE": "10", "ABITS": "1",
          "INIT": "1001", "RD_PORTS": "1", "WR_PORTS": "1", "RD_CLK_ENABLE": "1",
          "RD_TRANSPARENCY_MASK": "0", "RD_WIDE_CONTINUATION": "0", "WR_WIDE_CONTINUATION": "0",
          "RD_SRST_VALUE": "10", "RD_CE_OVER_SRST": "0"},
        "connections": {"RD_ADDR": [4], "RD_DATA": [5, 6], "RD_EN": ["1"], "RD_CLK": [2],
          "RD_ARST": ["0"], "RD_SRST": [9], "WR_ADDR": [4], "WR_DATA": ["1", "1"],
          "WR_EN": [8, 8], "WR_CLK": [2]}}}}}})";
  const gates::GateNetlist n = gates::read_gate_netlist(folder.file("m.json", text), "top", l);
  REQUIRE(n.macros.size() == 1);
  gates::GateSimulator s(n, "clk_i");
  const Word odd = 0xaaaaaaaaaaaaaaaaULL;
  s.drive("a_i", 0, odd);  // row 0 in odd cases, row 1 in even ones
  s.settle(0);
  s.edge();
  s.settle(0);
  CHECK(s.net(5) == odd);  // row 0 is 01, row 1 is 10
  CHECK(s.net(6) == ~odd);
  s.drive("we_i", 0, 0xf);  // writes 11 in four cases; the read of that cycle sees the old row
  s.settle(0);
  s.edge();
  s.drive("we_i", 0, 0);
  s.settle(0);
  CHECK(s.net(5) == odd);
  s.edge();
  s.settle(0);
  CHECK(s.net(5) == (odd | 0xf));
  s.drive("r_i", 0, 0xff);  // the read port's register is set to 10 in eight cases
  const Word high = s.net(6);
  s.settle(0);
  s.edge();
  s.settle(0);
  CHECK(s.net(5) == ((odd | 0xf) & ~Word{0xff}));
  CHECK(s.net(6) == (high | 0xff));
}

TEST_CASE("a netlist that is none is refused", "[gates]") {
  const TemporaryFolder folder;
  const gates::CellLibrary l = small_library();
  const auto refused = [&](const std::string& text) {
    return error_of([&] {
      const auto n = gates::read_gate_netlist(folder.file("x.json", text), "top", l);
      (void)gates::GateSimulator(n, "clk_i");
    });
  };
  const std::string good = kToggle;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  CHECK(refused(good) == "no error");
  CHECK(refused("{}").find("is not a netlist of top") != std::string::npos);
  CHECK(refused(with("\"INV\"", "\"NAND\"")).find("is a NAND, which small does not have") !=
        std::string::npos);
  CHECK(refused(with("\"A\": [3]", "\"A\": [4]")).find("form a loop") != std::string::npos);
  CHECK(refused(with("\"C\": [2]", "\"C\": [4]")).find("does not hang on the clock alone") !=
        std::string::npos);
  CHECK(refused(with("\"D\": [4]", "\"E\": [4]")).find("has no pin E") != std::string::npos);
}

}  // namespace
}  // namespace hillock::tests
