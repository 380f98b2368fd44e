#include "compiler/emit/names.h"

#include <fmt/format.h>

#include <cctype>

namespace hillock::emit {
namespace {

// The keywords of Verilog-2005 and SystemVerilog: the latter because people include the files
// there.
const std::set<std::string_view> kKeywords = {
    "accept_on",    "alias",     "always",        "always_comb", "always_ff",
    "always_latch", "and",       "assert",        "assign",      "assume",
    "automatic",    "before",    "begin",         "bind",        "bins",
    "binsof",       "bit",       "break",         "buf",         "bufif0",
    "bufif1",       "byte",      "case",          "casex",       "casez",
    "cell",         "chandle",   "checker",       "class",       "clocking",
    "cmos",         "config",    "const",         "constraint",  "context",
    "continue",     "cover",     "covergroup",    "coverpoint",  "cross",
    "deassign",     "default",   "defparam",      "design",      "disable",
    "dist",         "do",        "edge",          "else",        "end",
    "endcase",      "endclass",  "endmodule",     "endfunction", "endgenerate",
    "endtask",      "enum",      "event",         "eventually",  "expect",
    "export",       "extends",   "extern",        "final",       "first_match",
    "for",          "force",     "foreach",       "forever",     "fork",
    "function",     "generate",  "genvar",        "global",      "highz0",
    "highz1",       "if",        "iff",           "ifnone",      "implements",
    "implies",      "import",    "incdir",        "include",     "initial",
    "inout",        "input",     "inside",        "instance",    "int",
    "integer",      "interface", "intersect",     "join",        "large",
    "let",          "liblist",   "library",       "local",       "localparam",
    "logic",        "longint",   "macromodule",   "matches",     "medium",
    "modport",      "module",    "nand",          "negedge",     "nettype",
    "new",          "nexttime",  "nmos",          "nor",         "not",
    "null",         "or",        "output",        "package",     "packed",
    "parameter",    "pmos",      "posedge",       "primitive",   "priority",
    "program",      "property",  "protected",     "pull0",       "pull1",
    "pulldown",     "pullup",    "pure",          "rand",        "randc",
    "randcase",     "real",      "realtime",      "ref",         "reg",
    "release",      "repeat",    "restrict",      "return",      "rnmos",
    "rpmos",        "rtran",     "scalared",      "sequence",    "shortint",
    "shortreal",    "signed",    "small",         "soft",        "solve",
    "specify",      "specparam", "static",        "string",      "strong",
    "strong0",      "strong1",   "struct",        "super",       "supply0",
    "supply1",      "table",     "tagged",        "task",        "this",
    "throughout",   "time",      "timeprecision", "timeunit",    "tran",
    "tri",          "tri0",      "tri1",          "triand",      "trior",
    "trireg",       "type",      "typedef",       "union",       "unique",
    "unsigned",     "until",     "untyped",       "use",         "uwire",
    "var",          "vectored",  "virtual",       "void",        "wait",
    "wand",         "weak",      "weak0",         "weak1",       "while",
    "wildcard",     "wire",      "with",          "within",      "wor",
    "xnor",         "xor"};

}  // namespace

std::string NameTable::unique(std::string_view wanted) {
  std::string name;
  for (const char c : wanted) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = u < 128 && std::isalnum(u) != 0;
    if (plain)
      name += static_cast<char>(std::tolower(u));
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) {
    name.insert(0, "n");
  }
  if (kKeywords.count(name) != 0) name += "_net";
  std::string candidate = name;
  for (int i = 2; !taken_.insert(candidate).second; ++i) candidate = fmt::format("{}_{}", name, i);
  return candidate;
}

std::string camel_case(std::string_view snake) {
  std::string out;
  bool upper = true;
  for (const char c : snake) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return out;
}

}  // namespace hillock::emit
