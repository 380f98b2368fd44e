#include "compiler/synth/tools.h"

#include <fmt/format.h>

#include <cctype>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"

namespace hillock::synth {
namespace fs = std::filesystem;
namespace {

using support::DiagnosticKind;

// Programs, and the Debian package of each; "" where Debian 12 has none.
const std::map<std::string, std::string>& packages() {
  static const std::map<std::string, std::string> all = {
      {"yosys", "yosys"},           {"nextpnr-ice40", "nextpnr-ice40"},
      {"icetime", "fpga-icestorm"}, {"icepack", "fpga-icestorm"},
      {"sta", "opensta"},           {"gzip", "gzip"},
      {"nextpnr-ecp5", ""},         {"ecppack", ""}};
  return all;
}

// What comes out of a program that is asked for its version, or of dpkg about its package.
std::string ask(const std::vector<std::string>& argv, const fs::path& scratch) {
  const fs::path log = scratch / "version.txt";
  const int status = support::run_process(argv, scratch, log, {10, {}, {}});
  std::string text = support::read_file(log);
  std::error_code ec;
  fs::remove(log, ec);
  return status == 127 ? "" : text;
}

// From the first digit of the text, or of what follows "Version ", to the end of the word.
std::string version_in(const std::string& text) {
  std::size_t at = text.find("Version ");
  at = at == std::string::npos ? 0 : at + 8;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) == 0) ++at;
  std::size_t end = at;
  while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) == 0 &&
         text[end] != ')') {
    ++end;
  }
  return end > at ? text.substr(at, end - at) : "unknown";
}

}  // namespace

bool has_tool(const std::string& program) { return !support::find_program({program}).empty(); }

void need_tool(const std::string& program) {
  if (has_tool(program)) return;
  const auto at = packages().find(program);
  const std::string package = at == packages().end() ? "" : at->second;
  support::fail(DiagnosticKind::ToolMissing, {program}, "is not installed, and synthesis needs it",
                package.empty() ? "install it, and see to it that it is on PATH"
                                : "apt-get install " + package);
}

std::string tool_version(const std::string& program, const fs::path& scratch) {
  if (program == "yosys") return version_in(ask({program, "-V"}, scratch));
  if (program == "sta") return version_in(ask({program, "-version"}, scratch));
  if (program == "icetime" || program == "icepack") {
    // These do not tell; where they came as a package, that does.
    return has_tool("dpkg-query")
               ? version_in(ask({"dpkg-query", "-W", "-f=${Version}", "fpga-icestorm"}, scratch))
               : "unknown";
  }
  return version_in(ask({program, "--version"}, scratch));
}

int ToolRunner::status(const std::string& name, const std::vector<std::string>& argv,
                       const fs::path& cwd) const {
  const int status = support::run_process(argv, cwd, folder_ / (name + ".log"), options_);
  if (status == support::kTimedOut) {
    support::fail(DiagnosticKind::ToolFailed, {argv[0]},
                  fmt::format("took longer than {:g} seconds", options_.timeout_seconds),
                  "give --timeout more seconds, or choose fewer --lanes or --weight-bits");
  }
  return status;
}

void ToolRunner::run(const std::string& name, const std::vector<std::string>& argv,
                     const fs::path& cwd) const {
  const int s = status(name, argv, cwd);
  if (s != 0) failed(name, fmt::format("{} ended with status {}", argv[0], s));
}

void ToolRunner::failed(const std::string& name, const std::string& what) const {
  std::string tail = log(name);
  if (tail.size() > 2000) tail = "..." + tail.substr(tail.size() - 2000);
  support::fail(DiagnosticKind::ToolFailed, {name}, fmt::format("{}:\n{}", what, tail),
                "see the end of its log above");
}

std::string ToolRunner::log(const std::string& name) const {
  return support::read_file(folder_ / (name + ".log"));
}

}  // namespace hillock::synth
