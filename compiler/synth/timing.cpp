#include "compiler/synth/timing.h"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

namespace hillock::synth {
namespace {

using nlohmann::json;

// The number that follows the last occurrence of `label`.
std::optional<double> number_after_last(const std::string& text, const std::string& label) {
  const std::size_t at = text.rfind(label);
  if (at == std::string::npos) return std::nullopt;
  const char* begin = text.c_str() + at + label.size();
  char* end = nullptr;
  const double value = std::strtod(begin, &end);
  if (end == begin) return std::nullopt;
  return value;
}

// The first word after the last occurrence of `label`.
std::string word_after_last(const std::string& text, const std::string& label) {
  const std::size_t at = text.rfind(label);
  if (at == std::string::npos) return "";
  std::istringstream in(text.substr(at + label.size(), 4096));
  std::string word;
  in >> word;
  return word;
}

}  // namespace

std::optional<PlaceReport> read_nextpnr_report(const std::string& text) {
  PlaceReport out;
  try {
    const json report = json::parse(text);
    std::string clock;
    for (const auto& [name, f] : report.at("fmax").items()) {
      const double hz = f.at("achieved").get<double>() * 1e6;
      if (clock.empty() || hz < out.fmax_hz) {
        out.fmax_hz = hz;
        clock = name;
      }
    }
    if (clock.empty()) return std::nullopt;
    for (const json& p : report.at("critical_paths")) {
      const auto edge = [&](const char* key) {
        return p.at(key).get_ref<const std::string&>().find(clock) != std::string::npos;
      };
      const json& hops = p.at("path");
      if (!edge("from") || !edge("to") || hops.empty()) continue;
      double ns = 0;
      for (const json& hop : hops) ns += hop.at("delay").get<double>();
      if (ns <= out.path.ns) continue;
      out.path = {hops.front().at("from").at("cell"), hops.back().at("to").at("cell"), ns};
    }
    for (const auto& [name, u] : report.at("utilization").items()) {
      out.usage[name] = {u.at("used"), u.at("available")};
    }
  } catch (const json::exception&) {
    return std::nullopt;
  }
  return out;
}

std::optional<std::string> nextpnr_does_not_fit(const std::string& log) {
  if (log.find("ERROR: ") == std::string::npos) return std::nullopt;
  std::string out;
  // "Info: ICESTORM_LC:  8012/ 7680   104%", with blanks
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    char name[64];
    long used = 0;
    long available = 0;
    if (std::sscanf(line.c_str(), "Info: %63[A-Za-z0-9_]: %ld/ %ld", name, &used, &available) ==
            3 &&
        used > available && out.find(name) == std::string::npos) {
      out += fmt::format("{}{}: {} of {}", out.empty() ? "" : ", ", name, used, available);
    }
  }
  if (!out.empty()) return out;
  for (const char* reason : {"no BELs remaining", "Unable to find legal placement",
                             "failed to find valid", "Unable to place cell"}) {
    if (log.find(reason) != std::string::npos) {
      const std::size_t at = log.find("ERROR: ") + 7;
      return log.substr(at, log.find('\n', at) - at);
    }
  }
  return std::nullopt;
}

std::optional<double> read_icetime(const std::string& report) {
  std::optional<double> ns = number_after_last(report, "Total path delay:");
  if (!ns) ns = number_after_last(report, "Timing estimate:");
  if (!ns || *ns <= 0) return std::nullopt;
  return 1e9 / *ns;
}

std::optional<CriticalPath> read_opensta(const std::string& report, double period_ns) {
  // "             4.9530   slack (MET)": the number stands before its label.
  const std::size_t at = report.rfind("slack (");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t line = report.rfind('\n', at);
  const double slack =
      std::strtod(report.c_str() + (line == std::string::npos ? 0 : line), nullptr);
  CriticalPath path{word_after_last(report, "Startpoint:"), word_after_last(report, "Endpoint:"),
                    period_ns - slack};
  if (path.from.empty() || path.ns <= 0) return std::nullopt;
  return path;
}

std::optional<double> read_abc_delay(const std::string& log) {
  return number_after_last(log, "Delay =");
}

}  // namespace hillock::synth
