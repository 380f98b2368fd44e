#include "compiler/support/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "compiler/support/diagnostics.h"

namespace hillock::support {
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::error_code ec;
  const fs::file_status status = fs::status(path, ec);
  if (!fs::exists(status)) {
    fail(DiagnosticKind::FileNotFound, {path.string()}, "no such file");
  }
  if (fs::is_directory(status)) {
    fail(DiagnosticKind::FileUnreadable, {path.string()}, "is a folder, not a file",
         "name a file inside it");
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  if (in) out << in.rdbuf();
  if (!in || in.bad()) {
    fail(DiagnosticKind::FileUnreadable, {path.string()},
         fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  return std::move(out).str();
}

namespace {

[[noreturn]] void unwritable(const fs::path& path, const char* what, int error) {
  fail(DiagnosticKind::OutputUnwritable, {path.string()},
       fmt::format("{}: {}", what, std::strerror(error)));
}

// 0, or the error.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

void write_through(const fs::path& path, std::string_view content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) unwritable(path, "cannot be opened", errno);
  int error = write_all(fd, content);
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error != 0) unwritable(path, "cannot be written", error);
}

void refuse_folder(const fs::path& path, const fs::file_status& status) {
  if (!fs::is_directory(status)) return;
  fail(DiagnosticKind::OutputUnwritable, {path.string()}, "is a folder, not a file",
       "name a file inside it");
}

}  // namespace

void write_file(const fs::path& path, std::string_view content) {
  std::error_code ec;
  const fs::file_status status = fs::status(path, ec);
  refuse_folder(path, status);
  if (fs::exists(status) && !fs::is_regular_file(status)) return write_through(path, content);
  fs::path target = path;
  if (fs::exists(status) && fs::is_symlink(fs::symlink_status(path, ec))) {
    target = fs::canonical(path, ec);
    if (ec) unwritable(path, "cannot be found", ec.value());
  }

  const fs::path temporary = target.string() + fmt::format(".tmp{}", ::getpid());
  const auto give_up = [&](const char* what, int error) {
    ::unlink(temporary.c_str());
    unwritable(path, what, error);
  };
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) give_up("cannot be created", errno);
  int error = write_all(fd, content);
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error != 0) give_up("cannot be written", error);
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    give_up("cannot be renamed into place", errno);
}

void check_writable(const fs::path& path) {
  std::error_code ec;
  const fs::file_status status = fs::status(path, ec);
  refuse_folder(path, status);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (::access(path.c_str(), W_OK) != 0) unwritable(path, "cannot be written", errno);
    return;
  }
  const fs::path probe = path.string() + fmt::format(".tmp{}", ::getpid());
  const int fd = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) unwritable(path, "cannot be created", errno);
  ::close(fd);
  ::unlink(probe.c_str());
}

void create_folder(const fs::path& path) {
  std::error_code ec;
  fs::create_directories(path, ec);
  if (ec || !fs::is_directory(path)) {
    fail(DiagnosticKind::OutputUnwritable, {path.string()},
         fmt::format("folder cannot be created: {}", ec ? ec.message() : "a file is in the way"));
  }
}

}  // namespace hillock::support
