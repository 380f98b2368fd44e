// A NIR file with two inputs and two outputs, all the way, from outside.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "compiler/support/npz.h"
#include "tests/cli/program.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using nlohmann::json;

TEST_CASE("flow takes two inputs and two outputs all the way") {
  const TemporaryFolder folder;
  const std::string data = source("tests/data/npz/ports.npz");
  const std::string model = source("tests/data/nir/ports.nir");
  const auto run = [&](const std::vector<std::string>& arguments) {
    const Run r = hillock(folder / "", arguments);
    CAPTURE(r.out);
    CHECK(r.err == "");
    REQUIRE(r.status == 0);
    return r;
  };
  run({"flow", model, "--data", data, "--lanes", "2", "-o", "b"});
  const json flow = json::parse(support::read_file(folder / "b/flow.json"));
  CHECK(flow["compile"]["inputs"][0]["name"] == "audio");
  CHECK(flow["compile"]["inputs"][0]["max"] == 1);
  CHECK(flow["compile"]["inputs"][1]["min"] == -3);
  CHECK(flow["compile"]["outputs"][1]["population"] == "lif2");
  CHECK(flow["cosim"]["samples"] == 8);
  CHECK(flow["cosim"]["mismatches"] == 0);
  CHECK(flow["cosim"]["predicted_cycles_equal"] == true);
  CHECK(flow["estimate"]["energy_j"]["nominal"] > 0);
  for (const char* verb : {"integer", "cosim"}) {
    const json& part = flow[verb];
    REQUIRE(part["outputs"].size() == 2);
    CHECK(part["outputs"][0]["predictions"] == part["predictions"]);
    CHECK(part["outputs"][0]["accuracy"] == part["accuracy"]);
    CHECK(part["outputs"][1]["accuracy"].is_number());
    CHECK(part["outputs"] == flow["integer"]["outputs"]);
  }
  run({"cosim", "b", "--data", data, "--stalls", "5", "--json", "s.json"});
  CHECK(json::parse(support::read_file(folder / "s.json"))["mismatches"] == 0);
  run({"run", "b", "--data", data, "--dump-spikes", "s.npz"});
  const support::NpzReader spikes(folder / "s.npz");
  CHECK(spikes.read("lif1").shape() == std::vector<std::size_t>{8, 12, 5});
  CHECK(spikes.read("lif2").shape() == std::vector<std::size_t>{8, 12, 3});
  CHECK(run({"inspect", "b"}).out.find("output lif2, read out by spike_count") !=
        std::string::npos);

  // The other output first.
  run({"compile", model, "--data", data, "--main-output", "lif2", "-o", "c", "--json", "c.json"});
  CHECK(json::parse(support::read_file(folder / "c.json"))["outputs"][0]["population"] == "lif2");
}

}  // namespace
}  // namespace hillock::tests
