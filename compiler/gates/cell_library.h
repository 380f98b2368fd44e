// Standard cells as a Liberty file describes them: what they compute, and what their power and the
// slews at their outputs depend on. SI units throughout.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/gates/boolean_expression.h"
#include "compiler/gates/liberty_syntax.h"
#include "compiler/gates/lookup_table.h"

namespace hillock::gates {

// Variables of a cell's expressions are its pins by index; from kStates on a flip-flop's IQ and
// IQN.
constexpr int kStates = 1000;

// A group internal_power of a pin. Energy that a transition of the pin takes inside of the cell, of
// an input alone by slew, of an output by the slew at `related` and the load.
struct InternalPower {
  std::vector<int> related;               // pins; empty: the pin itself
  std::optional<BooleanExpression> when;  // of the pins
  LookupTable rise;                       // joule; may be empty
  LookupTable fall;
};

enum class Unate { Positive, Negative, Neither };

// From an input to this output: the slew of the output.
struct TransitionArc {
  std::vector<int> related;
  Unate unate = Unate::Neither;
  bool edge = false;  // a clock's edge, not a level
  LookupTable rise;   // seconds
  LookupTable fall;
};

struct CellPin {
  std::string name;
  bool input = false;
  bool output = false;
  bool clock = false;
  double rise_capacitance = 0;  // farad
  double fall_capacitance = 0;
  std::optional<BooleanExpression> function;  // of an output
  std::vector<InternalPower> power;
  std::vector<TransitionArc> arcs;
};

struct FlipFlop {
  BooleanExpression clocked_on;
  BooleanExpression next_state;
  std::optional<BooleanExpression> clear;   // IQ = 0, at once
  std::optional<BooleanExpression> preset;  // IQ = 1, at once
  int clock_pin = 0;
  bool falling = false;  // takes its data at the falling edge of that pin
};

struct Leakage {
  std::optional<BooleanExpression> when;
  double watts = 0;
};

struct LibraryCell {
  std::string name;
  double area = 0;  // in the library's unit
  bool dont_use = false;
  std::vector<CellPin> pins;
  std::optional<FlipFlop> flip_flop;
  bool unsupported_state = false;  // a latch, or a state of another form
  std::vector<Leakage> leakage;
  double default_leakage = 0;  // watt, where no `when` holds

  [[nodiscard]] int pin(std::string_view name) const;  // -1 where there is none
};

// Capacitance that a net has by its fan-out, before its wires are known.
struct WireLoad {
  std::string name;
  std::vector<std::pair<int, double>> length;  // by fan-out, ascending
  double slope = 0;                            // of length beyond the last
  double capacitance = 0;                      // farad a unit of length

  [[nodiscard]] double farads(int fanout) const;
};

struct CellLibrary {
  std::string name;
  double voltage = 0;
  std::map<std::string, LibraryCell> cells;
  std::optional<WireLoad> wire_load;  // the library's default
};

// Makes sense of a Liberty file; `file` is its name for messages. Throws InputError (bad-liberty)
// with the line where a table's sizes do not fit, an expression names a pin that is not there, a
// number is none, a unit is unknown.
[[nodiscard]] CellLibrary read_cell_library(const LibertyGroup& library, const std::string& file);

}  // namespace hillock::gates
