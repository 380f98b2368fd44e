// explore, compile --from, help and completion from outside: what they refuse, and what they print.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/program.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

const std::string kModel = source("docs/tiny/network.json");
const std::string kData = source("docs/tiny/data.npz");

Run explore(const TemporaryFolder& folder, const Words& more) {
  Words all = {"explore", kModel, "--data", kData, "-o", "s"};
  all.insert(all.end(), more.begin(), more.end());
  return hillock(folder / "", all);
}

json read(const std::filesystem::path& file) { return json::parse(support::read_file(file)); }

TEST_CASE("a search of a tiny network, a point of it, and its limits") {
  const TemporaryFolder folder;
  const Run run = explore(folder, {"--weight-bits", "4,2", "--membrane-bits", "chosen,3", "--lanes",
                                   "1,all", "--clock", "1e8,2e8", "--verify", "0"});
  CAPTURE(run.out, run.err);
  REQUIRE(run.status == 0);
  const json r = read(folder / "s/explore.json");
  CHECK(r["axes"]["weight-bits"] == json({"4", "2"}));
  CHECK(r["points"].size() % 2 == 0);  // two clocks
  // Three bits leave no room above a threshold: refused, not left out in silence.
  CHECK(r["refused"].size() + r["networks"].get<std::size_t>() == 8);
  CHECK_FALSE(r["refused"].empty());
  for (const json& id : r["front"]) CHECK(r["points"][id.get<std::size_t>() - 1]["front"] == true);
  for (std::istringstream lines(run.out); lines.good();) {
    std::string line;
    std::getline(lines, line);
    INFO(line);
    CHECK(line.size() <= 80);
  }

  const Run built = hillock(folder / "", {"compile", "--from", "s#1", "-o", "b"});
  CAPTURE(built.out, built.err);
  REQUIRE(built.status == 0);
  CHECK(read(folder / "b/compile.json")["luts_estimate"] == r["points"][0]["luts"]);
  // What is given, too, wins.
  REQUIRE(hillock(folder / "", {"compile", "--from", "s", "--point", "1", "--lanes=2", "-o", "b"})
              .status == 0);
  CHECK(read(folder / "b/compile.json")["populations"][0]["lanes"] == 2);

  CHECK(not_one_error(hillock(folder / "", {"compile", "--from", "s#9999", "-o", "c"})) == "");
  CHECK(not_one_error(hillock(folder / "", {"compile", "--from", "nowhere#1", "-o", "c"})) == "");
  json other = r;
  other["files"]["data"]["content"] = "0";
  support::write_file(folder / "other.json", other.dump());
  const Run stale = hillock(folder / "", {"compile", "--from", "other.json#1", "-o", "c"});
  CHECK(not_one_error(stale) == "");
  CHECK(stale.err.find("is not the file that was explored") != std::string::npos);
  support::write_file(folder / "other.json", "{}");
  CHECK(not_one_error(hillock(folder / "", {"compile", "--from", "other.json", "-o", "c"})) == "");
}

TEST_CASE("verified points are synthesized where cells are given") {
  const TemporaryFolder folder;
  const std::string cells = source("tests/data/cells/tiny.lib");
  const Run run = explore(folder, {"--weight-bits", "4", "--decay-form", "shifts", "--lanes", "1",
                                   "--clock", "1e11", "--verify", "1", "--liberty", cells});
  CAPTURE(run.out, run.err);
  REQUIRE(run.status == 0);
  const json r = read(folder / "s/explore.json");
  const json& s = r["points"][r["pick"].get<std::size_t>() - 1]["verification"]["synthesis"];
  CHECK(s["library"] == "tiny");
  CHECK(s["area_um2"].get<double>() > 0);
  CHECK(s["fmax_hz"].get<double>() < 1e10);
  CHECK(s["clock_met"] == false);
  CHECK(run.out.find("logic um2") != std::string::npos);
  CHECK(run.out.find("100 GHz, not met") != std::string::npos);
  CHECK(explore(folder, {"--verify", "0", "--liberty", cells}).status == 2);
  CHECK(not_one_error(explore(folder, {"--liberty", "none.lib"})) == "");
}

TEST_CASE("words that explore does not know are wrong usage") {
  const TemporaryFolder folder;
  for (const Words& wrong : std::vector<Words>{{"--weight-bits", "4,4"},
                                               {"--weight-bits", "4,,2"},
                                               {"--weight-bits", "x"},
                                               {"--timesteps", "none"},
                                               {"--decay-form", "cubic"},
                                               {"--lanes", "0"},
                                               {"--clock", "fast"},
                                               {"--verify", "some"},
                                               {"--executor", "cloud"}}) {
    CAPTURE(wrong[0], wrong[1]);
    CHECK(explore(folder, wrong).status == 2);
  }
  CHECK(not_one_error(explore(folder, {"--target", "vax"})) == "");
}

TEST_CASE("help of a verb has its options and examples") {
  const TemporaryFolder folder;
  const Run help = hillock(folder / "", {"help", "explore"});
  CHECK(help.status == 0);
  for (const char* part : {"--max-drop", "Examples:", "hillock explore examples/digits"}) {
    CHECK(help.out.find(part) != std::string::npos);
  }
  CHECK(hillock(folder / "", {"help"}).status == 0);
  CHECK(hillock(folder / "", {"help", "everything"}).status == 2);
}

TEST_CASE("completion knows every verb and option") {
  const TemporaryFolder folder;
  for (const char* shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const Run run = hillock(folder / "", {"completion", shell});
    CHECK(run.status == 0);
    for (const char* word : {"compile", "explore", "weight-bits", "max-drop", "subtract"}) {
      CAPTURE(word);
      CHECK(run.out.find(word) != std::string::npos);
    }
    CHECK(run.out.find("worker") == std::string::npos);  // hidden
  }
  CHECK(hillock(folder / "", {"completion", "tcsh"}).status == 2);
}

}  // namespace
}  // namespace hillock::tests
