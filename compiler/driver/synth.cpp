#include "compiler/driver/synth.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/netlist.h"
#include "compiler/driver/terminal.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/synth/synthesize.h"
#include "compiler/synth/yosys_script.h"
#include "sim/cosim/netlist_bench.h"

namespace hillock::driver {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using support::DiagnosticKind;

const synth::Target& target_of(const SynthOptions& o) {
  const synth::Target* t = synth::find_target(o.target);
  if (t == nullptr) {
    support::fail(DiagnosticKind::BadOption, {"--target"},
                  fmt::format("there is no target {}", o.target),
                  "the targets are " + synth::target_names());
  }
  const bool asic = t->family == synth::Family::Asic;
  if (asic && o.liberty.empty()) {
    support::fail(DiagnosticKind::BadOption, {"--liberty"},
                  "target asic needs a library of standard cells",
                  "give --liberty FILE.lib; Debian's qflow-tech-osu018 has one in "
                  "/usr/share/qflow/tech/osu018");
  }
  if (!asic && !o.liberty.empty()) {
    support::fail(DiagnosticKind::BadOption, {"--liberty"},
                  "is for --target asic; " + o.target + " has its own cells");
  }
  if (!o.pins.empty() && t->place_and_route.empty()) {
    support::fail(DiagnosticKind::BadOption, {"--pins"}, o.target + " is not placed and routed");
  }
  if (!asic && o.memory_macros) {
    support::fail(DiagnosticKind::BadOption, {"--memories"}, "macros are for --target asic");
  }
  return *t;
}

bool declares(const fs::path& file, const std::string& module) {
  const std::string text = support::read_file(file);
  for (std::size_t at = 0; (at = text.find("module " + module, at)) != std::string::npos; ++at) {
    const char after = text[std::min(at + 7 + module.size(), text.size() - 1)];
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    if (begins_line && (after == ' ' || after == '(' || after == '\n' || after == '#')) return true;
  }
  return false;
}

// Sources relative to rtl/: those of the accelerator, and with another top those of the file list
// that it is in.
std::vector<std::string> sources_of(const Build& build, const SynthOptions& o) {
  const fs::path rtl = build.folder / "rtl";
  std::vector<std::string> sources;
  if (o.top.empty()) {
    for (const json& f : build.summary.at("rtl").at("files")) {
      sources.push_back(fs::path(f.get<std::string>()).lexically_relative("rtl").string());
    }
    return sources;
  }
  std::vector<fs::path> lists;
  for (const auto& entry : fs::directory_iterator(rtl)) {
    if (entry.path().extension() == ".f") lists.push_back(entry.path());
  }
  std::sort(lists.begin(), lists.end());
  for (const fs::path& list : lists) {
    sources.clear();
    std::istringstream lines(support::read_file(list));
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && fs::exists(rtl / line)) sources.push_back(line);
    }
    if (std::any_of(sources.begin(), sources.end(),
                    [&](const std::string& f) { return declares(rtl / f, o.top); })) {
      return sources;
    }
  }
  support::fail(DiagnosticKind::BadOption, {"--top"},
                fmt::format("no file list (.f) in {} has a module {}", rtl.string(), o.top));
}

// Puts the results beside the build, all at once; what only the cache needs stays there.
void put_in_place(const fs::path& from, const fs::path& folder) {
  const fs::path temporary = folder.string() + fmt::format(".tmp{}", ::getpid());
  std::error_code ec;
  fs::remove_all(temporary, ec);
  support::create_folder(temporary);
  for (const auto& entry : fs::directory_iterator(from)) {
    const std::string name = entry.path().filename().string();
    if (name == "recipe.txt" || name == "result.json" || name == "placed.json") continue;
    fs::copy(entry.path(), temporary / name, ec);
    if (ec) break;
  }
  if (!ec) fs::remove_all(folder, ec);
  if (!ec) fs::rename(temporary, folder, ec);
  if (ec) {
    const std::string why = ec.message();
    fs::remove_all(temporary, ec);
    support::fail(DiagnosticKind::OutputUnwritable, {folder.string()}, why);
  }
}

json place_or_null(const fs::path& file) {
  return fs::exists(file) ? json(fs::absolute(file).lexically_normal().string()) : json(nullptr);
}

}  // namespace

json synth(const SynthOptions& options, const CommonOptions& common) {
  const synth::Target& target = target_of(options);
  const Build build = load_build(options.folder);
  support::check_writable(build.folder / (synth_folder(target.name) + ".json"));

  synth::SynthRequest request;
  request.target = &target;
  request.rtl_folder = build.folder / "rtl";
  request.sources = sources_of(build, options);
  const std::string core = build.summary.at("rtl").at("top");
  request.top = options.top.empty() ? core : options.top;
  if (request.top == core) request.keep = sim::netlist_bench_nets(build.quantized, row_nets(build));
  request.liberty = options.liberty;
  request.pins = options.pins;
  // Where pins were stated the top is one for a board.
  request.scan = options.pins.empty();
  request.clock_hz = options.clock_hz;
  request.dsps = !options.no_dsps;
  request.memory_macros = options.memory_macros;
  request.measured = options.measured;
  request.seeds = options.seeds;
  request.timeout_seconds = options.timeout_seconds;
  StageLine line("synth " + target.name, common.quiet);
  request.stage = [&](const std::string& stage) { line.stage(stage); };
  request.tick = [&] { line.tick(); };
  synth::SynthResult found = synth::synthesize(request);
  line.finish();

  const fs::path folder = build.folder / synth_folder(target.name);
  put_in_place(found.folder, folder);
  json result = std::move(found.summary);
  result["cached"] = found.cached;
  result["netlist"] = place_or_null(folder / synth::kNetlistVerilog);
  result["bitstream"] = nullptr;
  for (const char* name : {"bitstream.bin", "bitstream.bit"}) {
    if (fs::exists(folder / name)) result["bitstream"] = place_or_null(folder / name);
  }
  result["logs"] = fs::absolute(folder).lexically_normal().string();
  write_result(build.folder, synth_folder(target.name), result, common.json);
  return result;
}

void check_fits(const json& r) {
  if (r.at("fits") != false) return;
  support::fail(DiagnosticKind::DoesNotFit, {r.at("target").get<std::string>()},
                fmt::format("the design is too large for {}: {}", r.at("device").get<std::string>(),
                            r.at("does_not_fit").get<std::string>()),
                r.at("remedy").get<std::string>());
}

}  // namespace hillock::driver
