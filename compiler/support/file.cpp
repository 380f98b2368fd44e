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

void write_file(const fs::path& path, std::string_view content) {
  const fs::path temporary = path.string() + fmt::format(".tmp{}", ::getpid());
  const auto give_up = [&](const char* what) {
    const int error = errno;
    ::unlink(temporary.c_str());
    fail(DiagnosticKind::OutputUnwritable, {path.string()},
         fmt::format("{}: {}", what, std::strerror(error)));
  };
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) give_up("cannot be created");
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::close(fd);
      errno = error;
      give_up("cannot be written");
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::close(fd) != 0) give_up("cannot be written");
  if (::rename(temporary.c_str(), path.c_str()) != 0) give_up("cannot be renamed into place");
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
