#include "compiler/support/isolate.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include "compiler/support/bytes.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HILLOCK_ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HILLOCK_ADDRESS_SANITIZER 1
#endif

namespace hillock::support {
namespace {

// The first byte of what the child sends; the last byte repeats it, so that a cut answer shows.
constexpr char kAnswer = 'A';
constexpr char kInputError = 'E';
constexpr char kOutOfMemory = 'M';

std::string pack(const std::vector<Diagnostic>& diagnostics) {
  ByteWriter out;
  out.number<std::uint64_t>(diagnostics.size());
  for (const Diagnostic& d : diagnostics) {
    out.number(static_cast<int>(d.kind));
    out.text(d.where.file);
    out.text(d.where.path);
    out.number(d.where.index.has_value());
    out.number<std::uint64_t>(d.where.index.value_or(0));
    out.text(d.message);
    out.text(d.help);
  }
  return out.take();
}

std::vector<Diagnostic> unpack(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<Diagnostic> diagnostics(in.count(1));
  for (Diagnostic& d : diagnostics) {
    const int kind = in.number<int>();
    if (kind < 0 || static_cast<std::size_t>(kind) >= all_diagnostic_kinds().size()) {
      throw std::out_of_range("no such diagnostic");
    }
    d.kind = static_cast<DiagnosticKind>(kind);
    d.where.file = in.text();
    d.where.path = in.text();
    const bool has_index = in.number<bool>();
    const auto index = in.number<std::uint64_t>();
    if (has_index) d.where.index = index;
    d.message = in.text();
    d.help = in.text();
  }
  return diagnostics;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

[[maybe_unused]] std::size_t mapped_bytes() {
  unsigned long pages = 0;
  if (std::FILE* f = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(f, "%lu", &pages) != 1) pages = 0;
    std::fclose(f);
  }
  return static_cast<std::size_t>(pages) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Limits, default signal actions, and silence: what the child says is its answer alone.
void become_child(const IsolateLimits& limits) {
  for (const int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT, SIGXCPU}) {
    ::signal(s, SIG_DFL);
  }
  ::signal(SIGPIPE, SIG_IGN);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const rlimit cpu{limits.cpu_seconds, limits.cpu_seconds + 1};
  ::setrlimit(RLIMIT_CPU, &cpu);
#if !defined(HILLOCK_ADDRESS_SANITIZER)
  const rlim_t memory = mapped_bytes() + limits.extra_memory;
  const rlimit space{memory, memory};
  ::setrlimit(RLIMIT_AS, &space);
#endif
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) ::dup2(null, STDERR_FILENO);
}

[[noreturn]] void child(int fd, const std::function<std::string()>& work,
                        const IsolateLimits& limits) {
  become_child(limits);
  char kind = kAnswer;
  std::string body;
  try {
    body = work();
  } catch (const InputError& e) {
    kind = kInputError;
    body = pack(e.diagnostics());
  } catch (const std::bad_alloc&) {
    kind = kOutOfMemory;
  } catch (...) {
    ::_exit(2);
  }
  const bool sent = write_all(fd, {&kind, 1}) && write_all(fd, body) && write_all(fd, {&kind, 1});
  ::_exit(sent ? 0 : 3);
}

enum class Ending { Complete, TimedOut, TooLong };

Ending read_answer(int fd, const IsolateLimits& limits, std::string& answer) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(limits.wall_seconds);
  char buffer[1 << 16];
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return Ending::TimedOut;
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(left)) <= 0) continue;
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Ending::Complete;
    answer.append(buffer, static_cast<std::size_t>(n));
    if (answer.size() > limits.answer) return Ending::TooLong;
  }
}

}  // namespace

std::string run_isolated(const std::function<std::string()>& work, const Location& file,
                         const IsolateLimits& limits) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    fail(DiagnosticKind::FileUnreadable, file,
         fmt::format("no pipe to a reading process: {}", std::strerror(errno)));
  }
  const pid_t pid = ::fork();
  if (pid < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    fail(DiagnosticKind::FileUnreadable, file,
         fmt::format("no process to read it in: {}", std::strerror(error)));
  }
  if (pid == 0) {
    ::close(ends[0]);
    child(ends[1], work, limits);
  }
  ::close(ends[1]);
  std::string answer;
  const Ending ending = read_answer(ends[0], limits, answer);
  ::close(ends[0]);
  if (ending != Ending::Complete) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }

  const bool on_time =
      ending != Ending::TimedOut && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
  if (!on_time) fail(DiagnosticKind::FileDamaged, file, "reading it does not come to an end");
  if (ending == Ending::TooLong) {
    fail(DiagnosticKind::FileTooLarge, file, "holds more than may be read");
  }
  const bool whole = WIFEXITED(status) && WEXITSTATUS(status) == 0 && answer.size() >= 2 &&
                     answer.front() == answer.back();
  if (!whole) fail(DiagnosticKind::FileDamaged, file, "the library that reads it gives up on it");
  const char kind = answer.front();
  if (kind == kOutOfMemory) {
    fail(DiagnosticKind::FileTooLarge, file, "reading it takes more memory than it may");
  }
  answer.erase(0, 1);
  answer.pop_back();
  if (kind == kAnswer) return answer;
  std::vector<Diagnostic> diagnostics;
  try {
    diagnostics = unpack(answer);
  } catch (const std::exception&) {
    fail(DiagnosticKind::FileDamaged, file, "the library that reads it gives up on it");
  }
  throw InputError(std::move(diagnostics));
}

}  // namespace hillock::support
