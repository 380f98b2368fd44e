// What the tools say, as they said it: snippets of their recorded outputs.
#include "compiler/synth/timing.h"

#include <catch2/catch.hpp>

namespace hillock::tests {
namespace {

// nextpnr-ice40 0.4, --report; two of the hops of its paths.
const char* const kReport = R"({"critical_paths": [
 {"from": "posedge clk_i$SB_IO_IN_$glb_clk", "path": [
   {"delay": 0.54, "from": {"cell": "u_scanner.word_q_LC", "loc": [17, 23], "port": "CLK"},
    "to": {"cell": "u_scanner.word_q_LC", "loc": [26, 23], "port": "O"}, "type": "clk-to-q"},
   {"budget": 0.88, "delay": 1.5, "from": {"cell": "u_scanner.word_q_LC", "loc": [26, 23], "port": "O"},
    "net": "n", "to": {"cell": "u_scanner.active_q_LC", "loc": [17, 23], "port": "CEN"}, "type": "routing"}],
  "to": "posedge clk_i$SB_IO_IN_$glb_clk"},
 {"from": "<async>", "path": [
   {"delay": 9, "from": {"cell": "pin", "loc": [0, 0], "port": "D_IN_0"},
    "to": {"cell": "lut", "loc": [1, 1], "port": "I2"}, "type": "source"}],
  "to": "posedge clk_i$SB_IO_IN_$glb_clk"}],
 "fmax": {"clk_i$SB_IO_IN_$glb_clk": {"achieved": 62.66842269897461, "constraint": 60}},
 "utilization": {"ICESTORM_LC": {"available": 7680, "used": 5971}, "ICESTORM_RAM": {"available": 32, "used": 17}}})";

TEST_CASE("nextpnr's report: the clock's own path, not those of pins", "[synth]") {
  const auto r = synth::read_nextpnr_report(kReport);
  REQUIRE(r);
  CHECK(r->fmax_hz == Approx(62668422.7));
  CHECK(r->path.from == "u_scanner.word_q_LC");
  CHECK(r->path.to == "u_scanner.active_q_LC");
  CHECK(r->path.ns == Approx(2.04));
  CHECK(r->usage.at("ICESTORM_LC").used == 5971);
  CHECK(r->usage.at("ICESTORM_RAM").available == 32);
  CHECK_FALSE(synth::read_nextpnr_report("{}"));
  CHECK_FALSE(synth::read_nextpnr_report("not JSON"));
}

TEST_CASE("nextpnr's log: why a design does not fit", "[synth]") {
  CHECK(synth::nextpnr_does_not_fit(
            "Info: Device utilisation:\n"
            "Info: \t         ICESTORM_LC:  9714/ 7680   126%\n"
            "Info: \t        ICESTORM_RAM:    22/   32    68%\n"
            "ERROR: Failed to expand region (0, 0) |_> (33, 33) of 9714 ICESTORM_LCs\n") ==
        "ICESTORM_LC: 9714 of 7680");
  CHECK(synth::nextpnr_does_not_fit(
            "ERROR: Unable to place cell 'u_ram', no BELs remaining to implement cell type "
            "'ICESTORM_RAM'\n1 warning, 1 error\n") ==
        "Unable to place cell 'u_ram', no BELs remaining to implement cell type 'ICESTORM_RAM'");
  // Any other failure is none of the design's size.
  CHECK_FALSE(synth::nextpnr_does_not_fit("ERROR: Failed to open JSON file\n"));
  CHECK_FALSE(synth::nextpnr_does_not_fit("Info: \t ICESTORM_LC:  9/ 7680     0%\n"));
}

TEST_CASE("icetime's delay as a frequency", "[synth]") {
  CHECK(synth::read_icetime("// Reading 8k chipdb file..\n"
                            "Total path delay: 16.27 ns (61.45 MHz)\n")
            .value() == Approx(1e9 / 16.27));
  CHECK(synth::read_icetime("// Timing estimate: 16.27 ns (61.45 MHz)\n").value() ==
        Approx(1e9 / 16.27));
  CHECK_FALSE(synth::read_icetime("Can't find chipdb file for device 8k\n"));
}

TEST_CASE("OpenSTA's slowest path", "[synth]") {
  // OpenSTA 2.0.17, report_checks under a clock of 10 ns; lines in between are left out.
  const std::string report =
      "Startpoint: u_engine.d_membrane_q_DFFPOSX1_Q_11\n"
      "            (rising edge-triggered flip-flop clocked by clk)\n"
      "Endpoint: u_engine.product_q_DFFPOSX1_Q_1\n"
      "          (rising edge-triggered flip-flop clocked by clk)\n"
      "Path Group: clk\nPath Type: max\n\n"
      "             9.8165   data required time\n"
      "            -4.8635   data arrival time\n"
      "-------------------------------------------------------------\n"
      "             4.9530   slack (MET)\n\n\n";
  const auto path = synth::read_opensta(report, 10);
  REQUIRE(path);
  CHECK(path->from == "u_engine.d_membrane_q_DFFPOSX1_Q_11");
  CHECK(path->to == "u_engine.product_q_DFFPOSX1_Q_1");
  CHECK(path->ns == Approx(5.047));
  CHECK(synth::read_opensta("Startpoint: a\nEndpoint: b\n   -2.5   slack (VIOLATED)\n", 4)->ns ==
        Approx(6.5));
  CHECK_FALSE(synth::read_opensta("No paths found.\n", 10));
}

TEST_CASE("abc's delay: the last that it gives", "[synth]") {
  CHECK(
      synth::read_abc_delay("Parameter \\Delay = 0\n"
                            "ABC: WireLoad = \"none\"  Gates =  22756 ( 15.9 %)   Cap = 35.4 ff (  "
                            "0.1 %)   Area =   583139.00 ( 99.8 %)   Delay =  4729.33 ps  (  0.2 "
                            "%)\n")
          .value() == Approx(4729.33));
  CHECK_FALSE(synth::read_abc_delay("ABC: nothing\n"));
}

}  // namespace
}  // namespace hillock::tests
