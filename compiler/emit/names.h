// Verilog identifiers from names that people gave.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace hillock::emit {

// Letters, digits and underscores, starting with a letter, not a keyword, not taken before.
class NameTable {
 public:
  // lower_snake_case, for example "1.lif" -> "n1_lif".
  [[nodiscard]] std::string unique(std::string_view wanted);

 private:
  std::set<std::string> taken_;
};

// "hidden_layer" -> "HiddenLayer", for localparams.
[[nodiscard]] std::string camel_case(std::string_view snake);

}  // namespace hillock::emit
