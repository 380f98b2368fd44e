#include "compiler/synth/synthesize.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "compiler/support/cache.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/synth/liberty.h"
#include "compiler/synth/netlist.h"
#include "compiler/synth/place.h"
#include "compiler/synth/scan_top.h"
#include "compiler/synth/standard_cells.h"
#include "compiler/synth/tools.h"
#include "compiler/synth/yosys_script.h"

namespace hillock::synth {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;
using support::DiagnosticKind;

// A folder that goes with its owner, unless it was moved away.
class Scratch {
 public:
  explicit Scratch(fs::path path) : path_(std::move(path)) {
    std::error_code ec;
    fs::remove_all(path_, ec);
    support::create_folder(path_);
  }
  ~Scratch() {
    std::error_code ec;
    fs::remove_all(path_, ec);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

json resources_json(const Resources& r) {
  return {
      {"luts", r.luts}, {"ffs", r.ffs}, {"brams", r.brams}, {"dsps", r.dsps}, {"spram", r.spram}};
}

class Flow {
 public:
  explicit Flow(const SynthRequest& request)
      : r_(request), t_(*request.target), goal_hz_(request.clock_hz.value_or(t_.goal_hz)) {}

  SynthResult run() {
    const fs::path cache = support::cache_root();
    support::create_folder(cache);
    const Scratch scratch(cache / fmt::format("synth-{}.tmp", ::getpid()));
    tools_ = ToolRunner(scratch.path(), {r_.timeout_seconds, r_.tick, {}});
    find_tools();
    if (t_.family == Family::Asic) read_library();

    const std::string recipe = recipe_text();
    const fs::path home = cache / fmt::format("synth-{:016x}", support::fingerprint(recipe));
    if (fs::exists(home / "result.json") && fs::exists(home / "recipe.txt") &&
        support::read_file(home / "recipe.txt") == recipe) {
      return {json::parse(support::read_file(home / "result.json")), home, true};
    }
    synthesize();
    support::write_file(scratch.path() / "recipe.txt", recipe);
    support::write_file(scratch.path() / "result.json", summary_.dump(2) + "\n");
    std::error_code ec;
    fs::remove_all(home, ec);
    fs::rename(scratch.path(), home, ec);
    if (ec) {
      support::fail(DiagnosticKind::OutputUnwritable, {home.string()},
                    "cannot be put in place: " + ec.message());
    }
    return {summary_, home, false};
  }

 private:
  // All that the target needs, before any work; what is only there for more is left out, and told.
  void find_tools() {
    need_tool("yosys");
    const std::vector<std::string> wanted = place_tools(t_);
    place_ = !wanted.empty();
    for (const std::string& tool : wanted) {
      // iCE40's tools are Debian packages: they are asked for. Others are used where they are.
      if (t_.family == Family::Ice40) need_tool(tool);
      if (!has_tool(tool)) place_ = false;
    }
    // OpenSTA knows no memories.
    timing_ = t_.family == Family::Asic && has_tool("sta") && !r_.memory_macros && !r_.measured;
    std::vector<std::string> used = {"yosys"};
    if (place_) used.insert(used.end(), wanted.begin(), wanted.end());
    if (timing_) used.emplace_back("sta");
    json versions = json::object();
    for (const std::string& tool : used) versions[tool] = tool_version(tool, tools_.folder());
    summary_["tools"] = std::move(versions);
    summary_["notes"] = json::array();
    if (!place_ && t_.family != Family::Asic) {
      note(wanted.empty()
               ? "place and route is left out: no open tool of Debian does it for this family"
               : fmt::format("place and route is left out: {} is not on PATH", wanted[0]));
    }
    if (t_.family == Family::Asic && r_.memory_macros) {
      note("memories are macros: they are in no figure, and fmax_hz is of the logic alone, by abc");
    } else if (t_.family == Family::Asic && !timing_) {
      note(
          "fmax_hz is of the logic alone, by abc: opensta is not installed "
          "(apt-get install opensta)");
    }
  }

  void read_library() {
    library_text_ = read_liberty_file(r_.liberty, tools_);
    library_ = read_liberty(library_text_, r_.liberty.string());
    support::write_file(tools_.folder() / "library.lib", library_text_);
    support::write_file(tools_.folder() / "abc.constr", abc_constraints(library_));
  }

  [[nodiscard]] ScriptRequest script_request(const fs::path& scratch) const {
    ScriptRequest s;
    s.target = &t_;
    s.sources = r_.sources;
    s.top = r_.top;
    s.keep = r_.keep;
    s.scratch = scratch;
    s.goal_hz = goal_hz_;
    s.dsps = r_.dsps;
    s.memory_macros = r_.memory_macros;
    s.names = s.simulated = !r_.measured;
    s.liberty = scratch / "library.lib";
    s.constraints = scratch / "abc.constr";
    return s;
  }

  // Everything that the result depends on, as one text; no place of a folder is in it.
  std::string recipe_text() const {
    std::string text = "recipe 1\n" + summary_.at("tools").dump() + "\n" + summary_["notes"].dump();
    text += synthesis_script(script_request("."));
    text += fmt::format("\nplace {} {} scan {} goal {} seeds {}\n", place_, timing_, r_.scan,
                        goal_hz_, r_.seeds);
    for (const std::string& option : t_.place_and_route) text += option + " ";
    if (!r_.pins.empty()) text += support::read_file(r_.pins);
    text += fmt::format("library {:016x}\n", support::fingerprint(library_text_));
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(r_.rtl_folder)) {
      const fs::path& p = entry.path();
      const std::string kind = p.extension().string();
      if (kind == ".vh" || kind == ".mem" || kind == ".hex") files.push_back(p);
    }
    for (const std::string& s : r_.sources) files.push_back(r_.rtl_folder / s);
    std::sort(files.begin(), files.end());
    for (const fs::path& f : files) {
      text += fmt::format("{} {:016x}\n", f.lexically_relative(r_.rtl_folder).string(),
                          support::fingerprint(support::read_file(f)));
    }
    return text;
  }

  void synthesize() {
    const fs::path& folder = tools_.folder();
    stage("synthesis");
    support::write_file(folder / "synthesis.ys", synthesis_script(script_request(folder)));
    tools_.run("yosys", {"yosys", "-s", (folder / "synthesis.ys").string()}, r_.rtl_folder);
    const Netlist netlist = read_netlist(folder / kNetlistJson, r_.top);
    copy_models();
    const Resources needs = resources_of(t_.family, netlist.cells);
    sizes(netlist, needs);
    check_capacity(needs);
    if (t_.family == Family::Asic) {
      if (timing_) stage("timing");
      standard_cell_timing({r_.top, clock_port(netlist.ports), goal_hz_, timing_}, tools_,
                           summary_);
    } else if (place_ && summary_["fits"] != false) {
      place(netlist);
    }
    if (summary_["fits"] == false) remedy();
    clock();
  }

  // The cells' models for simulation: Yosys' own, whose place its log tells.
  void copy_models() {
    if (t_.models.empty()) return;
    const std::string log = tools_.log("yosys");
    const std::size_t end = log.find(t_.models);
    const std::size_t begin = end == std::string::npos ? end : log.rfind(' ', end);
    if (begin == std::string::npos) tools_.failed("yosys", "Yosys does not name its cell models");
    const fs::path models = log.substr(begin + 1, end - begin - 1) + t_.models;
    support::write_file(tools_.folder() / kCellModels, support::read_file(models));
  }

  void sizes(const Netlist& netlist, const Resources& needs) {
    const bool asic = t_.family == Family::Asic;
    std::int64_t ffs = needs.ffs;
    double area = 0;
    const auto area_of = [&](const CellCounts& cells) {
      double sum = 0;
      for (const auto& [type, n] : cells) {
        const auto at = library_.area.find(type);
        if (at != library_.area.end()) sum += at->second * static_cast<double>(n);
      }
      return sum;
    };
    const auto ffs_of = [&](const CellCounts& cells) {
      std::int64_t sum = 0;
      for (const auto& [type, n] : cells) sum += library_.flip_flops.count(type) > 0 ? n : 0;
      return sum;
    };
    if (asic) {
      area = area_of(netlist.cells);
      ffs = ffs_of(netlist.cells);
    }
    summary_["target"] = t_.name;
    summary_["device"] = t_.device;
    summary_["top"] = r_.top;
    summary_["luts"] = asic ? json(nullptr) : json(needs.luts);
    summary_["ffs"] = ffs;
    summary_["brams"] = asic ? json(nullptr) : json(needs.brams);
    summary_["dsps"] = asic ? json(nullptr) : json(needs.dsps);
    summary_["spram"] = t_.has.spram > 0 ? json(needs.spram) : json(nullptr);
    summary_["fmax_hz"] = nullptr;
    summary_["area_um2"] = asic ? json(area) : json(nullptr);
    summary_["library"] = asic ? json(library_.name) : json(nullptr);
    summary_["cells"] = netlist.cells;
    summary_["memory_macros"] = r_.memory_macros;
    json instances = json::object();
    for (const auto& [name, cells] : netlist.by_instance) {
      json& entry = instances[name.empty() ? r_.top : name];
      if (asic) {
        entry = {{"area_um2", area_of(cells)}, {"ffs", ffs_of(cells)}};
      } else {
        entry = resources_json(resources_of(t_.family, cells));
      }
    }
    summary_["by_instance"] = std::move(instances);
  }

  void check_capacity(const Resources& needs) {
    summary_["utilisation"] = nullptr;
    summary_["fits"] = nullptr;  // of standard cells, nobody can tell
    if (t_.family == Family::Asic) return;
    json use = json::object();
    std::string over;
    const auto one = [&](const char* name, std::int64_t need, std::int64_t has) {
      if (need == 0 && has == 0) return;
      use[name] = has == 0 ? json(nullptr)
                           : json(100.0 * static_cast<double>(need) / static_cast<double>(has));
      if (need > has) {
        over += fmt::format("{}{}: {} of {}", over.empty() ? "" : ", ", name, need, has);
      }
    };
    one("luts", needs.luts, t_.has.luts);
    one("ffs", needs.ffs, t_.has.ffs);
    one("brams", needs.brams, t_.has.brams);
    one("dsps", needs.dsps, t_.has.dsps);
    one("spram", needs.spram, t_.has.spram);
    summary_["utilisation"] = std::move(use);
    summary_["fits"] = over.empty();
    if (!over.empty()) summary_["does_not_fit"] = over;
  }

  void place(const Netlist& netlist) {
    const fs::path& folder = tools_.folder();
    std::string json_file = kNetlistJson;
    summary_["wrapper"] = nullptr;
    if (r_.scan) {
      stage("scan chain");
      const ScanTop scan = scan_top(r_.top, netlist.ports);
      support::write_file(folder / "scan.v", scan.verilog);
      support::write_file(folder / "black_box.v", scan.black_box);
      support::write_file(folder / "scan.ys",
                          wrapping_script(t_, scan.name,
                                          {"lib/snn_scan.v", (folder / "scan.v").string(),
                                           (folder / "black_box.v").string()},
                                          folder));
      tools_.run("scan", {"yosys", "-s", (folder / "scan.ys").string()}, r_.rtl_folder);
      const Netlist wrapper = read_netlist(folder / "scan.json", scan.name);
      summary_["wrapper"] = resources_json(resources_of(t_.family, wrapper.cells));
      summary_["wrapper"]["module"] = scan.name;
      json_file = "placed.json";
    }
    PlaceRequest p;
    p.target = &t_;
    p.json = json_file;
    p.pins = r_.pins;
    p.goal_hz = goal_hz_;
    p.seeds = r_.seeds;
    p.stage = [this](const std::string& s) { stage(s); };
    place_and_route(p, tools_, summary_);
  }

  void clock() {
    const json& fmax = summary_["fmax_hz"];
    summary_["clock"] = {
        {"goal_hz", goal_hz_},
        {"stated", r_.clock_hz.has_value()},
        {"met", fmax.is_null() ? json(nullptr) : json(fmax.get<double>() >= goal_hz_)}};
  }

  void remedy() {
    const std::string& over = summary_["does_not_fit"].get_ref<const std::string&>();
    const bool memory =
        over.find("brams") != std::string::npos || over.find("RAM") != std::string::npos;
    summary_["remedy"] = memory ? "compile with fewer --weight-bits, or choose a larger target"
                                : "compile with fewer --lanes, or choose a larger target";
  }

  void note(const std::string& text) { summary_["notes"].push_back(text); }
  void stage(const std::string& name) const {
    if (r_.stage) r_.stage(name);
  }

  const SynthRequest& r_;
  const Target& t_;
  const double goal_hz_;
  ToolRunner tools_{"", {}};
  bool place_ = false;
  bool timing_ = false;
  Liberty library_;
  std::string library_text_;
  json summary_ = json::object();
};

}  // namespace

SynthResult synthesize(const SynthRequest& request) { return Flow(request).run(); }

}  // namespace hillock::synth
