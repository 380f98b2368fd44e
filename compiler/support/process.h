// Running other programs, without a shell.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hillock::support {

// Runs argv[0] (looked up on PATH) in folder `cwd` with both outputs in the file `log`, and waits.
// The exit status; 127 where it could not be started, 128 + n where signal n ended it.
[[nodiscard]] int run_process(const std::vector<std::string>& argv,
                              const std::filesystem::path& cwd, const std::filesystem::path& log);

// The first of the names that is on PATH, or "".
[[nodiscard]] std::string find_program(const std::vector<std::string>& names);

}  // namespace hillock::support
