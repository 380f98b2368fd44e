#include "compiler/synth/standard_cells.h"

#include <fmt/format.h>

#include <optional>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/synth/timing.h"
#include "compiler/synth/yosys_script.h"

namespace hillock::synth {
namespace fs = std::filesystem;

std::string read_liberty_file(const fs::path& file, const ToolRunner& tools) {
  std::string text = support::read_file(file);
  if (text.rfind("\x1f\x8b", 0) != 0) return text;
  need_tool("gzip");
  const fs::path plain = tools.folder() / "library.lib";
  const int status =
      support::run_process({"gzip", "-dc", fs::absolute(file).string()}, tools.folder(),
                           tools.folder() / "gzip.log", {60, {}, plain});
  if (status != 0) {
    support::fail(support::DiagnosticKind::BadLiberty, {file.string()},
                  "is a gzip file that cannot be read to its end", "copy it again");
  }
  return support::read_file(plain);
}

std::string abc_constraints(const Liberty& library) {
  return fmt::format("set_driving_cell {}\nset_load {:g}\n", library.buffer,
                     4 * library.buffer_input_ff);
}

void standard_cell_timing(const CellTimingRequest& r, const ToolRunner& tools,
                          nlohmann::json& summary) {
  const double period_ns = 1e9 / r.goal_hz;
  const std::optional<double> abc_ps = read_abc_delay(tools.log("yosys"));
  nlohmann::json timing = nlohmann::json::object();
  if (abc_ps && *abc_ps > 0) timing["abc_logic_ns"] = *abc_ps / 1000;
  timing["source"] = r.opensta ? "opensta" : "abc";
  summary["critical_path"] = nullptr;
  if (!r.opensta) {
    if (abc_ps && *abc_ps > 0) summary["fmax_hz"] = 1e12 / *abc_ps;
  } else if (r.clock.empty()) {
    timing["source"] = nullptr;
  } else {
    support::write_file(tools.folder() / "timing.tcl",
                        fmt::format("read_liberty library.lib\nread_verilog {}\nlink_design {}\n"
                                    "create_clock -name clock -period {:g} [get_ports {}]\n"
                                    "report_checks -path_delay max -format full -digits 6\n",
                                    kTimingNetlist, r.top, period_ns, r.clock));
    tools.run("sta", {"sta", "-no_splash", "-exit", "timing.tcl"}, tools.folder());
    const std::string log = tools.log("sta");
    const std::optional<CriticalPath> path = read_opensta(log, period_ns);
    // It goes on after an error, and ends with status 0.
    if (!path || log.find("Error: ") != std::string::npos) {
      tools.failed("sta", "OpenSTA could not time the netlist");
    }
    summary["fmax_hz"] = 1e9 / path->ns;
    summary["critical_path"] = {{"from", path->from}, {"to", path->to}, {"ns", path->ns}};
  }
  summary["timing"] = std::move(timing);
}

}  // namespace hillock::synth
