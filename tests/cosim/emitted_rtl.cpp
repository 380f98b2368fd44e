// Emitted designs in the hands of other tools: Verilator's lint has nothing to say, Icarus reads
// them, Yosys reads them and infers no latch, and Icarus, which shares no code with Verilator,
// plays a sample through the emitted test bench as the integer model does: every spike and the
// result.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/cosim.h"
#include "compiler/driver/run.h"
#include "compiler/ir/network_json.h"
#include "compiler/support/file.h"
#include "compiler/support/npz.h"
#include "compiler/support/process.h"
#include "sim/reference/integer_model.h"
#include "tests/support/fixtures.h"
#include "tests/support/random_network.h"

namespace {

using namespace hillock;
namespace fs = std::filesystem;

const fs::path kSource = HILLOCK_SOURCE;

// What a program printed, with its status where that is not 0; "" where it is silent and content.
std::string output_of(const std::vector<std::string>& argv, const fs::path& cwd) {
  const fs::path log = cwd / "tool.log";
  const int status = support::run_process(argv, cwd, log);
  std::string out = support::read_file(log);
  fs::remove(log);
  if (status != 0) out += fmt::format("{} ended with status {}", argv[0], status);
  return out;
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// What lint, Icarus and Yosys have to say about these sources, nothing being right.
std::string complaints(const fs::path& folder, const std::string& top,
                       const std::vector<std::string>& sources, const std::string& flag) {
  const std::vector<std::string> define =
      flag.empty() ? std::vector<std::string>{} : std::vector<std::string>{flag};
  const auto verilator =
      joined({"verilator", "--lint-only", "-Wall", "-I.", "--top-module", top}, define);
  const auto icarus =
      joined({"iverilog", "-g2005", "-Wall", "-I", ".", "-s", top, "-o", "/dev/null"}, define);
  const std::string script = fmt::format(
      "read_verilog {} -I. -defer {}; hierarchy -check -top {}; proc; select -assert-none "
      "t:$dlatch t:$dlatchsr t:$adlatch t:$sr; check -assert",
      flag, fmt::join(sources, " "), top);
  return output_of(joined(verilator, sources), folder) +
         output_of(joined(icarus, sources), folder) +
         output_of({"yosys", "-q", "-p", script}, folder);
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::istringstream text(support::read_file(file));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

struct Design {
  fs::path folder;
  std::string top;
  std::vector<std::string> sources;  // relative to folder/rtl
};

Design compile(const driver::CompileOptions& options) {
  const nlohmann::json summary = driver::compile(options, {});
  return {options.output, summary.at("rtl").at("top"), lines_of(options.output / "rtl/files.f")};
}

std::string complaints(const Design& d) {
  return complaints(d.folder / "rtl", d.top, d.sources, "") +
         complaints(d.folder / "rtl", d.top, d.sources, "-DSNN_TRACE");
}

// The same of the tops around the core.
std::string shell_complaints(const Design& d) {
  std::string all;
  for (const char* list : {"axi.f", "icebreaker.f"}) {
    const std::vector<std::string> sources = lines_of(d.folder / "rtl" / list);
    const std::string top = fs::path(sources.back()).stem().string();
    for (const char* flag : {"", "-DSYNTHESIS"}) {
      all += complaints(d.folder / "rtl", top, sources, flag);
    }
  }
  return all;
}

using Spike = std::tuple<std::size_t, std::size_t, std::size_t>;  // population, step, neuron

struct Played {
  std::set<Spike> spikes;
  std::vector<std::pair<std::int64_t, std::int64_t>> results;  // per output: class and score
  std::int64_t cycles = 0;

  friend bool operator==(const Played&, const Played&) = default;
};

// Writes the sample's stimulus with the verb that users have for it; returns the sample's cycles
// under Verilator, which is to agree with the integer model.
std::int64_t write_stimulus(const Design& d, const fs::path& data, std::size_t sample) {
  driver::CosimVerbOptions options;
  options.folder = d.folder;
  options.data.data = data;
  options.data.samples = 1;
  options.first = sample;
  options.quick = true;
  options.stimulus = d.folder / "rtl/stimulus.hex";
  const nlohmann::json cosim = driver::cosim(options, {{}, true});
  CHECK(cosim.at("mismatches") == 0);
  return cosim.at("cycles_per_inference").at("min");
}

// What the emitted test bench prints under Icarus.
Played play(const Design& d) {
  const fs::path rtl = d.folder / "rtl";
  // The library has no `timescale of its own: the user's project decides.
  CHECK(output_of(joined(joined({"iverilog", "-g2005", "-Wall", "-Wno-timescale", "-DSNN_TRACE",
                                 "-I", ".", "-o", "sim.vvp"},
                                d.sources),
                         {"../tb/" + d.top + "_tb.v"}),
                  rtl) == "");
  Played played;
  std::istringstream lines(output_of({"vvp", "-n", "sim.vvp"}, rtl));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "SPIKE") {
      std::size_t p = 0, t = 0, j = 0;
      words >> p >> t >> j;
      CHECK(played.spikes.emplace(p, t, j).second);
    } else if (word == "RESULT") {
      auto& [result_class, score] = played.results.emplace_back();
      words >> result_class >> score >> word >> played.cycles;
    } else {
      UNSCOPED_INFO(line);
    }
    CHECK_FALSE(words.fail());
  }
  return played;
}

Played expected(const Design& d, const fs::path& data_file, std::size_t sample,
                std::int64_t cycles) {
  const driver::Build build = driver::load_build(d.folder);
  driver::DataOptions options;
  options.data = data_file;
  const ir::Dataset data = driver::load_data(build, options);
  sim::IntegerResult result;
  sim::IntegerModel(build.quantized).run(data, sample, result);
  Played out;
  for (std::size_t p = 0; p < result.recording.spikes.size(); ++p) {
    const auto& spikes = result.recording.spikes[p];
    for (std::size_t t = 0; t < spikes.rows; ++t) {
      for (std::size_t j = 0; j < spikes.cols; ++j) {
        if (spikes(t, j) != 0) out.spikes.emplace(p, t, j);
      }
    }
  }
  const auto add = [&](const auto& decision) {
    out.results.emplace_back(static_cast<std::int64_t>(decision.predicted),
                             decision.scores[decision.predicted]);
  };
  add(result);
  for (const auto& decision : result.more) add(decision);
  out.cycles = cycles;
  return out;
}

void check_design(const Design& d, const fs::path& data, std::size_t sample) {
  CHECK(complaints(d) == "");
  const std::int64_t cycles = write_stimulus(d, data, sample);
  const Played model = expected(d, data, sample, cycles);
  const Played played = play(d);
  CHECK(played.spikes == model.spikes);
  CHECK(played.results == model.results);
  CHECK(played.cycles == model.cycles);
}

driver::CompileOptions digits(const fs::path& output, const std::string& lanes) {
  driver::CompileOptions o;
  o.model = kSource / "examples/digits/model.nir";
  o.data = kSource / "examples/digits/calibration.npz";
  o.output = output;
  o.import.semantics = import::Semantics::SnnTorch;
  o.import.reset = ir::ResetMechanism::Subtract;
  o.lanes.lanes = driver::PerPopulationOption::parse("--lanes", lanes);
  return o;
}

void replace(const fs::path& file, const std::string& from, const std::string& to) {
  std::string text = support::read_file(file);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  support::write_file(file, text.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("every library module pleases every tool by itself") {
  const fs::path library = kSource / "rtl_templates";
  std::vector<std::string> sources;
  for (const auto& entry : fs::recursive_directory_iterator(library)) {
    if (entry.path().extension() == ".v") {
      sources.push_back(fs::relative(entry.path(), library).string());
    }
  }
  REQUIRE(sources.size() >= 20);
  const tests::TemporaryFolder folder;
  fs::copy(library, folder / "rtl", fs::copy_options::recursive);
  for (const std::string& source : sources) {
    const std::string module = fs::path(source).stem().string();
    INFO(module);
    // Only its own file by name: what it instantiates is looked up.
    CHECK(output_of({"verilator", "--lint-only", "-Wall", "--top-module", module, "-y", "prim",
                     "-y", "snn", "-y", "top", "-y", "axi", "-y", "board", source},
                    folder / "rtl") == "");
    CHECK(output_of({"iverilog", "-g2005", "-Wall", "-s", module, "-o", "/dev/null", "-y", "prim",
                     "-y", "snn", "-y", "top", "-y", "axi", "-y", "board", source},
                    folder / "rtl") == "");
    CHECK(output_of({"yosys", "-q", "-p",
                     fmt::format("read_verilog -defer {}; hierarchy -check -top {}; proc; select "
                                 "-assert-none t:$dlatch t:$dlatchsr t:$adlatch t:$sr",
                                 fmt::join(sources, " "), module)},
                    folder / "rtl") == "");
  }
}

TEST_CASE("the digits network, from one lane to all") {
  const std::string lanes = GENERATE("1", "8", "all");
  const tests::TemporaryFolder folder;
  INFO("lanes " << lanes);
  driver::CompileOptions o = digits(folder / "build", lanes);
  if (lanes == "8") o.weights = driver::PerPopulationOption::parse("--weights", "ram");
  const Design d = compile(o);
  check_design(d, kSource / "examples/digits/test.npz", 3);
  if (lanes != "all") CHECK(shell_complaints(d) == "");
}

TEST_CASE("networks of the test data") {
  const tests::TemporaryFolder folder;
  driver::CompileOptions o;
  o.output = folder / "build";
  SECTION("a chain with parameters of every neuron") {
    o.model = kSource / "tests/data/mlp/model.nir";
    o.data = kSource / "tests/data/mlp/test.npz";
    check_design(compile(o), o.data, 1);
  }
  SECTION("graphs in graphs, one lane, counted input") {
    o.model = kSource / "tests/data/nir/nested.nir";
    o.data = folder / "data.npz";
    o.lanes.lanes = driver::PerPopulationOption::parse("--lanes", "1");
    std::vector<std::int64_t> x;
    for (int i = 0; i < 60; ++i) x.push_back(i * i % 7 - 2);
    support::write_npz(o.data, {{"x", {2, 10, 3}, x}});
    const Design d = compile(o);
    check_design(d, o.data, 1);
    CHECK(shell_complaints(d) == "");
  }
}

TEST_CASE("two inputs, one of them graded, and two outputs") {
  const std::string lanes = GENERATE("1", "3");
  const tests::TemporaryFolder folder;
  driver::CompileOptions o;
  o.output = folder / "build";
  o.model = kSource / "tests/data/nir/ports.nir";
  o.data = kSource / "tests/data/npz/ports.npz";
  o.lanes.lanes = driver::PerPopulationOption::parse("--lanes", lanes);
  const Design d = compile(o);
  check_design(d, o.data, 2);
  CHECK(shell_complaints(d) == "");
}

TEST_CASE("random networks: every rule, readout and width") {
  for (const std::uint64_t seed : {2, 5, 9, 12, 17}) {
    const tests::RandomCase c = tests::random_case(seed);
    INFO("seed " << seed << ": " << c.description);
    const tests::TemporaryFolder folder;
    driver::CompileOptions o;
    o.model = folder.file("network.json", ir::to_json(c.network).dump());
    o.data = folder / "data.npz";
    o.output = folder / "build";
    o.lanes.lanes = driver::PerPopulationOption::parse("--lanes", "3");
    support::write_npz(o.data, tests::arrays_of(c));
    check_design(compile(o), o.data, 0);
  }
}

TEST_CASE("these checks can fail") {
  const tests::TemporaryFolder folder;
  const Design d = compile(digits(folder / "build", "8"));
  const fs::path rtl = d.folder / "rtl";
  REQUIRE(complaints(d) == "");
  SECTION("a latch") {
    replace(rtl / (d.top + ".v"), "endmodule",
            "  reg latch;\n  always @* if (rst_i) latch = in_valid_i;\n"
            "  wire latch_unused;\n  assign latch_unused = &{1'b0, latch};\nendmodule");
    CHECK(complaints(d).find("Selection contains") != std::string::npos);
  }
  SECTION("a wire that nothing reads") {
    replace(rtl / (d.top + ".v"), "endmodule",
            "  wire lonely;\n  assign lonely = rst_i;\nendmodule");
    CHECK(complaints(d).find("UNUSED") != std::string::npos);
  }
  SECTION("a wire of another width") {
    replace(rtl / "lib/snn_cycles.v", "assign",
            "wire [3:0] wide;\n  assign wide = rst_i;\n  assign");
    CHECK(complaints(d).find("WIDTH") != std::string::npos);
  }
  SECTION("a threshold that holds the wrong way round") {
    const fs::path data = kSource / "examples/digits/test.npz";
    const Played model = expected(d, data, 0, write_stimulus(d, data, 0));
    CHECK(play(d) == model);
    replace(rtl / "lib/snn_fire.v", "& (compared > limit)", "& (compared < limit)");
    CHECK(play(d) != model);
  }
}
