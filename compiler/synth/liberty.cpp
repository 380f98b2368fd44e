#include "compiler/synth/liberty.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "compiler/gates/liberty_syntax.h"

namespace hillock::synth {
namespace {

using gates::LibertyAttribute;
using gates::LibertyGroup;

double number_of(const LibertyGroup& g, const char* name) {
  return std::atof(g.text(name).c_str());
}

// Femtofarad in the library's unit of capacitance.
double unit_ff(const LibertyGroup& library) {
  const LibertyAttribute* a = library.find("capacitive_load_unit");
  if (a == nullptr || a->values.size() != 2) return 1000;
  std::string unit = a->values[1];
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::atof(a->values[0].c_str()) * (unit == "pf" ? 1000 : 1);
}

// The input of a buffer, a cell with one input and one output, which is that input; else nullptr.
const LibertyGroup* buffer_input(const LibertyGroup& cell) {
  const LibertyGroup* in = nullptr;
  const LibertyGroup* out = nullptr;
  for (const LibertyGroup& p : cell.groups) {
    if (p.kind != "pin") continue;
    const std::string direction = p.text("direction");
    const LibertyGroup*& of = direction == "input" ? in : out;
    if (direction != "input" && direction != "output") continue;
    if (of != nullptr) return nullptr;
    of = &p;
  }
  if (in == nullptr || out == nullptr) return nullptr;
  std::string f = out->text("function");
  f.erase(
      std::remove_if(f.begin(), f.end(), [](char c) { return c == '(' || c == ')' || c == ' '; }),
      f.end());
  return f == in->name() ? in : nullptr;
}

}  // namespace

Liberty read_liberty(const std::string& text, const std::string& file) {
  const LibertyGroup library = gates::parse_liberty(text, file);
  Liberty out;
  out.name = library.name();
  for (const LibertyGroup& cell : library.groups) {
    if (cell.kind != "cell") continue;
    const double area = number_of(cell, "area");
    out.area[cell.name()] = area;
    if (cell.find_group("ff") != nullptr) out.flip_flops.insert(cell.name());
    const LibertyGroup* in = cell.text("dont_use") == "true" ? nullptr : buffer_input(cell);
    if (in != nullptr && (out.buffer.empty() || area < out.area.at(out.buffer))) {
      out.buffer = cell.name();
      out.buffer_input_ff = number_of(*in, "capacitance") * unit_ff(library);
    }
  }
  if (out.flip_flops.empty())
    gates::liberty_fault(file, library.line, "the library has no flip-flop");
  if (out.buffer.empty()) {
    gates::liberty_fault(file, library.line,
                         "the library has no buffer, a cell with one input whose function is that "
                         "input");
  }
  return out;
}

}  // namespace hillock::synth
