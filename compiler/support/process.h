// Running other programs, without a shell.
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hillock::support {

struct ProcessOptions {
  double timeout_seconds = 0;         // 0: none
  std::function<void()> tick;         // called some times a second while the program runs
  std::filesystem::path output = {};  // standard output apart from the log, where not empty
};

// What run_process() gives where the program took longer than it may, and was killed.
constexpr int kTimedOut = -1;

// SIGINT, SIGTERM or SIGHUP arrived while programs ran. They have been killed, and nothing is left
// to do but to clean up and die of that signal.
class Interrupted : public std::exception {
 public:
  explicit Interrupted(int signal) : signal_(signal) {}
  [[nodiscard]] int signal() const { return signal_; }
  [[nodiscard]] const char* what() const noexcept override { return "interrupted"; }

 private:
  int signal_;
};

// Runs argv[0] (looked up on PATH) in folder `cwd` with both outputs in the file `log`, and waits.
// The exit status; 127 where it could not be started, 128 + n where signal n ended it. The program
// and all that it starts are one process group, which does not outlive a timeout, an interrupt
// (throws Interrupted) or, as for the program itself, this process.
[[nodiscard]] int run_process(const std::vector<std::string>& argv,
                              const std::filesystem::path& cwd, const std::filesystem::path& log,
                              const ProcessOptions& options = {});

// The first of the names that is on PATH, or "".
[[nodiscard]] std::string find_program(const std::vector<std::string>& names);

}  // namespace hillock::support
