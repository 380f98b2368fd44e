// How fast a design is, read from what the tools say. Functions return nothing where the text does
// not say it; the caller knows which tool to blame.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace hillock::synth {

// The longest path from a register to a register.
struct CriticalPath {
  std::string from;
  std::string to;
  double ns = 0;
};

struct Usage {
  long used = 0;
  long available = 0;
};

// nextpnr's --report: the slowest clock, its path, and the cells of the device by nextpnr's names.
struct PlaceReport {
  double fmax_hz = 0;
  CriticalPath path;
  std::map<std::string, Usage> usage;
};
[[nodiscard]] std::optional<PlaceReport> read_nextpnr_report(const std::string& json);

// What keeps nextpnr from placing a design that is too large, from its log: "ICESTORM_LC: 8012 of
// 7680"; nothing where that was not the reason of its failure.
[[nodiscard]] std::optional<std::string> nextpnr_does_not_fit(const std::string& log);

// icetime: "Total path delay" or "Timing estimate", in Hz.
[[nodiscard]] std::optional<double> read_icetime(const std::string& report);

// OpenSTA's report_checks of the slowest path under a clock of `period_ns`.
[[nodiscard]] std::optional<CriticalPath> read_opensta(const std::string& report, double period_ns);

// The delay of the slowest path within the logic, by abc's `stime`, in ps: from Yosys' log. It
// knows nothing of flip-flops.
[[nodiscard]] std::optional<double> read_abc_delay(const std::string& log);

}  // namespace hillock::synth
