// What `explore` searches: axes of options of `compile`, each with the words to try.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/driver/options.h"

namespace hillock::driver {

// Words of the options that decide the integers, by option without its dashes: {"weight-bits",
// "4"}. An option that is not there is left to `compile`.
using Choice = std::map<std::string, std::string>;

// The word of a list that leaves an option to `compile`.
inline constexpr const char* kChosen = "chosen";

// An axis: the option, and what to try for it.
struct Axis {
  std::string option;  // one of axis_options()
  std::vector<std::string> words;
};

// weight-bits, decay-form, decay-bits, membrane-bits, fraction-bits, timesteps.
[[nodiscard]] const std::vector<std::string>& axis_options();

// "2,4,6+output=8" -> words; within one, + joins what the option itself joins with a comma. Throws
// UsageError where a word is empty or there twice.
[[nodiscard]] std::vector<std::string> parse_words(const std::string& option,
                                                   const std::string& text);

// All combinations; those that differ least from the first words come first, so that a budget cuts
// off the most unusual. Of the weight bits the first word comes first.
[[nodiscard]] std::vector<Choice> all_choices(const std::vector<Axis>& axes);

// Sets what a choice says. Throws UsageError for a word that its option does not take.
void apply_choice(const Choice& choice, CompileOptions& options);

}  // namespace hillock::driver
