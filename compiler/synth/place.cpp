#include "compiler/synth/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/synth/timing.h"

namespace hillock::synth {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

// One family's options around the common ones.
struct Commands {
  std::string routed;                 // what place and route leaves
  std::vector<std::string> route;     // options that write it
  std::vector<std::string> any_pins;  // option that lets pins go anywhere
  std::string pins;                   // option of the constraints file
  std::string bitstream;
  std::vector<std::string> pack;  // makes the bitstream of it
};

Commands commands(Family family) {
  if (family == Family::Ecp5) {
    return {"design.config",
            {"--textcfg", "design.config"},
            {"--lpf-allow-unconstrained"},
            "--lpf",
            "bitstream.bit",
            {"ecppack", "design.config", "bitstream.bit"}};
  }
  return {"design.asc", {"--asc", "design.asc"}, {"--pcf-allow-unconstrained"},
          "--pcf",      "bitstream.bin",         {"icepack", "design.asc", "bitstream.bin"}};
}

// icetime's name of the device: "hx8k" of "--hx8k".
std::string icetime_device(const Target& t) { return t.place_and_route.at(1).substr(2); }

// The slowest paths by icetime, which computes them for itself. Paths to and from pins are left
// out: in a larger design there are none.
std::optional<double> icetime(const Target& t, const ToolRunner& tools) {
  const int status =
      tools.status("icetime", {"icetime", "-d", icetime_device(t), "-i", "-m", "-t", "design.asc"},
                   tools.folder());
  const std::string log = tools.log("icetime");
  if (status != 0 && log.find("chipdb") != std::string::npos) {
    support::fail(support::DiagnosticKind::ToolMissing, {"icetime"},
                  "finds no description of the device", "apt-get install fpga-icestorm-chipdb");
  }
  if (status != 0) tools.failed("icetime", fmt::format("icetime ended with status {}", status));
  return read_icetime(log);
}

}  // namespace

std::vector<std::string> place_tools(const Target& t) {
  if (t.family == Family::Ice40) return {"nextpnr-ice40", "icetime", "icepack"};
  if (t.family == Family::Ecp5) return {"nextpnr-ecp5", "ecppack"};
  return {};
}

void place_and_route(const PlaceRequest& r, const ToolRunner& tools, json& summary) {
  const Target& t = *r.target;
  const Commands c = commands(t.family);
  const fs::path& folder = tools.folder();
  std::optional<PlaceReport> best;
  int best_seed = 0;
  std::optional<std::string> no_room;  // of a seed; another may find some
  for (int seed = 1; seed <= r.seeds; ++seed) {
    r.stage(r.seeds == 1 ? "place and route" : fmt::format("place and route, seed {}", seed));
    std::vector<std::string> argv = t.place_and_route;
    argv.insert(argv.end(), {"--json", r.json, "--seed", std::to_string(seed), "--freq",
                             fmt::format("{:g}", r.goal_hz / 1e6), "--timing-allow-fail",
                             "--report", "place.json"});
    argv.insert(argv.end(), c.route.begin(), c.route.end());
    if (r.pins.empty()) {
      argv.insert(argv.end(), c.any_pins.begin(), c.any_pins.end());
    } else {
      argv.insert(argv.end(), {c.pins, fs::absolute(r.pins).string()});
    }
    const int status = tools.status("place", argv, folder);
    if (status != 0) {
      const std::optional<std::string> why = nextpnr_does_not_fit(tools.log("place"));
      if (!why) tools.failed("place", fmt::format("{} ended with status {}", argv[0], status));
      no_room = why;
      continue;
    }
    const auto report = read_nextpnr_report(support::read_file(folder / "place.json"));
    if (!report) tools.failed("place", argv[0] + " gave no clock frequency");
    if (best && report->fmax_hz <= best->fmax_hz) continue;
    best = report;
    best_seed = seed;
    fs::copy_file(folder / c.routed, folder / ("best." + c.routed),
                  fs::copy_options::overwrite_existing);
    fs::copy_file(folder / "place.log", folder / "best.log", fs::copy_options::overwrite_existing);
  }
  if (!best) {
    summary["fits"] = false;
    summary["does_not_fit"] = no_room.value();
    return;
  }
  fs::rename(folder / ("best." + c.routed), folder / c.routed);
  fs::rename(folder / "best.log", folder / "place.log");

  json timing = {{"nextpnr_hz", best->fmax_hz}};
  double fmax = best->fmax_hz;
  if (t.family == Family::Ice40) {
    r.stage("timing");
    const std::optional<double> second = icetime(t, tools);
    if (!second) tools.failed("icetime", "icetime gave no delay");
    timing["icetime_hz"] = *second;
    fmax = std::min(fmax, *second);
  }
  r.stage("bitstream");
  tools.run("pack", c.pack, folder);
  json placed = json::object();
  for (const auto& [name, u] : best->usage) {
    placed[name] = {{"used", u.used}, {"available", u.available}};
  }
  summary["fits"] = true;
  summary["fmax_hz"] = fmax;
  summary["timing"] = std::move(timing);
  summary["critical_path"] = {
      {"from", best->path.from}, {"to", best->path.to}, {"ns", best->path.ns}};
  summary["placed_cells"] = std::move(placed);
  summary["seed"] = best_seed;
}

}  // namespace hillock::synth
