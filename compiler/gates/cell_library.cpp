#include "compiler/gates/cell_library.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace hillock::gates {
namespace {

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

class Reader {
 public:
  Reader(const LibertyGroup& library, const std::string& file) : lib_(library), file_(file) {}

  CellLibrary read() {
    CellLibrary out;
    out.name = lib_.name();
    units();
    templates();
    out.voltage = supply() * volt_;
    wire_load(out);
    const LibertyAttribute* leak = lib_.find("default_cell_leakage_power");
    default_leakage_ = leak == nullptr ? 0 : number(*leak) * watt_;
    for (const LibertyGroup& g : lib_.groups) {
      if (g.kind != "cell") continue;
      if (g.name().empty()) fault(g.line, "a cell without a name");
      out.cells.insert_or_assign(g.name(), cell(g));
    }
    return out;
  }

 private:
  struct Template {
    std::vector<std::string> variables;
    std::vector<std::vector<double>> axes;
  };

  [[noreturn]] void fault(int line, const std::string& what) const {
    liberty_fault(file_, line, what);
  }

  double number(const std::string& text, int line) const {
    char* end = nullptr;
    const double v = std::strtod(text.c_str(), &end);
    while (*end == ' ') ++end;
    if (text.empty() || *end != '\0' || !std::isfinite(v))
      fault(line, fmt::format("\"{}\" is not a number", printable(text)));
    return v;
  }
  double number(const LibertyAttribute& a) const {
    return number(a.values.empty() ? "" : a.values[0], a.line);
  }
  double number_or(const LibertyGroup& g, std::string_view name, double otherwise) const {
    const LibertyAttribute* a = g.find(name);
    return a == nullptr ? otherwise : number(*a);
  }

  // "1ns", and of capacitive_load_unit (1, pf)
  double unit(const LibertyAttribute* a, double otherwise) const {
    if (a == nullptr) return otherwise;
    std::string text;
    for (const std::string& v : a->values) text += v;
    char* end = nullptr;
    const double v = std::strtod(text.c_str(), &end);
    const std::string name = lower(end);
    if (end == text.c_str() || v <= 0 || !std::isfinite(v) || name.empty())
      fault(a->line, fmt::format("\"{}\" is not a unit", printable(text)));
    const std::map<char, double> prefixes = {{'f', 1e-15}, {'p', 1e-12}, {'n', 1e-9},
                                             {'u', 1e-6},  {'m', 1e-3},  {'k', 1e3}};
    const auto is_unit = [](const std::string& word) {
      return word == "s" || word == "v" || word == "f" || word == "w" || word == "a";
    };
    if (is_unit(name)) return v;
    const auto prefix = prefixes.find(name[0]);
    if (prefix == prefixes.end() || !is_unit(name.substr(1)))
      fault(a->line, fmt::format("\"{}\" is not a unit", printable(text)));
    return v * prefix->second;
  }

  void units() {
    second_ = unit(lib_.find("time_unit"), 1e-9);
    volt_ = unit(lib_.find("voltage_unit"), 1);
    farad_ = unit(lib_.find("capacitive_load_unit"), 1e-12);
    watt_ = unit(lib_.find("leakage_power_unit"), 1e-9);
    joule_ = volt_ * volt_ * farad_;
  }

  double supply() const {
    const std::string corner = lib_.text("default_operating_conditions");
    for (const LibertyGroup& g : lib_.groups) {
      if (g.kind == "operating_conditions" && g.name() == corner && g.find("voltage") != nullptr)
        return number(*g.find("voltage"));
    }
    const LibertyAttribute* nominal = lib_.find("nom_voltage");
    if (nominal == nullptr) fault(lib_.line, "the library does not say its voltage");
    return number(*nominal);
  }

  void wire_load(CellLibrary& out) const {
    const std::string wanted = lib_.text("default_wire_load");
    for (const LibertyGroup& g : lib_.groups) {
      if (wanted.empty() || g.kind != "wire_load" || g.name() != wanted) continue;
      WireLoad w;
      w.name = wanted;
      w.slope = number_or(g, "slope", 0);
      w.capacitance = number_or(g, "capacitance", 0) * farad_;
      for (const LibertyAttribute& a : g.attributes) {
        if (a.name != "fanout_length") continue;
        if (a.values.size() < 2) fault(a.line, "fanout_length takes two numbers");
        const double fanout = number(a.values[0], a.line);
        if (fanout < 0 || fanout > 1e6) fault(a.line, "a fan-out out of range");
        w.length.emplace_back(static_cast<int>(fanout), number(a.values[1], a.line));
      }
      std::sort(w.length.begin(), w.length.end());
      out.wire_load = std::move(w);
    }
  }

  std::vector<double> numbers(const std::vector<std::string>& texts, int line) const {
    std::vector<double> out;
    for (std::string text : texts) {
      std::replace(text.begin(), text.end(), ',', ' ');
      std::istringstream in(text);
      for (std::string word; in >> word;) out.push_back(number(word, line));
    }
    return out;
  }

  void templates() {
    for (const LibertyGroup& g : lib_.groups) {
      if (g.kind != "lu_table_template" && g.kind != "power_lut_template") continue;
      Template t;
      for (int axis = 1; axis <= 3; ++axis) {
        const std::string variable = g.text(fmt::format("variable_{}", axis));
        if (variable.empty()) break;
        t.variables.push_back(variable);
        const LibertyAttribute* index = g.find(fmt::format("index_{}", axis));
        t.axes.push_back(index == nullptr ? std::vector<double>{}
                                          : numbers(index->values, index->line));
      }
      templates_[g.name()] = std::move(t);
    }
  }

  // `unit` is that of the values.
  LookupTable table(const LibertyGroup* g, double unit) const {
    LookupTable out;
    if (g == nullptr) return out;
    Template t;
    if (g->name() != "scalar" && !g->name().empty()) {
      const auto at = templates_.find(g->name());
      if (at == templates_.end())
        fault(g->line, fmt::format("there is no template {}", printable(g->name())));
      t = at->second;
    }
    for (std::size_t axis = 0; axis < t.variables.size(); ++axis) {
      const LibertyAttribute* index = g->find(fmt::format("index_{}", axis + 1));
      if (index != nullptr) t.axes[axis] = numbers(index->values, index->line);
    }
    const LibertyAttribute* v = g->find("values");
    if (v == nullptr) fault(g->line, "a table without values");
    std::vector<double> values = numbers(v->values, v->line);
    std::size_t size = 1;
    for (const std::vector<double>& axis : t.axes) {
      for (std::size_t i = 1; i < axis.size(); ++i) {
        if (axis[i] <= axis[i - 1]) fault(g->line, "an index that does not ascend");
      }
      size *= axis.size();
    }
    if (values.size() != size) {
      fault(v->line, fmt::format("{} values in a table of {}", values.size(), size));
    }
    for (double& x : values) x *= unit;
    orient(*g, t, std::move(values), out);
    return out;
  }

  // As [slew][load], whatever the order of the variables.
  void orient(const LibertyGroup& g, Template& t, std::vector<double> values,
              LookupTable& out) const {
    if (t.axes.empty()) {
      out.values = std::move(values);
      return;
    }
    const auto is_slew = [](const std::string& v) {
      return v == "input_net_transition" || v == "input_transition_time";
    };
    const auto is_load = [](const std::string& v) { return v == "total_output_net_capacitance"; };
    for (std::size_t axis = 0; axis < t.axes.size(); ++axis) {
      if (!is_slew(t.variables[axis]) && !is_load(t.variables[axis])) {
        fault(g.line, fmt::format("a table over {}, which is not understood",
                                  printable(t.variables[axis])));
      }
      for (double& x : t.axes[axis]) x *= is_slew(t.variables[axis]) ? second_ : farad_;
    }
    if (t.axes.size() == 1) {
      (is_slew(t.variables[0]) ? out.slew : out.load) = t.axes[0];
      out.values = std::move(values);
      return;
    }
    if (t.axes.size() > 2 || is_slew(t.variables[0]) == is_slew(t.variables[1]))
      fault(g.line, "a table that is not over slew and load");
    const bool slew_first = is_slew(t.variables[0]);
    out.slew = t.axes[slew_first ? 0 : 1];
    out.load = t.axes[slew_first ? 1 : 0];
    out.values.resize(values.size());
    for (std::size_t s = 0; s < out.slew.size(); ++s) {
      for (std::size_t l = 0; l < out.load.size(); ++l) {
        out.values[s * out.load.size() + l] =
            values[slew_first ? s * out.load.size() + l : l * out.slew.size() + s];
      }
    }
  }

  // `states`: names of a flip-flop's IQ and IQN.
  BooleanExpression expression(const std::string& text, int line, const LibraryCell& c,
                               const std::vector<std::string>& states = {}) const {
    const auto variable = [&](std::string_view name) {
      for (std::size_t s = 0; s < states.size(); ++s) {
        if (states[s] == name) return kStates + static_cast<int>(s);
      }
      return c.pin(name);
    };
    try {
      return {text, variable};
    } catch (const std::invalid_argument& e) {
      fault(line, fmt::format("\"{}\" is not understood: {}", printable(text), e.what()));
    }
  }
  std::optional<BooleanExpression> expression_of(
      const LibertyGroup& g, const char* name, const LibraryCell& c,
      const std::vector<std::string>& states = {}) const {
    const LibertyAttribute* a = g.find(name);
    if (a == nullptr || a->values.empty()) return std::nullopt;
    return expression(a->values[0], a->line, c, states);
  }

  std::vector<int> related(const LibertyGroup& g, const LibraryCell& c) const {
    std::vector<int> out;
    const LibertyAttribute* a = g.find("related_pin");
    if (a == nullptr || a->values.empty()) return out;
    std::istringstream in(a->values[0]);
    for (std::string name; in >> name;) {
      const int pin = c.pin(name);
      if (pin < 0) fault(a->line, fmt::format("there is no pin {}", printable(name)));
      out.push_back(pin);
    }
    return out;
  }

  LibraryCell cell(const LibertyGroup& g) const {
    LibraryCell c;
    c.name = g.name();
    c.area = number_or(g, "area", 0);
    c.dont_use = g.text("dont_use") == "true";
    const LibertyAttribute* leak = g.find("cell_leakage_power");
    c.default_leakage = leak == nullptr ? default_leakage_ : number(*leak) * watt_;
    // Pins first: expressions name any of them.
    std::vector<const LibertyGroup*> groups;
    std::vector<std::string> grounds;
    for (const LibertyGroup& p : g.groups) {
      if (p.kind == "pg_pin" && p.text("pg_type").find("ground") != std::string::npos)
        grounds.push_back(p.name());
      if (p.kind == "bus" || p.kind == "bundle") c.unsupported_state = true;
      if (p.kind != "pin") continue;
      for (const std::string& name : p.arguments) {
        if (c.pins.size() >= static_cast<std::size_t>(kStates))
          fault(p.line, "more pins than a cell has");
        c.pins.push_back(pin(p, name));
        groups.push_back(&p);
      }
    }
    const std::vector<std::string> states = state(g, c);
    for (std::size_t p = 0; p < c.pins.size(); ++p) {
      if (c.pins[p].output && !c.unsupported_state)
        c.pins[p].function = expression_of(*groups[p], "function", c, states);
      power_and_slews(*groups[p], c, grounds, c.pins[p]);
    }
    for (const LibertyGroup& l : g.groups) {
      if (l.kind != "leakage_power") continue;
      const LibertyAttribute* v = l.find("value");
      if (v == nullptr) fault(l.line, "leakage without a value");
      const std::string pg = l.text("related_pg_pin");
      if (std::find(grounds.begin(), grounds.end(), pg) != grounds.end()) continue;
      c.leakage.push_back({expression_of(l, "when", c), number(*v) * watt_});
    }
    return c;
  }

  CellPin pin(const LibertyGroup& g, const std::string& name) const {
    CellPin p;
    p.name = name;
    const std::string direction = g.text("direction");
    p.input = direction == "input";
    p.output = direction == "output";
    p.clock = g.text("clock") == "true";
    const double c = number_or(g, "capacitance", 0);
    p.rise_capacitance = number_or(g, "rise_capacitance", c) * farad_;
    p.fall_capacitance = number_or(g, "fall_capacitance", c) * farad_;
    return p;
  }

  // What the cell stores; the names of its states.
  std::vector<std::string> state(const LibertyGroup& g, LibraryCell& c) const {
    for (const char* kind : {"latch", "statetable", "ff_bank", "latch_bank"}) {
      if (g.find_group(kind) != nullptr) c.unsupported_state = true;
    }
    const LibertyGroup* ff = g.find_group("ff");
    if (ff == nullptr) return {};
    FlipFlop f;
    const auto clocked_on = expression_of(*ff, "clocked_on", c, ff->arguments);
    const auto next_state = expression_of(*ff, "next_state", c, ff->arguments);
    if (!clocked_on || !next_state) fault(ff->line, "a flip-flop without clocked_on or next_state");
    f.clocked_on = *clocked_on;
    f.next_state = *next_state;
    const std::vector<int> clock = f.clocked_on.variables();
    if (clock.size() != 1 || clock[0] >= kStates) {
      c.unsupported_state = true;
      return ff->arguments;
    }
    f.clock_pin = clock[0];
    f.falling = (f.clocked_on.evaluate([](int) { return ~std::uint64_t{0}; }) & 1U) == 0;
    f.clear = expression_of(*ff, "clear", c, ff->arguments);
    f.preset = expression_of(*ff, "preset", c, ff->arguments);
    c.pins[static_cast<std::size_t>(f.clock_pin)].clock = true;
    c.flip_flop = std::move(f);
    return ff->arguments;
  }

  void power_and_slews(const LibertyGroup& g, const LibraryCell& c,
                       const std::vector<std::string>& grounds, CellPin& pin) const {
    for (const LibertyGroup& i : g.groups) {
      if (i.kind == "internal_power") {
        const std::string pg = i.text("related_pg_pin");
        if (std::find(grounds.begin(), grounds.end(), pg) != grounds.end()) continue;
        InternalPower p;
        p.related = related(i, c);
        p.when = expression_of(i, "when", c);
        p.rise = table(i.find_group("rise_power"), joule_);
        p.fall = table(i.find_group("fall_power"), joule_);
        if (const LibertyGroup* both = i.find_group("power")) p.rise = p.fall = table(both, joule_);
        pin.power.push_back(std::move(p));
      } else if (i.kind == "timing" && pin.output) {
        const std::string type = i.text("timing_type");
        if (!type.empty() && type != "combinational" && type != "rising_edge" &&
            type != "falling_edge")
          continue;  // constraints, three-state, clear
        TransitionArc a;
        a.related = related(i, c);
        a.edge = type == "rising_edge" || type == "falling_edge";
        const std::string sense = i.text("timing_sense");
        a.unate = sense == "positive_unate"   ? Unate::Positive
                  : sense == "negative_unate" ? Unate::Negative
                                              : Unate::Neither;
        a.rise = table(i.find_group("rise_transition"), second_);
        a.fall = table(i.find_group("fall_transition"), second_);
        pin.arcs.push_back(std::move(a));
      }
    }
  }

  const LibertyGroup& lib_;
  const std::string& file_;
  double second_ = 1e-9;
  double volt_ = 1;
  double farad_ = 1e-12;
  double watt_ = 1e-9;
  double joule_ = 1e-12;
  double default_leakage_ = 0;
  std::map<std::string, Template> templates_;
};

}  // namespace

int LibraryCell::pin(std::string_view of) const {
  for (std::size_t p = 0; p < pins.size(); ++p) {
    if (pins[p].name == of) return static_cast<int>(p);
  }
  return -1;
}

double WireLoad::farads(int fanout) const {
  if (length.empty() || fanout <= 0) return 0;
  // Between two entries a straight line; beyond the last, its slope.
  double l = length.back().second + slope * (fanout - length.back().first);
  for (std::size_t i = 0; i < length.size(); ++i) {
    if (fanout > length[i].first) continue;
    l = length[i].second;
    if (i > 0 && fanout < length[i].first) {
      const double step = length[i].first - length[i - 1].first;
      l = length[i - 1].second +
          (fanout - length[i - 1].first) * (length[i].second - length[i - 1].second) / step;
    }
    break;
  }
  return l * capacitance;
}

CellLibrary read_cell_library(const LibertyGroup& library, const std::string& file) {
  return Reader(library, file).read();
}

}  // namespace hillock::gates
