// hillock: entry point. Exit status: 0 done, 1 the input is at fault, 2 wrong usage, 3 RTL and
// model disagree, 70 a bug of ours.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>

#include "compiler/driver/cli.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/process.h"

namespace {

using hillock::support::DiagnosticKind;

// Runs the command, and sees to it that everything printed has arrived.
int run(int argc, char** argv) {
  const int status = hillock::driver::run_command_line({argv + 1, argv + argc});
  if (std::fflush(stdout) != 0) {
    hillock::support::fail(DiagnosticKind::OutputUnwritable, {"standard output"},
                           fmt::format("cannot be written: {}", std::strerror(errno)));
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const hillock::support::InputError& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  } catch (const hillock::driver::UsageError& e) {
    fmt::print(stderr, "hillock: {}\n  help: see `hillock --help`\n", e.what());
    return 2;
  } catch (const hillock::support::Interrupted& e) {
    // Everything has been cleaned up; the shell shall see what ended us.
    std::signal(e.signal(), SIG_DFL);
    std::raise(e.signal());
    return 1;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr,
               "hillock: error: out of memory\n  help: use a smaller network or fewer --jobs\n");
    return 1;
  } catch (const std::filesystem::filesystem_error& e) {
    // What the disk refuses where no message of ours knows better.
    fmt::print(stderr, "{}: error: {} [{}]\n  help: {}\n", e.path1().string(), e.code().message(),
               hillock::support::diagnostic_id(DiagnosticKind::OutputUnwritable),
               hillock::support::diagnostic_help(DiagnosticKind::OutputUnwritable));
    return 1;
  } catch (const std::exception& e) {
    fmt::print(
        stderr,
        "hillock: internal error: {}\n  help: this is a bug of Hillock; please report it with "
        "the command and the model\n",
        e.what());
    return 70;
  }
}
