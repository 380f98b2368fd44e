// Small faults in Verilog source: which there are, and a source that has all of them at once, of
// which a number chooses one.
//
// The source is not understood, it is cut into tokens. What is changed is what is evaluated at run
// time: right-hand sides, conditions of `if` in always blocks, what is connected to inputs of
// instances. Parameters, generate conditions, widths and constant functions stay as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hillock::mutation {

// `key` names a mutant for good: the module, the statement that it is in, and what is changed.
// Neither it nor the number, which is made from it, changes with what is elsewhere in the file.
struct Mutant {
  std::string key;
  unsigned number = 0;
  int line = 0;
};

struct Mutated {
  std::vector<Mutant> mutants;
  // For Verilator: with HILLOCK_MUTANT = first + i in the environment it behaves as mutants[i],
  // with any other number, or none, as the original.
  std::string all;
};

[[nodiscard]] Mutated mutate(std::string_view source);

// The source with one mutant alone, as plain Verilog.
[[nodiscard]] std::string with_mutant(std::string_view source, const std::string& key);

}  // namespace hillock::mutation
