// What tests of files share: committed files, a folder to write in, and errors as text.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"

namespace hillock::tests {

// A committed file: tests/data/NAME.
inline std::filesystem::path data_file(const std::string& name) {
  return std::filesystem::path(__FILE__).parent_path().parent_path() / "data" / name;
}

// A folder of this process, emptied when it goes.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("hillock-test-" + std::to_string(::getpid()) + "-" + std::to_string(count()++))) {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }
  // Writes a file into it.
  [[nodiscard]] std::filesystem::path file(const std::string& name,
                                           const std::string& content) const {
    support::write_file(path_ / name, content);
    return path_ / name;
  }
  // A message with this folder's name taken out of it.
  [[nodiscard]] std::string without(std::string message) const {
    const std::string folder = path_.string() + "/";
    for (std::size_t at; (at = message.find(folder)) != std::string::npos;) {
      message.erase(at, folder.size());
    }
    return message;
  }

 private:
  static int& count() {
    static int n = 0;
    return n;
  }
  std::filesystem::path path_;
};

// The text of the InputError that `f` throws; "no error" where it throws none.
template <typename F>
std::string error_of(F f) {
  try {
    (void)f();
  } catch (const support::InputError& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace hillock::tests
