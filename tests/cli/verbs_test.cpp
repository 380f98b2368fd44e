// Each verb on examples/digits, and the keys of its JSON that scripts rely on.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "compiler/support/npz.h"
#include "tests/cli/program.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using nlohmann::json;

const std::string kModel = source("examples/digits/model.nir");
const std::string kData = source("examples/digits/test.npz");

json read(const std::filesystem::path& file) { return json::parse(support::read_file(file)); }

// The names that are not keys of the object.
std::vector<std::string> missing(const json& object, const std::vector<std::string>& keys) {
  std::vector<std::string> out;
  for (const std::string& key : keys) {
    if (!object.contains(key)) out.push_back(key);
  }
  return out;
}
using Names = std::vector<std::string>;

void done(const Run& run) {
  CAPTURE(run.out);
  CHECK(run.err == "");
  REQUIRE(run.status == 0);
}

// Compiles the example into the folder's build b.
void compile(const TemporaryFolder& folder) {
  done(hillock(folder / "", {"compile", kModel, "--data", source("examples/digits/calibration.npz"),
                             "--semantics", "snntorch", "--reset", "subtract", "--reset-delay",
                             "on", "--compare", "gt", "-o", "b", "--json", "c.json"}));
}

TEST_CASE("inspect shows a model") {
  const TemporaryFolder folder;
  const Run run = hillock(folder / "", {"inspect", kModel, "--json", "i.json"});
  done(run);
  CHECK(run.out.find("64") != std::string::npos);
  const json j = read(folder / "i.json");
  CHECK(missing(j, {"name", "import", "inputs", "populations", "projections", "readout"}) ==
        Names{});
  CHECK(j["import"]["grade"] == "approximate");
  CHECK_FALSE(j["import"]["assumptions"].empty());
}

TEST_CASE("compile, and what it stated is no assumption") {
  const TemporaryFolder folder;
  compile(folder);
  const json j = read(folder / "c.json");
  CHECK(j == read(folder / "b/compile.json"));
  CHECK(missing(j, {"import", "populations", "weight_memory_bits", "state_memory_bits", "rtl"}) ==
        Names{});
  CHECK(j["import"]["grade"] == "exact");
  CHECK(j["import"]["assumptions"].empty());
  REQUIRE(j["populations"].size() == 2);
  for (const json& p : j["populations"]) {
    CHECK(missing(p, {"name", "neurons", "shape", "model", "reset", "weight_bits", "membrane_bits",
                      "accumulator_bits", "overflow", "lanes"}) == Names{});
    CHECK(p["overflow"] == "proved");
  }
  for (const json& file : j["rtl"]["files"]) {
    CHECK(std::filesystem::exists(folder / "b" / file.get<std::string>()));
  }
  const Run again = hillock(folder / "", {"inspect", "b", "--json", "i.json"});
  done(again);
  CHECK(read(folder / "i.json")["build"] == j);
}

TEST_CASE("the same input gives the same build, and replaces an earlier one") {
  const TemporaryFolder folder;
  compile(folder);
  std::filesystem::rename(folder / "b", folder / "first");
  compile(folder);
  compile(folder);
  std::size_t files = 0;
  for (const auto& e : std::filesystem::recursive_directory_iterator(folder / "b")) {
    if (!e.is_regular_file()) continue;
    const std::filesystem::path name = std::filesystem::relative(e.path(), folder / "b");
    CAPTURE(name);
    CHECK(support::read_file(e.path()) == support::read_file(folder / "first" / name));
    ++files;
  }
  CHECK(files > 20);
}

TEST_CASE("run: both models, and their spikes") {
  const TemporaryFolder folder;
  compile(folder);
  for (const std::string model : {"float", "integer"}) {
    done(hillock(folder / "", {"run", "b", "--data", kData, "--samples", "40", "--model", model,
                               "--dump-spikes", "s.npz", "--json", "r.json"}));
    const json j = read(folder / "r.json");
    CHECK(j == read(folder / "b/run.json"));
    CHECK(missing(j, {"model", "samples", "timesteps", "accuracy", "predictions",
                      "inferences_per_second", "spikes_per_inference",
                      "synaptic_operations_per_inference", "saturations"}) == Names{});
    CHECK(j["model"] == model);
    CHECK(j["samples"] == 40);
    CHECK(j["predictions"].size() == 40);
    CHECK(j["accuracy"] > 0.8);
    const support::NpzReader spikes(folder / "s.npz");
    const json populations = read(folder / "b/compile.json")["populations"];
    for (const json& p : populations) {
      const support::NpzArray a = spikes.read(p["name"].get<std::string>());
      CHECK(a.header().type_name() == "uint8");
      CHECK(a.shape() == std::vector<std::size_t>{40, j["timesteps"], p["neurons"]});
    }
  }
}

TEST_CASE("cosim, estimate, report") {
  const TemporaryFolder folder;
  compile(folder);
  done(hillock(folder / "", {"cosim", "b", "--data", kData, "--samples", "3", "--quick-build",
                             "--json", "c.json"}));
  json j = read(folder / "c.json");
  CHECK(j == read(folder / "b/cosim.json"));
  CHECK(missing(
            j, {"samples", "spikes_compared", "membranes_compared", "cycles_compared", "mismatches",
                "first_divergence", "cycles_per_inference", "predicted_cycles_equal",
                "inferences_per_second", "simulated_cycles_per_second", "accuracy"}) == Names{});
  CHECK(j["mismatches"] == 0);
  CHECK(j["first_divergence"].is_null());
  CHECK(j["predicted_cycles_equal"] == true);
  CHECK(missing(j["cycles_per_inference"], {"min", "mean", "max"}) == Names{});

  const Run early = hillock(folder / "", {"estimate", "b", "--target", "asic45"});
  CHECK(not_one_error(early) == "");
  CHECK(
      early.err ==
      "b: error: nothing has been run in this build yet, so there is no activity to estimate from "
      "[bad-build]\n  help: give --data D.npz, or use `hillock run` first\n");
  done(hillock(folder / "", {"estimate", "b", "--target", "asic45", "--data", kData, "--samples",
                             "20", "--json", "e.json"}));
  j = read(folder / "e.json");
  CHECK(j == read(folder / "b/estimate.json"));
  CHECK(missing(j, {"target", "clock_hz", "cycles_per_inference", "latency_s", "energy_j",
                    "breakdown_j", "naive_sop_energy_j", "sources"}) == Names{});
  CHECK(j["energy_j"]["low"] <= j["energy_j"]["nominal"]);
  CHECK(j["energy_j"]["nominal"] <= j["energy_j"]["high"]);

  done(hillock(folder / "", {"report", "b"}));
  CHECK(support::read_file(folder / "b/report.html").find("</html>") != std::string::npos);
}

TEST_CASE("RTL that differs from the model ends with status 3 and a place") {
  const TemporaryFolder folder;
  compile(folder);
  const auto file = folder / "b/rtl/lib/snn_fire.v";
  std::string text = support::read_file(file);
  const std::string right = "(Spiking != 0) & (compared > limit)";
  REQUIRE(text.find(right) != std::string::npos);
  support::write_file(file, text.replace(text.find(right), right.size(), "(compared < limit)"));
  const Run run = hillock(folder / "", {"cosim", "b", "--data", kData, "--samples", "2",
                                        "--quick-build", "--no-waveform", "--quiet"});
  CHECK(run.status == 3);
  CHECK(run.out.empty());
  CHECK(run.err.rfind("RTL and integer model disagree: ", 0) == 0);
  const json d = read(folder / "b/cosim.json")["first_divergence"];
  CHECK(missing(d, {"population", "neuron", "sample", "timestep", "cycle", "expected", "actual",
                    "replay"}) == Names{});
  CHECK(d["sample"] == 0);
  CHECK(run.err.find("replay: hillock cosim b --data " + kData) != std::string::npos);
}

TEST_CASE("flow is all of it, and a state_dict is as good as a .nir") {
  const TemporaryFolder folder;
  done(hillock(folder / "", {"flow", source("examples/digits/state_dict.pt"), "--arch",
                             source("examples/digits/architecture.json"), "--data", kData,
                             "--samples", "5", "--quick-build", "-o", "b", "--json", "f.json"}));
  const json j = read(folder / "f.json");
  CHECK(j == read(folder / "b/flow.json"));
  CHECK(missing(j, {"compile", "float", "integer", "cosim", "estimate"}) == Names{});
  CHECK(j["cosim"]["mismatches"] == 0);
  CHECK(j["integer"]["predictions"] == j["cosim"]["predictions"]);
  for (const char* file : {"report.html", "run.json", "cosim.json", "estimate.json"}) {
    CHECK(std::filesystem::exists(folder / "b" / file));
  }
}

TEST_CASE("options from a file, which the command line overrides") {
  const TemporaryFolder folder;
  const auto config = folder.file("o.json", R"({"weight_bits": 4, "lanes": {"1": 2, "3": "all"}})");
  done(hillock(folder / "", {"compile", source("tests/data/mlp/model.nir"), "--config",
                             config.string(), "--weight-bits", "5", "-o", "b"}));
  const json j = read(folder / "b/compile.json")["populations"];
  CHECK(j[0]["weight_bits"] == 5);
  CHECK(j[0]["lanes"] == 2);
  CHECK(j[1]["lanes"] == 3);
}

TEST_CASE("--quiet says nothing") {
  const TemporaryFolder folder;
  const Run run =
      hillock(folder / "", {"compile", source("tests/data/mlp/model.nir"), "-o", "b", "--quiet"});
  done(run);
  CHECK(run.out.empty());
}

}  // namespace
}  // namespace hillock::tests
