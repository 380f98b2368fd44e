// --config FILE.json: options from a file.
#pragma once

#include <string>
#include <vector>

namespace hillock::driver {

// Appends the options of the file that --config names, as far as the command line does not give them
// itself. Keys are long option names, with - or _; values are strings, numbers, true for a flag, or,
// for options per population, an object {"name": value}. Throws InputError (bad-json).
[[nodiscard]] std::vector<std::string> with_config_file(std::vector<std::string> arguments);

}  // namespace hillock::driver
