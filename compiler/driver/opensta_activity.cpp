#include "compiler/driver/opensta_activity.h"

#include <fmt/format.h>

#include "compiler/driver/gate_bench.h"

namespace hillock::driver {

std::string opensta_activity(const gates::GateNetlist& netlist, const gates::GateActivity& activity,
                             const std::filesystem::path& liberty,
                             const std::filesystem::path& verilog, double clock_hz) {
  std::string out = fmt::format(
      "read_liberty {{{}}}\nread_verilog {{{}}}\nlink_design {}\n"
      "create_clock -name clock -period {:.9g} [get_ports {}]\n"
      // A name may hold what Tcl and get_pins take for patterns: pins are found through their cell.
      "set network [sta::network]\n"
      "proc activity {{cell pin density duty}} {{\n"
      "  set instance [sta::find_instance $cell]\n"
      "  set found [$instance find_pin $pin]\n"
      "  if {{$found != \"NULL\"}} {{ sta::set_power_pin_activity $found $density $duty }}\n"
      "}}\n",
      liberty.string(), verilog.string(), netlist.top, 1e9 / clock_hz, kClockPort);
  const auto cycles = static_cast<double>(activity.cycles);
  for (const gates::GateInstance& g : netlist.gates) {
    for (std::size_t p = 0; p < g.nets.size(); ++p) {
      const gates::CellPin& pin = g.cell->pins[p];
      if (g.nets[p] < 0 || pin.clock) continue;
      const gates::NetActivity& a = activity.nets[static_cast<std::size_t>(g.nets[p])];
      out += fmt::format("activity {{{}}} {} {:.9g} {:.9g}\n", g.name, pin.name,
                         static_cast<double>(a.rises + a.falls) / cycles,
                         static_cast<double>(a.high) / cycles);
    }
  }
  return out + "report_checks\nreport_power -digits 6\n";
}

}  // namespace hillock::driver
