// The module around a design that co-simulation drives.
#include "sim/cosim/bench.h"

#include <catch2/catch.hpp>

using hillock::sim::clocked_bench;
using hillock::sim::find_port;
using hillock::sim::Port;

namespace {

const std::vector<Port> kPorts = {{true, 1, "clk_i"},     {true, 1, "rst_i"},
                                  {true, 4, "in_addr_i"}, {false, 1, "in_ready_o"},
                                  {true, 32, "stall_i"},  {false, 64, "trace_rows_o"}};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("inputs of a design pass a register of its bench, outputs do not", "[cosim]") {
  const std::string text = clocked_bench(kPorts, "net_top", {});
  CHECK(has(text, "module hillock_bench (\n  input wire tick_i,\n"));
  CHECK(has(text, "always @(posedge clk) in_addr_q <= in_addr_i;"));
  CHECK(has(text, "net_top u_design ("));
  CHECK(has(text, ".clk_i(clk)"));
  CHECK(has(text, ".in_addr_i(in_addr_q)"));
  CHECK(has(text, ".stall_i(stall_q)"));
  CHECK(has(text, ".trace_rows_o(trace_rows_o)"));
  // At random where a seed asks for it, but for what the bench itself begins with.
  CHECK(has(text, "initial rst_q = 1'd1;"));
  CHECK(has(text, "initial in_addr_q = 4'd0;"));
}

TEST_CASE("without stalls they are no port of the bench, and known to be 0", "[cosim]") {
  const std::string text = clocked_bench(kPorts, "net_top", {false, false});
  CHECK(has(text, ".stall_i(32'd0)"));
  CHECK_FALSE(has(text, "stall_q"));
  CHECK_FALSE(has(text, "wire [31:0] stall_i"));
}

TEST_CASE("every change of tick_i is a cycle, or every rise", "[cosim]") {
  CHECK(has(clocked_bench(kPorts, "net_top", {true, false}), "assign clk = tick_i ^ taken_q;"));
  CHECK(has(clocked_bench(kPorts, "net_top", {true, true}), "assign clk = tick_i;"));
}

TEST_CASE("ports are found by name", "[cosim]") {
  CHECK(find_port(kPorts, "in_addr_i")->width == 4);
  CHECK(find_port(kPorts, "load_valid_i") == nullptr);
}
