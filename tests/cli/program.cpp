#include "tests/cli/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "compiler/support/file.h"

namespace hillock::tests {
namespace {

constexpr unsigned kSeconds = 120;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

bool is_error(const std::string& line) {
  return line.find("error: ") != std::string::npos && line.back() == ']' &&
         line.find(" [") != std::string::npos;
}

// What no user should ever see.
std::string entrails(const Run& run) {
  for (const char* bad : {"terminate called", "Traceback", "AddressSanitizer", "runtime error:",
                          "HDF5-DIAG", "internal error", "core dumped", "std::", "#000"}) {
    if (run.err.find(bad) != std::string::npos) return fmt::format("shows its entrails: {}", bad);
  }
  return "";
}

}  // namespace

Run hillock(const std::filesystem::path& folder, const std::vector<std::string>& arguments) {
  const std::filesystem::path out = folder / ".stdout";
  const std::filesystem::path err = folder / ".stderr";
  std::vector<std::string> words = {HILLOCK_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const int o = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int e = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (o < 0 || e < 0 || ::dup2(o, 1) < 0 || ::dup2(e, 2) < 0 || ::chdir(folder.c_str()) != 0) {
      ::_exit(127);
    }
    ::alarm(kSeconds);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  Run run{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), support::read_file(out),
          support::read_file(err)};
  std::filesystem::remove(out);
  std::filesystem::remove(err);
  return run;
}

std::string not_clean(const Run& run) {
  if (const std::string bad = entrails(run); !bad.empty()) return bad + "\n" + run.err;
  if (run.status == 0) return "";
  if (run.status != 1) return fmt::format("ended with status {}\n{}", run.status, run.err);
  const std::vector<std::string> lines = lines_of(run.err);
  for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
    if (!is_error(lines[i]) || lines[i + 1].rfind("  help: ", 0) != 0) {
      return "is not errors with help\n" + run.err;
    }
  }
  return lines.size() < 2 ? "says nothing\n" + run.err : "";
}

std::string not_one_error(const Run& run) {
  if (run.status != 1) return fmt::format("ended with status {}\n{}", run.status, run.err);
  if (const std::string bad = not_clean(run); !bad.empty()) return bad;
  if (!run.out.empty()) return "printed something to standard output\n" + run.out;
  const std::vector<std::string> lines = lines_of(run.err);
  const auto errors = std::count_if(lines.begin(), lines.end(), is_error);
  if (errors != 1) return fmt::format("says {} errors\n{}", errors, run.err);
  if (lines[0].rfind("error: ", 0) == 0) return "names no place\n" + run.err;
  return "";
}

std::string error_line(const Run& run) { return run.err.substr(0, run.err.find('\n')); }

std::string source(const std::string& path) { return std::string(HILLOCK_SOURCE "/") + path; }

}  // namespace hillock::tests
