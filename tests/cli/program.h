// Runs the built program as its users do, and judges how it ends.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hillock::tests {

struct Run {
  int status = 0;  // 128 + n where signal n ended it; SIGALRM after two minutes
  std::string out;
  std::string err;
};

// hillock ARGUMENTS in the folder.
[[nodiscard]] Run hillock(const std::filesystem::path& folder,
                          const std::vector<std::string>& arguments);

// "" where the run ended with status 1 and said exactly one thing: one line with the place, the
// error and its id, and what to do about it; else what is wrong with it.
[[nodiscard]] std::string not_one_error(const Run& run);

// "" where the run is either done or refused cleanly, with one or more errors.
[[nodiscard]] std::string not_clean(const Run& run);

// The first line of what went to standard error.
[[nodiscard]] std::string error_line(const Run& run);

// A file or folder of the repository.
[[nodiscard]] std::string source(const std::string& path);

}  // namespace hillock::tests
