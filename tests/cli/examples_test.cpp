// The trained networks of examples/: read as stated in their README, the float model has the spikes
// that the framework had which trained them, and the accuracy of info.json.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "compiler/support/npz.h"
#include "tests/cli/program.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

json read(const std::filesystem::path& file) { return json::parse(support::read_file(file)); }

void done(const Run& run) {
  CAPTURE(run.out);
  CHECK(run.err == "");
  REQUIRE(run.status == 0);
}

struct Example {
  std::string name;
  std::string model;
  Words options;
  bool compared;  // with its RTL here; the others by the slow test of docs
};

const std::vector<Example>& examples() {
  static const std::vector<Example> all = {
      {"digits", "model.nir", {"--semantics", "snntorch", "--reset", "subtract"}, false},
      {"conv",
       "model.nir",
       {"--timesteps", "8", "--semantics", "snntorch", "--reset", "subtract"},
       true},
      {"waveforms",
       "state_dict.pt",
       {"--arch", source("examples/waveforms/architecture.json")},
       false},
      {"braille", "model.nir", {"--semantics", "nir"}, false},
  };
  return all;
}

// How many of the golden spikes the float model has otherwise.
std::size_t differing(const support::NpzReader& golden, const support::NpzReader& spikes) {
  std::size_t out = 0;
  for (const std::string& name : golden.names()) {
    const std::string population = name.substr(0, name.rfind(".spikes"));
    const auto wanted = golden.read(name).values<std::uint8_t>();
    const auto got = spikes.read(population).values<std::uint8_t>();
    REQUIRE(got.size() >= wanted.size());  // golden are the first samples
    for (std::size_t i = 0; i < wanted.size(); ++i) out += wanted[i] != got[i] ? 1U : 0U;
  }
  return out;
}

TEST_CASE("the examples compute what their framework computed") {
  for (const Example& e : examples()) {
    DYNAMIC_SECTION(e.name) {
      const TemporaryFolder folder;
      const std::string at = source("examples/" + e.name) + "/";
      Words compile = {"compile",     at + e.model, "--data", at + "calibration.npz",
                       "--quantizer", "nearest",    "-o",     "b",
                       "--json",      "c.json"};
      compile.insert(compile.end(), e.options.begin(), e.options.end());
      const Run compiled = hillock(folder / "", compile);
      REQUIRE(compiled.status == 0);
      const json import = read(folder / "c.json")["import"];
      CHECK(import["grade"] == "exact");
      CHECK(import["assumptions"].empty());

      Words run = {"run",           "b",     "--data", at + "test.npz", "--model", "float",
                   "--dump-spikes", "s.npz", "--json", "r.json"};
      if (e.name == "conv") run.insert(run.end(), {"--timesteps", "8"});
      done(hillock(folder / "", run));
      const json info = read(at + "info.json");
      CHECK(read(folder / "r.json")["accuracy"].get<double>() ==
            Approx(info["float_accuracy"].get<double>()));
      const support::NpzReader golden(at + "golden.npz");
      REQUIRE(golden.names().size() == info["layers"].size());
      CHECK(differing(golden, support::NpzReader(folder / "s.npz")) == 0);

      if (e.compared) {
        Words cosim = {"cosim", "b", "--data", at + "test.npz", "--samples", "2", "--quick-build"};
        if (e.name == "conv") cosim.insert(cosim.end(), {"--timesteps", "8"});
        done(hillock(folder / "", cosim));
        CHECK(read(folder / "b/cosim.json")["mismatches"] == 0);
      }
    }
  }
}

}  // namespace
}  // namespace hillock::tests
