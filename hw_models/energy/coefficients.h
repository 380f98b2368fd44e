// The coefficient tables of hw_models/tables: one JSON file a target, built into the program. Each
// entry carries its citation, node, voltage and width, and the note that says how it is scaled.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw_models/energy/interval.h"

namespace hillock::hw_models {

// "not stated" stands in a table where the source does not say: never a guess.
using Stated = std::optional<double>;

struct Coefficient {
  std::string id;    // "asic45.add"
  std::string role;  // what it is in the model: "add", "sram_read_base", ...
  double value = 0;  // as the source has it, in `unit`
  std::string unit;  // "pJ" or "uW"
  double scale = 1;  // from the source's node and voltage to the target's
  double low = 1;    // bounds, as factors of value * scale
  double high = 1;
  Stated node_nm;
  Stated voltage;
  Stated width;  // bits that the value was given for
  std::string citation;
  std::string note;

  // In joules or watts, for the width it was given for.
  [[nodiscard]] Interval base() const;
  // The same for one bit: base() / width. Throws std::logic_error where the width is not stated.
  [[nodiscard]] Interval per_bit() const;
  // The same for one bit by one bit of a multiplier: base() / width^2. Throws like per_bit().
  [[nodiscard]] Interval per_bit_product() const;
  // "asic45.add: 0.05 pJ (0.03-0.105) at 16 bits, 45 nm, 0.9 V; CITATION. NOTE"
  [[nodiscard]] std::string text() const;
};

// How well a calibrated table does on designs that were left out of its fit.
struct Calibration {
  int designs = 0;
  double mean_error = 0;  // of the energy of logic, relative
  double worst_error = 0;
  double kendall_tau = 0;  // of the designs' order
};

struct CoefficientTable {
  std::string target;
  std::string title;
  double clock_hz = 0;  // default clock
  double node_nm = 0;
  double voltage = 0;
  std::optional<Calibration> calibration;  // its logic is counted by logic_terms.h
  int memory_blocks = 0;                   // block RAMs of an FPGA; 0: memories are macros
  std::vector<std::string> missing;        // what no source gave
  std::vector<Coefficient> entries;

  // nullptr where the target has no such role.
  [[nodiscard]] const Coefficient* find(std::string_view role) const;
  // Throws std::logic_error where the target has no such role.
  [[nodiscard]] const Coefficient& at(std::string_view role) const;
};

// A published figure for the comparison: pJ per synaptic operation.
struct PublishedFigure {
  Coefficient figure;  // low and high are factors, as above
  std::string name;
};

// Parses a table. Throws std::logic_error, naming the entry, where something is missing, a citation
// or note is empty, or low <= 1 <= high does not hold: a table is ours, not the user's.
[[nodiscard]] CoefficientTable parse_table(std::string_view json);
[[nodiscard]] std::vector<PublishedFigure> parse_published(std::string_view json);

// A file of hw_models/tables as it is. Throws std::logic_error where there is none of that name.
[[nodiscard]] std::string_view table_text(std::string_view file);

// The tables built into the program, in order of target.
[[nodiscard]] const std::vector<CoefficientTable>& coefficient_tables();
[[nodiscard]] const std::vector<PublishedFigure>& published_figures();

// The table of a target. Throws BadOption, naming those there are, where there is none.
[[nodiscard]] const CoefficientTable& coefficients_of(std::string_view target);

}  // namespace hillock::hw_models
