// Verilog identifiers from names that people gave.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hillock::emit {

// Letters, digits and underscores, starting with a letter, not a keyword, not taken before.
class NameTable {
 public:
  // lower_snake_case, for example "1.lif" -> "n1_lif".
  [[nodiscard]] std::string unique(std::string_view wanted);
  // Also no prefix of an earlier one up to an underscore, nor the other way round: names made as
  // PREFIX_... differ then.
  [[nodiscard]] std::string unique_prefix(std::string_view wanted);
  // Also different from all others once in camel case.
  [[nodiscard]] std::string unique_camel(std::string_view wanted);
  // Names that are not to be given, nor used as prefixes.
  void reserve(const std::vector<std::string>& names);

 private:
  std::set<std::string> taken_;
};

// "hidden_layer" -> "HiddenLayer", for localparams.
[[nodiscard]] std::string camel_case(std::string_view snake);

}  // namespace hillock::emit
