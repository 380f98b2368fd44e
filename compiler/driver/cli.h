// The command line: verbs, options, help.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/options.h"

namespace hillock::driver {

// Runs one command; the exit status. Throws InputError and UsageError.
int run_command_line(std::vector<std::string> arguments);

}  // namespace hillock::driver
