// Design -> Verilog text. Whatever there was to decide has been decided in lower.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "compiler/emit/design.h"

namespace hillock::emit {
namespace {

std::string range(int width) { return width > 1 ? fmt::format("[{}:0] ", width - 1) : ""; }

// "  .Name(value)," lines, aligned.
std::string bindings(const std::vector<Binding>& list, std::string_view indent) {
  std::size_t widest = 0;
  for (const Binding& b : list) widest = std::max(widest, b.first.size());
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    out += fmt::format("{}.{:<{}}({}){}\n", indent, list[i].first, widest, list[i].second,
                       i + 1 < list.size() ? "," : "");
  }
  return out;
}

std::string print(const Instance& i) {
  std::string out;
  if (!i.comment.empty()) out += fmt::format("  // {}\n", i.comment);
  out += fmt::format("  {} ", i.module);
  if (!i.parameters.empty()) out += fmt::format("#(\n{}  ) ", bindings(i.parameters, "    "));
  out += fmt::format("{} (\n{}  );\n\n", i.name, bindings(i.ports, "    "));
  return out;
}

std::string print(const std::vector<Port>& ports, bool verification) {
  std::string out;
  bool first = !verification;
  for (const Port& p : ports) {
    if (p.verification != verification) continue;
    if (!first) out += ",\n";
    if (!p.heading.empty()) out += fmt::format("  // {}\n", p.heading);
    out += fmt::format("  {} wire {}{}", p.input ? "input " : "output", range(p.width), p.name);
    first = false;
  }
  return out + "\n";
}

}  // namespace

std::string print_constants(const Design& d) {
  std::string out = fmt::format("// Constants of {}: included inside its module.\n", d.top);
  for (const ConstantGroup& group : d.constants) {
    out += fmt::format("\n// {}\n", group.heading);
    for (const Constant& c : group.constants) {
      out += fmt::format("localparam {} = {};{}\n", c.name, c.value,
                         c.comment.empty() ? "" : "  // " + c.comment);
    }
  }
  return out;
}

std::string print_top(const Design& d) {
  std::string out;
  for (const std::string& line : d.header) out += line.empty() ? "//\n" : "// " + line + "\n";
  out += "`default_nettype none\n\n";
  out += fmt::format("module {} (\n{}", d.top, print(d.ports, false));
  out += fmt::format("`ifdef SNN_TRACE\n{}`endif\n);\n\n", print(d.ports, true));
  out += fmt::format("  `include \"{}_config.vh\"\n\n", d.top);
  out += fmt::format(
      "`ifndef SNN_TRACE\n  wire [{0}:0] stall_i;\n  assign stall_i = {1}'d0;\n`endif\n\n",
      d.stall_width - 1, d.stall_width);
  for (const Wire& w : d.wires) {
    out += fmt::format("  wire {}{};\n", range(w.width), w.name);
    if (!w.value.empty()) out += fmt::format("  assign {} = {};\n", w.name, w.value);
  }
  out += "\n";
  for (const Instance& i : d.instances) out += print(i);
  for (const auto& [port, value] : d.outputs)
    out += fmt::format("  assign {} = {};\n", port, value);
  out += "\n`ifdef SNN_TRACE\n";
  for (const auto& [port, value] : d.verification_outputs) {
    out += fmt::format("  assign {} = {};\n", port, value);
  }
  out += "`endif\n\n";
  out += "  wire unused;\n";
  out += fmt::format("  assign unused = &{{1'b0, {}}};\n\n",
                     fmt::join(d.unused, ",\n                  "));
  out += "endmodule\n\n`default_nettype wire\n";
  return out;
}

}  // namespace hillock::emit
