// Work in a child process: answers, diagnostics, crashes and limits.
#include "compiler/support/isolate.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <stdexcept>

#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using support::DiagnosticKind;
using support::IsolateLimits;
using support::run_isolated;

std::string error_in_child(const std::function<std::string()>& work,
                           const IsolateLimits& limits = {}) {
  return error_of([&] { return run_isolated(work, {"f"}, limits); });
}

TEST_CASE("an answer comes back whole", "[support]") {
  const std::string long_answer(5'000'000, 'x');
  CHECK(run_isolated([&] { return long_answer; }, {"f"}) == long_answer);
  CHECK(run_isolated([] { return std::string(); }, {"f"}).empty());
}

TEST_CASE("diagnostics of the child are those of the parent", "[support]") {
  const auto work = []() -> std::string {
    support::fail(DiagnosticKind::BadEdge, support::Location{"f", "/a", 3}, "what", "do");
  };
  CHECK(error_in_child(work) == "f:/a[3]: error: what [bad-edge]\n  help: do");
}

TEST_CASE("a crash, a wrong exception and a silent exit are a damaged file", "[support]") {
  const std::string damaged =
      "f: error: the library that reads it gives up on it [file-damaged]\n"
      "  help: the file is truncated or damaged: copy or export it again";
  CHECK(error_in_child([]() -> std::string {
          ::raise(SIGSEGV);
          return {};
        }) == damaged);
  CHECK(error_in_child([]() -> std::string { throw std::runtime_error("no"); }) == damaged);
  CHECK(error_in_child([]() -> std::string { ::_exit(0); }) == damaged);
}

TEST_CASE("work without end is stopped", "[support]") {
  IsolateLimits limits;
  limits.wall_seconds = 1;
  CHECK_THAT(error_in_child(
                 []() -> std::string {
                   for (;;) ::pause();
                 },
                 limits),
             Catch::StartsWith("f: error: reading it does not come to an end [file-damaged]"));
  limits = {};
  limits.cpu_seconds = 1;
  CHECK_THAT(error_in_child(
                 []() -> std::string {
                   for (;;) (void)::getppid();
                 },
                 limits),
             Catch::StartsWith("f: error: reading it does not come to an end [file-damaged]"));
}

TEST_CASE("memory and answers have limits", "[support]") {
  IsolateLimits limits;
  limits.answer = 1000;
  CHECK_THAT(error_in_child([] { return std::string(5000, 'x'); }, limits),
             Catch::StartsWith("f: error: holds more than may be read [file-too-large]"));
  CHECK_THAT(error_in_child([]() -> std::string { throw std::bad_alloc(); }),
             Catch::StartsWith("f: error: reading it takes more memory than it may"));
}

}  // namespace
}  // namespace hillock::tests
