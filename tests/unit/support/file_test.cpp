// Files are written whole or not at all, and what is no file is never replaced by one.
#include "compiler/support/file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <thread>

#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

namespace fs = std::filesystem;
using support::read_file;
using support::write_file;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST_CASE("what is written reads back, and nothing else is left", "[support]") {
  const TemporaryFolder folder;
  const std::string content("a\0b\n", 4);
  write_file(folder / "f", content);
  CHECK(read_file(folder / "f") == content);
  write_file(folder / "f", "");
  CHECK(read_file(folder / "f").empty());
  CHECK(entries(folder / "") == 1);
}

TEST_CASE("a reader sees the old content or the new, never a part", "[support]") {
  const TemporaryFolder folder;
  const std::string old_content(300'000, 'o');
  const std::string new_content(700'000, 'n');
  write_file(folder / "f", old_content);
  std::thread writer([&] {
    for (int i = 0; i < 50; ++i) write_file(folder / "f", i % 2 == 0 ? new_content : old_content);
  });
  int partial = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string seen = read_file(folder / "f");
    if (seen != old_content && seen != new_content) ++partial;
  }
  writer.join();
  CHECK(partial == 0);
}

TEST_CASE("a write that fails leaves the old file and no other", "[support]") {
  const TemporaryFolder folder;
  write_file(folder / "f", "old");
  // Its temporary name is taken by a folder, so the new file cannot be begun.
  const fs::path temporary = folder / ("f.tmp" + std::to_string(::getpid()));
  fs::create_directory(temporary);
  CHECK(folder.without(error_of([&] {
    write_file(folder / "f", "new");
    return 0;
  })) == "f: error: cannot be created: Is a directory [output-unwritable]\n"
         "  help: choose a folder that can be written, with free space");
  fs::remove(temporary);
  CHECK(read_file(folder / "f") == "old");
  CHECK(entries(folder / "") == 1);
}

TEST_CASE("places that cannot be written", "[support]") {
  const TemporaryFolder folder;
  (void)folder.file("file", "");
  const auto error = [&](const fs::path& path) {
    const std::string early = error_of([&] {
      support::check_writable(path);
      return 0;
    });
    CHECK(early == error_of([&] {
            write_file(path, "x");
            return 0;
          }));
    return folder.without(early.substr(0, early.find('\n')));
  };
  CHECK(error(folder / "absent/f") ==
        "absent/f: error: cannot be created: No such file or directory [output-unwritable]");
  CHECK(error(folder / "file/f") ==
        "file/f: error: cannot be created: Not a directory [output-unwritable]");
  CHECK(error("/proc/f") ==
        "/proc/f: error: cannot be created: No such file or directory [output-unwritable]");
  CHECK(error("/") == "/: error: is a folder, not a file [output-unwritable]");
  support::check_writable(folder / "new");
  support::check_writable(folder / "file");
  CHECK(entries(folder / "") == 1);
  CHECK(error_of([&] {
          support::create_folder(folder / "file");
          return 0;
        }).find("error: folder cannot be created") != std::string::npos);
}

TEST_CASE("links are followed, devices and pipes written to", "[support]") {
  const TemporaryFolder folder;
  (void)folder.file("real", "old");
  fs::create_symlink("real", folder / "link");
  write_file(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_file(folder / "real") == "new");

  write_file("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(
      error_of([&] {
        write_file("/dev/full", "x");
        return 0;
      })
          .rfind("/dev/full: error: cannot be written: No space left on device [output-unwritable]",
                 0) == 0);
  CHECK(fs::is_character_file("/dev/full"));

  const fs::path pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::string received;
  std::thread reader([&] { received = read_file(pipe); });
  write_file(pipe, "through");
  reader.join();
  CHECK(received == "through");
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE("files that cannot be read", "[support]") {
  const TemporaryFolder folder;
  CHECK(folder.without(error_of([&] { return read_file(folder / "absent"); })) ==
        "absent: error: no such file [file-not-found]\n  help: check the path");
  CHECK(error_of([&] {
          return read_file("/");
        }).rfind("/: error: is a folder, not a file [file-unreadable]", 0) == 0);
}

}  // namespace
}  // namespace hillock::tests
