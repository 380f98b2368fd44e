#include "compiler/driver/wave_pipe.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "compiler/support/diagnostics.h"

namespace hillock::driver {

WavePipe::WavePipe(std::filesystem::path path, std::function<void(std::string_view)> piece)
    : path_(std::move(path)), piece_(std::move(piece)) {
  std::error_code ec;
  std::filesystem::remove(path_, ec);
  // Opened for writing too, so that it neither waits for the writer nor ends before it came.
  if (::mkfifo(path_.c_str(), 0600) == 0) file_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK);
  if (file_ < 0) {
    support::fail(support::DiagnosticKind::OutputUnwritable, {path_.string()}, std::strerror(errno),
                  "a pipe is made there, which not every file system can");
  }
  thread_ = std::thread([this] { read(); });
}

WavePipe::~WavePipe() { stop(); }

void WavePipe::finish() {
  stop();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void WavePipe::stop() {
  written_ = true;
  if (thread_.joinable()) thread_.join();
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  std::error_code ec;
  std::filesystem::remove(path_, ec);
}

void WavePipe::read() {
  constexpr int kWaitMs = 20;
  std::vector<char> buffer(std::size_t{1} << 16);
  while (true) {
    const bool written = written_;  // before looking: what was written by then is seen
    pollfd wait{file_, POLLIN, 0};
    if (::poll(&wait, 1, kWaitMs) <= 0) {
      if (written) return;
      continue;
    }
    const ssize_t n = ::read(file_, buffer.data(), buffer.size());
    if (n <= 0 || error_) continue;  // after an error the writer is still let go on
    try {
      piece_({buffer.data(), static_cast<std::size_t>(n)});
    } catch (...) {
      error_ = std::current_exception();
    }
  }
}

}  // namespace hillock::driver
