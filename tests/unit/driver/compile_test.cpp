// compile and run as functions: what they write, what data a build takes, what narrow membranes do.
#include "compiler/driver/compile.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "compiler/driver/cosim.h"
#include "compiler/driver/run.h"
#include "compiler/driver/summary.h"
#include "compiler/support/npz.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using driver::CompileOptions;
using driver::PerPopulationOption;
using driver::RunOptions;
using nlohmann::json;

const std::filesystem::path kTiny = std::filesystem::path(HILLOCK_SOURCE) / "docs/tiny";

// docs/tiny, changed, in a folder of its own.
class Tiny {
 public:
  Tiny() {
    std::ifstream file(kTiny / "network.json");
    network = json::parse(file);
    options.data = kTiny / "data.npz";
    options.weight_bits.all = "4";
    options.output = folder_ / "build";
  }
  json network;
  CompileOptions options;

  json compile() {
    options.model = folder_.file("network.json", network.dump());
    return driver::compile(options, {{}, true});
  }
  json run(const std::filesystem::path& data, std::optional<int> steps = {}) const {
    return driver::run({options.output, {data, {}, steps, 1}, false, {}}, {{}, true});
  }
  // x of ones, of this shape.
  [[nodiscard]] std::filesystem::path ones(const std::vector<std::size_t>& shape,
                                           float value = 1.0F) const {
    std::size_t n = 1;
    for (const std::size_t d : shape) n *= d;
    support::write_npz(folder_ / "ones.npz", {{"x", shape, std::vector<float>(n, value)}});
    return folder_ / "ones.npz";
  }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

bool has_all(const json& object, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    UNSCOPED_INFO(key);
    if (!object.contains(key)) return false;
  }
  return true;
}

TEST_CASE("a build takes a time axis of at most the steps that are proved", "[driver]") {
  Tiny t;
  t.network.erase("timesteps");
  t.options.data.clear();
  CHECK(t.compile()["timesteps"] == 1024);
  CHECK(t.run(kTiny / "data.npz")["timesteps"] == 4);
  CHECK(t.run(kTiny / "data.npz", 4)["timesteps"] == 4);
  CHECK_THAT(error_of([&] { return t.run(kTiny / "data.npz", 5); }),
             Contains("holds 4 time steps, and 5 are asked for"));
  // The proof's 1024 steps are nobody's statement of how long an input is shown.
  CHECK_THAT(error_of([&] { return t.run(t.ones({2, 3})); }), Contains("without time steps"));
  CHECK(t.run(t.ones({2, 3}), 6)["timesteps"] == 6);

  t.options.import.timesteps = 3;
  CHECK(t.compile()["timesteps"] == 3);
  CHECK_THAT(error_of([&] { return t.run(kTiny / "data.npz"); }),
             Contains("data.npz:/x: error: 4 steps, and the build's widths are proved for 3 "
                      "[data-out-of-range]\n  "
                      "help: compile again with --timesteps 4, or with this data set as --data"));
  CHECK(t.run(t.ones({2, 3}))["timesteps"] == 3);
  CHECK_THAT(error_of([&] { return t.run(t.ones({2, 3}), 6); }), Contains("proved for 3"));
}

TEST_CASE("data that are longer than the network's own steps lengthen the proof", "[driver]") {
  Tiny t;
  t.options.data = t.ones({2, 7, 3});
  CHECK(t.compile()["timesteps"] == 7);
  t.options.data = t.ones({2, 2, 3});
  CHECK(t.compile()["timesteps"] == 4);
}

TEST_CASE("a membrane too narrow for a threshold is an error", "[driver]") {
  Tiny t;
  t.options.membrane_bits = PerPopulationOption::parse("--membrane-bits", "6");
  CHECK_THAT(error_of([&] { return t.compile(); }),
             Contains("--membrane-bits: error: 2 of 2 neurons of hidden could never spike: 6 bits "
                      "hold no membrane above 31, and a neuron spikes above its threshold of 32 "
                      "[bad-option]\n  help: give hidden at least 7 bits, or fewer "
                      "--fraction-bits"));
  CHECK_FALSE(std::filesystem::exists(t.options.output));
  t.options.membrane_bits = PerPopulationOption::parse("--membrane-bits", "hidden=7");
  CHECK(t.compile()["populations"][0]["membrane_bits"] == 7);
  CHECK(t.run(kTiny / "data.npz")["spikes_per_inference"] > 0);
}

TEST_CASE("a membrane whose product with its decay passes 64 bits is an error", "[driver]") {
  Tiny t;
  t.options.weight_bits.all = "16";
  t.options.fraction_bits.all = "20";
  t.options.decay_bits.all = "24";
  t.network["populations"][0]["decay"] = 0.9;
  CHECK_NOTHROW(t.compile());
  t.network["populations"][0]["bias"] = 8;  // of a threshold of 1
  CHECK_THAT(error_of([&] { return t.compile(); }),
             Contains("population hidden could need more than 60 bits, or 63 with its 24 decay "
                      "bits [width-too-large]"));
}

TEST_CASE("neurons that can never spike are noted", "[driver]") {
  Tiny t;
  CHECK(t.compile()["notes"] == json::array());
  t.network["populations"][1]["threshold"] = {1, 100};
  const json notes = {"population out: 1 of 2 neurons can never spike"};
  json summary = t.compile();
  CHECK(summary["notes"] == notes);
  CHECK_THAT(driver::compile_text(summary, "build"), Contains("  note: population out: 1 of 2"));
  // Neither a narrower membrane nor the error about it changes what was proved.
  const json proved = summary["populations"][1]["membrane_bits"];
  t.options.membrane_bits.by_name["out"] = std::to_string(proved.get<int>() - 1);
  summary = t.compile();
  CHECK(summary["notes"] == notes);
  CHECK(summary["populations"][1]["overflow"] == "saturating");
}

TEST_CASE("the state memory holds the bit that some resets keep beside the sum", "[driver]") {
  Tiny t;
  t.options.lanes.lanes.all = "1";
  t.network["populations"][0]["reset"] = {
      {"mechanism", "zero"}, {"timing", "delayed"}, {"zero_input", "lost"}};
  const json summary = t.compile();
  const json& p = summary["populations"];
  CHECK(summary["state_memory_bits"] ==
        2 * (p[0]["accumulator_bits"].get<int>() + 1) + 2 * p[1]["accumulator_bits"].get<int>());
}

TEST_CASE("compile says what it was calibrated on", "[driver]") {
  Tiny t;
  const auto said = [&] { return driver::compile_text(t.compile(), "build"); };
  // What a data set is known by: its content.
  const auto calibration = [&] {
    json c = t.compile()["calibration"];
    CHECK(c.at("content").get<std::string>().size() == 16);
    c.erase("content");
    return c;
  };
  CHECK(calibration() ==
        json{{"file", "data.npz"}, {"samples", 1}, {"half", true}, {"shared_with_test", false}});
  CHECK_THAT(said(),
             Contains("calibrated on 1 samples of data.npz, every second one; others held out\n"));
  t.options.tested_on_data = true;  // as flow does
  CHECK(t.compile()["calibration"]["shared_with_test"] == true);

  t.options.calibration = t.ones({3, 6, 3}, 5);
  json summary = t.compile();
  CHECK(calibration() ==
        json{{"file", "ones.npz"}, {"samples", 3}, {"half", false}, {"shared_with_test", false}});
  CHECK_THAT(said(), Contains("calibrated on 3 samples of ones.npz\n"));
  CHECK(summary["timesteps"] == 6);
  CHECK_NOTHROW(t.run(t.options.calibration));
  CHECK_NOTHROW(t.run(kTiny / "data.npz"));
  // The values of both data sets are within the input's range.
  std::swap(t.options.calibration, t.options.data);
  summary = t.compile();
  CHECK(summary["calibration"]["file"] == "data.npz");
  CHECK_NOTHROW(t.run(t.options.data));
  // A copy of the test set is the test set.
  t.options.data = t.file("copy.npz");
  std::filesystem::copy_file(kTiny / "data.npz", t.options.data);
  CHECK(t.compile()["calibration"]["shared_with_test"] == true);
  CHECK_THAT(said(), Contains("calibrated on 2 samples of data.npz, which is also the test set\n"));

  t.options.calibration.clear();
  t.options.data.clear();
  CHECK(t.compile()["calibration"] == nullptr);
  CHECK_THAT(said(), Contains("not calibrated: no data were given"));
}

TEST_CASE("compile.json and run.json have their keys", "[driver]") {
  Tiny t;
  const json summary = t.compile();
  CHECK(has_all(summary,
                {"import", "populations", "weight_memory_bits", "state_memory_bits", "rtl"}));
  CHECK(has_all(summary["import"], {"grade", "assumptions"}));
  CHECK(has_all(summary["rtl"], {"top", "files"}));
  for (const json& p : summary["populations"]) {
    CHECK(has_all(p, {"name", "neurons", "shape", "model", "reset", "weight_bits", "membrane_bits",
                      "accumulator_bits", "overflow", "lanes"}));
  }
  const std::vector<std::string> run_keys = {"model",
                                             "samples",
                                             "timesteps",
                                             "accuracy",
                                             "predictions",
                                             "inferences_per_second",
                                             "spikes_per_inference",
                                             "synaptic_operations_per_inference",
                                             "saturations"};
  const json labelled = t.run(kTiny / "data.npz");
  CHECK(has_all(labelled, run_keys));
  CHECK(labelled["accuracy"].is_number());
  const json unlabelled = t.run(t.ones({2, 4, 3}));
  CHECK(has_all(unlabelled, run_keys));
  CHECK(unlabelled["accuracy"].is_null());
  CHECK(unlabelled["predictions"].size() == 2);
}

TEST_CASE("a replay has what decides the data and the stalls", "[driver]") {
  driver::CosimVerbOptions o;
  o.folder = "build";
  o.data.data = "d.npz";
  CHECK(driver::replay_command(o) == "hillock cosim build --data d.npz");
  o.data.timesteps = 20;
  o.stall_seed = 7;
  CHECK(driver::replay_command(o) == "hillock cosim build --data d.npz --timesteps 20 --stalls 7");
}

}  // namespace
}  // namespace hillock::tests
