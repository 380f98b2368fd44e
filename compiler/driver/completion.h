// Completion of the command line in shells, from the options that the program itself knows.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace hillock::driver {

// What `source` takes: of "bash", "zsh" or "fish". Throws UsageError for another shell.
[[nodiscard]] std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace hillock::driver
