// The command line itself: help, wrong usage, and their statuses.
#include <catch2/catch.hpp>

#include "tests/cli/program.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

TEST_CASE("every verb has help") {
  const TemporaryFolder folder;
  const Run all = hillock(folder / "", {"--help"});
  CHECK(all.status == 0);
  CHECK(all.err.empty());
  for (const char* verb : {"inspect", "compile", "run", "cosim", "estimate", "report", "flow"}) {
    CAPTURE(verb);
    CHECK(all.out.find(verb) != std::string::npos);
    const Run run = hillock(folder / "", {verb, "--help"});
    CHECK(run.status == 0);
    CHECK(run.err.empty());
    for (const char* option : {"--json", "--quiet", "--help"}) {
      CHECK(run.out.find(option) != std::string::npos);
    }
  }
  CHECK(hillock(folder / "", {"--version"}).out.rfind("hillock ", 0) == 0);
}

TEST_CASE("wrong usage ends with status 2 and says what is wrong") {
  const std::string model = source("tests/data/mlp/model.nir");
  const std::string data = source("tests/data/mlp/test.npz");
  struct Case {
    std::vector<std::string> arguments;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{}, "subcommand is required"},
      {{"frobnicate"}, "subcommand is required"},
      {{"inspect"}, "model is required"},
      {{"compile", model}, "--output is required"},
      {{"compile", model, "-o"}, "-o"},
      {{"compile", model, "-o", "b", "--frobnicate"}, "--frobnicate"},
      {{"compile", model, "-o", "b", "--lanes", "0"}, "--lanes takes a number from 1"},
      {{"compile", model, "-o", "b", "--weight-bits", "17"},
       "--weight-bits takes a number from 1 to 16, not \"17\""},
      {{"compile", model, "-o", "b", "--weight-bits", "six"},
       "--weight-bits takes a number from 1 to 16, not \"six\""},
      {{"compile", model, "-o", "b", "--weight-bits", ""}, "--weight-bits"},
      {{"compile", model, "-o", "b", "--weight-bits", "4,5"},
       "--weight-bits gives a value for all"},
      {{"compile", model, "-o", "b", "--weights", "flash"},
       "--weights takes rom or ram, not \"flash\""},
      {{"compile", model, "-o", "b", "--semantics", "brian"},
       "--semantics takes one of nir|snntorch|norse|sinabs, not \"brian\""},
      {{"compile", model, "-o", "b", "--reset", "half"}, "--reset takes one of"},
      {{"compile", model, "-o", "b", "--reset-delay", "maybe"},
       "--reset-delay takes one of on|off"},
      {{"compile", model, "-o", "b", "--dt", "-1"}, "--dt"},
      {{"compile", model, "-o", "b", "--timesteps", "0"}, "--timesteps"},
      {{"compile", model, "-o", "b", "--timesteps", "many"}, "--timesteps"},
      {{"run", "b"}, "--data is required"},
      {{"run", "b", "--data", data, "--samples", "0"}, "--samples"},
      {{"run", "b", "--data", data, "--jobs", "-1"}, "--jobs"},
      {{"run", "b", "--data", data, "--model", "quantum"},
       "--model takes integer or float, not \"quantum\""},
      {{"cosim", "b", "--data", data, "--stalls", "0"}, "--stalls"},
      {{"estimate", "b"}, "--target is required"},
      {{"estimate", "b", "--target", "asic45", "--clock", "0"}, "--clock"},
      {{"report"}, "folder is required"},
      {{"flow", model, "-o", "b"}, "--data is required"},
  };
  const TemporaryFolder folder;
  for (const Case& c : cases) {
    const Run run = hillock(folder / "", c.arguments);
    CAPTURE(c.arguments, run.err);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    CHECK(run.err.find(c.says) != std::string::npos);
    CHECK(run.err.find("--help") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "b"));
  }
}

}  // namespace
}  // namespace hillock::tests
