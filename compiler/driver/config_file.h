// --config FILE.json: options from a file.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace hillock::driver {

enum class OptionKind { Unknown, Flag, Value };

// Appends the options of the file that --config names, as far as the command line does not give
// them itself. Keys are long option names, with - or _; values are strings, numbers, true and false
// (of an option with a value: on and off), or, for options per population, an object of values by
// name. `kind_of` knows the verb's options, for example "--lanes". Throws InputError (bad-json).
[[nodiscard]] std::vector<std::string> with_config_file(
    std::vector<std::string> arguments,
    const std::function<OptionKind(const std::string& option)>& kind_of);

}  // namespace hillock::driver
