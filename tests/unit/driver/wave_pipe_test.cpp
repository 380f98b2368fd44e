// The pipe that a waveform goes through.
#include "compiler/driver/wave_pipe.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

TEST_CASE("all that is written to the pipe arrives, in order, and the pipe is gone", "[driver]") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "pipe";
  std::string got;
  std::string sent;
  {
    driver::WavePipe pipe(path, [&](std::string_view piece) { got += piece; });
    std::ofstream out(path);
    for (int i = 0; i < 40000; ++i) {
      const std::string line = "b" + std::to_string(i) + " code\n";
      sent += line;
      out << line;
    }
    out.close();
    pipe.finish();
  }
  CHECK(got == sent);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("what the reader throws is thrown at the end, and the writer is not held up",
          "[driver]") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "pipe";
  driver::WavePipe pipe(path, [](std::string_view) { throw std::runtime_error("no"); });
  std::ofstream out(path);
  for (int i = 0; i < 100000; ++i) out << "0123456789\n";
  out.close();
  CHECK_THROWS_WITH(pipe.finish(), "no");
}

TEST_CASE("a pipe that nobody writes to ends with its owner", "[driver]") {
  const TemporaryFolder folder;
  driver::WavePipe(folder / "pipe", [](std::string_view) {});
  CHECK_FALSE(std::filesystem::exists(folder / "pipe"));
  CHECK(error_of([&] {
          driver::WavePipe(folder / "missing/pipe", [](std::string_view) {});
        }).find("output-unwritable") != std::string::npos);
}

}  // namespace
}  // namespace hillock::tests
