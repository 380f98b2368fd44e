// hillock synth and hillock cosim --netlist: what they refuse, and a small network all the way, to
// a bitstream for iCE40 and to standard cells, each netlist co-simulated.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kModel = source("tests/data/mlp/model.nir");
const std::string kData = source("tests/data/mlp/test.npz");
const std::string kCells = source("tests/data/cells/tiny.lib");

json read(const fs::path& file) { return json::parse(support::read_file(file)); }

void done(const Run& run) {
  CAPTURE(run.out);
  CHECK(run.err == "");
  REQUIRE(run.status == 0);
}

void compile(const TemporaryFolder& folder, const std::string& lanes = "2") {
  done(hillock(folder / "",
               {"compile", kModel, "--data", kData, "--semantics", "snntorch", "--reset",
                "subtract", "--weight-bits", "4", "--lanes", lanes, "-o", "b"}));
}

std::vector<std::string> synth(std::vector<std::string> more) {
  std::vector<std::string> argv = {"synth", "b", "--target"};
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

// A file that refuses to be the tool it is named after, in the folder `bin`.
std::vector<std::string> cosim(const std::string& netlist) {
  return {"cosim", "b", "--data", kData, "--samples", "5", "--netlist", netlist, "--no-waveform"};
}

// Replaces every occurrence in cells that name `where`, on their line or the next: one cell alone
// may change nothing that shows.
void plant(const fs::path& file, const std::string& where, const std::string& from,
           const std::string& to) {
  std::istringstream in(support::read_file(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::string text;
  bool planted = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string line = lines[i];
    const std::size_t at = line.find(from);
    const std::string& next = lines[std::min(i + 1, lines.size() - 1)];
    const bool named =
        line.find(where) != std::string::npos || next.find(where) != std::string::npos;
    if (at != std::string::npos && named) {
      line.replace(at, from.size(), to);
      planted = true;
    }
    text += line + "\n";
  }
  REQUIRE(planted);
  support::write_file(file, text);
}

TEST_CASE("synth refuses what it cannot do, with one error") {
  const TemporaryFolder folder;
  compile(folder);
  const auto refused = [&](const std::vector<std::string>& argv) {
    const Run run = hillock(folder / "", argv);
    CHECK(not_one_error(run) == "");
    return error_line(run);
  };
  CHECK(refused(synth({"ice40"})).find("--target: error: there is no target ice40 [bad-option]") ==
        0);
  CHECK(refused(synth({"asic"})).find("--liberty: error: target asic needs a library") == 0);
  CHECK(refused(synth({"ecp5", "--liberty", kCells}))
            .find("--liberty: error: is for --target asic") == 0);
  CHECK(refused(synth({"ice40-hx8k", "--top", "missing"})).find("has a module missing") !=
        std::string::npos);
  CHECK(refused(synth({"xilinx7", "--pins", kCells})).find("is not placed and routed") !=
        std::string::npos);
  CHECK(refused(synth({"asic", "--liberty", kData})).find("[bad-liberty]") != std::string::npos);
  CHECK(refused({"power", "b", "--data", kData, "--liberty", kCells})
            .find("there is no netlist of standard cells [bad-build]") != std::string::npos);
  CHECK(refused({"power", "b", "--data", kData}).find("of which netlist?") != std::string::npos);
  CHECK(refused({"power", "b", "--data", kData, "--target", "ice40-up5k"})
            .find("b has no netlist for ice40-up5k") != std::string::npos);
  CHECK(hillock(folder / "", {"power", "b", "--data", kData, "--target", "ecp5"}).status == 2);
  CHECK(refused(synth({"ice40-hx8k", "--memories", "macros"}))
            .find("--memories: error: macros are for --target asic") == 0);
  CHECK(refused(synth({"asic", "--liberty", "none.lib"})).find("[file-not-found]") !=
        std::string::npos);
  (void)folder.file("cut.lib.gz", "\x1f\x8b\x08");
  CHECK(refused(synth({"asic", "--liberty", "cut.lib.gz"}))
            .find("is a gzip file that cannot be read") != std::string::npos);
  CHECK(refused({"synth", "nowhere", "--target", "ecp5"}).find("[bad-build]") != std::string::npos);
  CHECK(refused(cosim("ice40-hx8k")).find("b has no netlist for ice40-hx8k [bad-option]") !=
        std::string::npos);
  CHECK(refused(cosim("x.v")).find("is neither a target of `hillock synth` nor a file") !=
        std::string::npos);
  CHECK(refused(cosim(kCells)).find("there are no models of the cells") != std::string::npos);
  CHECK(hillock(folder / "", {"synth", "b"}).status == 2);
  CHECK(hillock(folder / "", synth({"ecp5", "--clock", "-1"})).status == 2);
  CHECK_FALSE(fs::exists(folder / "b/synth-asic"));
}

TEST_CASE("a tool that is missing is named with its package") {
  const TemporaryFolder folder;
  compile(folder);
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (folder / "").c_str(), 1);
  const Run run = hillock(folder / "", synth({"ice40-hx8k"}));
  ::setenv("PATH", path.c_str(), 1);
  CHECK(not_one_error(run) == "");
  CHECK(run.err.find("yosys: error: is not installed, and synthesis needs it [tool-missing]") == 0);
  CHECK(run.err.find("apt-get install yosys") != std::string::npos);
}

TEST_CASE("a network becomes a bitstream for iCE40, and its netlist does as the model") {
  const TemporaryFolder folder;
  compile(folder);
  done(hillock(folder / "", synth({"ice40-hx8k", "--clock", "12e6", "--json", "s.json"})));
  const json j = read(folder / "s.json");
  CHECK(j == read(folder / "b/synth-ice40-hx8k.json"));
  CHECK(j["target"] == "ice40-hx8k");
  CHECK(j["luts"] > 100);
  CHECK(j["ffs"] > 50);
  CHECK(j["dsps"] == 0);
  CHECK(j["area_um2"].is_null());
  CHECK(j["fmax_hz"] > 20e6);
  CHECK(j["fmax_hz"] <= j["timing"]["icetime_hz"]);
  CHECK(j["clock"]["met"] == true);
  CHECK(j["fits"] == true);
  CHECK(j["utilisation"]["luts"].get<double>() < 100);
  CHECK(j["tools"].size() == 4);
  CHECK(j["wrapper"]["ffs"] > 50);  // a flip-flop a port
  CHECK(fs::file_size(j["bitstream"].get<std::string>()) > 100000);
  // Nothing of what happened in each instance is lost.
  std::int64_t luts = 0;
  for (const auto& [name, r] : j["by_instance"].items()) luts += r["luts"].get<std::int64_t>();
  CHECK(luts == j["luts"]);

  // The same again comes from the cache.
  done(hillock(folder / "", synth({"ice40-hx8k", "--clock", "12e6", "--json", "t.json"})));
  CHECK(read(folder / "t.json")["cached"] == true);
  CHECK(read(folder / "t.json")["luts"] == j["luts"]);

  Run run = hillock(folder / "", cosim("ice40-hx8k"));
  done(run);
  const json c = read(folder / "b/cosim.json");
  CHECK(c["netlist"] == "ice40-hx8k");
  CHECK(c["mismatches"] == 0);
  CHECK(c["samples"] == 4);  // all that there are
  CHECK(c["spikes_compared"] > 0);
  CHECK(c["membranes_compared"] == 0);
  CHECK(c["predicted_cycles_equal"] == true);

  // A fault in one LUT of the lanes.
  const fs::path netlist = j["netlist"].get<std::string>();
  plant(netlist, "u_lane", ".LUT_INIT(16'h", ".LUT_INIT(16'hffff & ~16'h");
  run = hillock(folder / "", cosim(netlist.string()));
  CHECK(run.status == 3);
  CHECK(read(folder / "b/cosim.json")["mismatches"] > 0);
}

TEST_CASE("the energy of an iCE40UP5K follows the activity of its netlist") {
  const TemporaryFolder folder;
  compile(folder);
  done(hillock(folder / "", synth({"ice40-up5k"})));
  const std::vector<std::string> power = {"power",     "b", "--data",   kData,
                                          "--samples", "3", "--target", "ice40-up5k"};
  done(hillock(folder / "", power));
  const json p = read(folder / "b/power.json");
  CHECK(p.at("mismatches") == 0);
  CHECK(p.at("samples") == 3);
  CHECK(p.at("flip_flops") == read(folder / "b/synth-ice40-up5k.json").at("ffs"));
  const double cells = p.at("logic_cells");
  const double cycles = p.at("cycles_per_inference");
  const double transitions = p.at("transitions_per_inference");
  CHECK(transitions > cycles);  // the counter of cycles alone moves in each
  CHECK(transitions < 0.5 * cells * cycles);
  double of_instances = 0;
  for (const auto& [name, n] : p.at("transitions_by_instance").items())
    of_instances += n.get<double>();
  CHECK(of_instances == Approx(transitions));
  double sum = 0;
  for (const auto& [name, e] : p.at("breakdown_j").items()) sum += e.get<double>();
  CHECK(p.at("energy_j").at("nominal").get<double>() == Approx(sum));
  CHECK(p.at("breakdown_j").at("logic").get<double>() == Approx(transitions * 0.502e-12));
  for (const auto& entry : fs::directory_iterator(folder / "b"))
    CHECK(entry.path().extension() != ".pipe");

  // A netlist that is not the network's is noticed.
  const std::string netlist = (folder / "b/synth-ice40-up5k/netlist.v").string();
  plant(netlist, "u_lane", ".LUT_INIT(16'h", ".LUT_INIT(16'hffff & ~16'h");
  CHECK(hillock(folder / "", power).status == 3);
}

TEST_CASE("a network becomes standard cells, and their netlist does as the model") {
  const TemporaryFolder folder;
  compile(folder, "1");
  done(hillock(folder / "", synth({"asic", "--liberty", kCells, "--json", "s.json"})));
  const json j = read(folder / "s.json");
  CHECK(j["luts"].is_null());
  CHECK(j["bitstream"].is_null());
  CHECK(j["library"] == "tiny");
  CHECK(j["ffs"] == j["cells"]["DFF"]);
  CHECK(j["fmax_hz"] > 1e6);
  CHECK((j["timing"]["source"] == "opensta" || j["timing"]["source"] == "abc"));
  const std::map<std::string, double> areas = {
      {"INV", 4}, {"BUF", 6}, {"NAND2", 6}, {"NOR2", 6}, {"XOR2", 12}, {"AOI21", 8}, {"DFF", 24}};
  double area = 0;
  for (const auto& [type, n] : j["cells"].items()) area += areas.at(type) * n.get<double>();
  CHECK(j["area_um2"].get<double>() == Approx(area));

  done(hillock(folder / "", cosim("asic")));

  // The same netlist by our own gate simulator: the same classes and cycles, and what it takes.
  const std::vector<std::string> power = {"power",     "b",           "--data",    kData,
                                          "--samples", "5",           "--liberty", kCells,
                                          "--opensta", "activity.tcl"};
  done(hillock(folder / "", power));
  const json p = read(folder / "b/power.json");
  CHECK(p.at("mismatches") == 0);
  CHECK(p.at("samples") == 4);  // all there are
  CHECK(p.at("flip_flops") == read(folder / "b/synth-asic.json").at("ffs"));
  CHECK(p.at("energy_j").at("switching") > 0);
  CHECK(p.at("energy_j").at("clock") > 0);
  CHECK(support::read_file(folder / "activity.tcl").find("report_power") != std::string::npos);

  // Memories left whole: fewer cells, and the netlist still does what the model does.
  done(hillock(folder / "", synth({"asic", "--liberty", kCells, "--memories", "macros"})));
  done(hillock(folder / "", cosim("asic")));
  done(hillock(folder / "", power));
  const json m = read(folder / "b/power.json");
  CHECK(m.at("mismatches") == 0);
  CHECK(m.at("memory_macros").size() >= 3);
  CHECK(m.at("cells") < p.at("cells"));
  CHECK(m.at("energy_j").at("total") < p.at("energy_j").at("total"));
  CHECK(m.at("cycles_per_inference") == p.at("cycles_per_inference"));
  CHECK(read(folder / "b/cosim.json")["mismatches"] == 0);
  const fs::path netlist = j["netlist"].get<std::string>();
  plant(netlist, "u_lane", "NOR2 ", "NAND2 ");
  CHECK(hillock(folder / "", cosim(netlist.string())).status == 3);
}

}  // namespace
}  // namespace hillock::tests
