// Child processes: statuses, outputs, timeouts, and that nothing outlives them.
#include "compiler/support/process.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "compiler/support/file.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

namespace fs = std::filesystem;
using support::run_process;

int shell(const fs::path& folder, const std::string& script,
          const support::ProcessOptions& options = {}) {
  return run_process({"sh", "-c", script}, folder, folder / "log.txt", options);
}

// Whether the process whose id a shell wrote into the file still runs; a moment is granted.
bool lives(const fs::path& file) {
  const int pid = std::stoi(support::read_file(file));
  for (int i = 0; i < 100; ++i) {
    const fs::path stat = "/proc/" + std::to_string(pid) + "/stat";
    if (::kill(pid, 0) != 0) return false;
    // A zombie that nobody reaps is as good as gone.
    if (fs::exists(stat) && support::read_file(stat).find(") Z ") != std::string::npos)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

TEST_CASE("a program's status and outputs", "[support]") {
  const TemporaryFolder folder;
  CHECK(shell(folder / "", "echo out; echo err >&2; exit 3") == 3);
  CHECK(support::read_file(folder / "log.txt") == "out\nerr\n");
  CHECK(shell(folder / "", "kill -9 $$") == 128 + 9);
  CHECK(run_process({"no-such-program"}, folder / "", folder / "log.txt") == 127);
  CHECK(shell(folder / "", "echo out; echo err >&2", {0, {}, folder / "out.txt"}) == 0);
  CHECK(support::read_file(folder / "out.txt") == "out\n");
  CHECK(support::read_file(folder / "log.txt") == "err\n");
}

TEST_CASE("a timeout ends the program and what it started", "[support]") {
  const TemporaryFolder folder;
  int ticks = 0;
  CHECK(shell(folder / "", "sleep 60 & echo $! > pid; wait", {0.5, [&] { ++ticks; }, {}}) ==
        support::kTimedOut);
  CHECK(ticks > 0);
  CHECK_FALSE(lives(folder / "pid"));
}

TEST_CASE("an interrupt ends the program, and is told", "[support]") {
  const TemporaryFolder folder;
  struct sigaction before {};
  ::sigaction(SIGTERM, nullptr, &before);
  std::thread sender([&] {
    while (!fs::exists(folder / "pid")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ::kill(::getpid(), SIGTERM);
  });
  int signal = 0;
  try {
    (void)shell(folder / "", "sleep 60 & echo $! > pid; wait");
  } catch (const support::Interrupted& e) {
    signal = e.signal();
  }
  sender.join();
  CHECK(signal == SIGTERM);
  CHECK_FALSE(lives(folder / "pid"));
  struct sigaction after {};
  ::sigaction(SIGTERM, nullptr, &after);
  CHECK(after.sa_handler == before.sa_handler);
}

}  // namespace
}  // namespace hillock::tests
