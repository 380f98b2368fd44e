#include "compiler/support/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <sstream>

namespace hillock::support {
namespace fs = std::filesystem;
namespace {

constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};
std::atomic<int> arrived{0};

void note_signal(int signal) { arrived = signal; }

// While programs run, the signals that end this process are only noted, so that the programs can be
// ended first. What was ignored (nohup) stays ignored.
class SignalWatch {
 public:
  SignalWatch() {
    const std::lock_guard<std::mutex> lock(mutex());
    if (count()++ > 0) return;
    arrived = 0;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      struct sigaction watch {};
      watch.sa_handler = note_signal;
      ::sigaction(kSignals[i], nullptr, &before()[i]);
      if (before()[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &watch, nullptr);
    }
  }
  ~SignalWatch() {
    const std::lock_guard<std::mutex> lock(mutex());
    if (--count() > 0) return;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], &before()[i], nullptr);
    }
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex m;
    return m;
  }
  static int& count() {
    static int n = 0;
    return n;
  }
  static std::array<struct sigaction, kSignals.size()>& before() {
    static std::array<struct sigaction, kSignals.size()> actions{};
    return actions;
  }
};

// Waits for the child; looks up every few milliseconds, at first sooner.
int wait_for(pid_t child, const ProcessOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  auto last_tick = start;
  long nap = 200'000;
  int status = 0;
  const auto kill_all = [&] {
    ::kill(-child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  };
  while (true) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended < 0 && errno != EINTR) return 127;
    if (ended == child) break;
    if (arrived != 0) {
      kill_all();
      throw Interrupted(arrived);
    }
    const auto now = Clock::now();
    if (options.timeout_seconds > 0 &&
        std::chrono::duration<double>(now - start).count() > options.timeout_seconds) {
      kill_all();
      return kTimedOut;
    }
    if (options.tick && now - last_tick > std::chrono::milliseconds(150)) {
      last_tick = now;
      options.tick();
    }
    const timespec t{0, nap};
    ::nanosleep(&t, nullptr);
    nap = std::min(nap * 2, 20'000'000L);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int run_process(const std::vector<std::string>& argv, const fs::path& cwd, const fs::path& log,
                const ProcessOptions& options) {
  // Everything the child needs is prepared here: between fork and exec it may not allocate.
  std::vector<char*> args;
  args.reserve(argv.size() + 1);
  for (const std::string& a : argv) args.push_back(const_cast<char*>(a.c_str()));
  args.push_back(nullptr);
  const std::string log_path = fs::absolute(log).string();
  const std::string output = options.output.empty() ? "" : fs::absolute(options.output).string();
  const std::string folder = cwd.string();

  const SignalWatch watch;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return 127;
  if (child == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
    const int err = ::open(log_path.c_str(), kFlags, 0644);
    const int out = output.empty() ? err : ::open(output.c_str(), kFlags, 0644);
    const int in = ::open("/dev/null", O_RDONLY);
    if (err < 0 || out < 0 || in < 0 || ::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 ||
        ::dup2(err, 2) < 0 || ::chdir(folder.c_str()) != 0) {
      ::_exit(127);
    }
    ::execvp(args[0], args.data());
    ::_exit(127);
  }
  ::setpgid(child, child);  // the child does so as well: whoever comes first
  return wait_for(child, options);
}

std::string find_program(const std::vector<std::string>& names) {
  const char* path = std::getenv("PATH");
  for (const std::string& name : names) {
    std::istringstream folders(path == nullptr ? "" : path);
    std::string folder;
    while (std::getline(folders, folder, ':')) {
      const fs::path candidate = fs::path(folder.empty() ? "." : folder) / name;
      if (::access(candidate.c_str(), X_OK) == 0) return name;
    }
  }
  return "";
}

}  // namespace hillock::support
