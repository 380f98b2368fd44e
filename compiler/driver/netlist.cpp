#include "compiler/driver/netlist.h"

#include <fmt/format.h>

#include "compiler/support/diagnostics.h"
#include "compiler/synth/target.h"
#include "compiler/synth/yosys_script.h"
#include "sim/cosim/netlist_bench.h"

namespace hillock::driver {
namespace fs = std::filesystem;
using support::DiagnosticKind;

std::string synth_folder(const std::string& target) { return "synth-" + target; }

std::vector<std::string> row_nets(const Build& build) {
  const nlohmann::json& rtl = build.summary.at("rtl");
  const auto rows = rtl.find("rows");
  if (rows == rtl.end() || !rows->is_array() ||
      rows->size() != build.quantized.populations.size()) {
    support::fail(DiagnosticKind::BadBuild, {build.folder.string()},
                  "does not say which nets of the top carry spikes");
  }
  return rows->get<std::vector<std::string>>();
}

sim::BuildRequest netlist_request(const Build& build, const std::string& netlist) {
  const std::string top = build.summary.at("rtl").at("top");
  fs::path file = netlist;
  if (synth::find_target(netlist) != nullptr) {
    const fs::path result = build.folder / (synth_folder(netlist) + ".json");
    file = build.folder / synth_folder(netlist) / synth::kNetlistVerilog;
    if (!fs::exists(result) || !fs::exists(file)) {
      support::fail(DiagnosticKind::BadOption, {"--netlist"},
                    fmt::format("{} has no netlist for {}", build.folder.string(), netlist),
                    fmt::format("make it with `hillock synth {} --target {}`",
                                build.folder.string(), netlist));
    }
    const std::string of = read_json(result).value("top", "");
    if (of != top) {
      support::fail(DiagnosticKind::BadOption, {"--netlist"},
                    fmt::format("the netlist for {} is one of {}, and co-simulation drives {}",
                                netlist, of, top),
                    "synthesize without --top");
    }
  } else if (!fs::is_regular_file(file)) {
    support::fail(DiagnosticKind::BadOption, {"--netlist"},
                  fmt::format("\"{}\" is neither a target of `hillock synth` nor a file", netlist),
                  "the targets are " + synth::target_names());
  }
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::exists(folder / synth::kCellModels)) {
    support::fail(
        DiagnosticKind::BadOption, {"--netlist"},
        fmt::format("there are no models of the cells of {}", file.string()),
        fmt::format("iCE40 and asic have them; for a netlist of your own, put them into {}",
                    (folder / synth::kCellModels).string()));
  }
  sim::BuildRequest request;
  request.folder = folder;
  request.top = sim::kNetlistBench;
  request.files = {file.filename().string(), synth::kCellModels};
  const int load = load_address_bits(build);
  request.ports = sim::traced_ports(build.quantized, build.mapping, load);
  request.netlist_bench =
      sim::netlist_bench(build.quantized, build.mapping, {top, row_nets(build), load});
  return request;
}

}  // namespace hillock::driver
