// A Liberty file as it is written: groups "name (arguments) { ... }" with attributes "name :
// value;" and "name (values);". What the words mean is cell_library's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hillock::gates {

struct LibertyAttribute {
  std::string name;
  std::vector<std::string> values;  // a simple attribute has one
  int line = 0;
};

struct LibertyGroup {
  std::string kind;                    // "cell", "pin", "internal_power"
  std::vector<std::string> arguments;  // ("A", "B")
  int line = 0;
  std::vector<LibertyAttribute> attributes;
  std::vector<LibertyGroup> groups;

  // The first of that name; nullptr where there is none.
  [[nodiscard]] const LibertyAttribute* find(std::string_view name) const;
  // The first value of that attribute; "" where there is none.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] const LibertyGroup* find_group(std::string_view kind) const;
  // The first argument; "" where there is none.
  [[nodiscard]] const std::string& name() const;
};

// The one group library (...) of a file. Throws InputError (bad-liberty) at `file`, with the line,
// where the text is none: a bracket or quotation left open, nesting deeper than 64 groups, text
// that is not inside a library.
[[nodiscard]] LibertyGroup parse_liberty(std::string_view text, const std::string& file);

// Stops with InputError (bad-liberty) at a line of a Liberty file.
[[noreturn]] void liberty_fault(const std::string& file, int line, const std::string& what);

// A word of a file that may be anything, for a message.
[[nodiscard]] std::string printable(std::string_view word);

}  // namespace hillock::gates
