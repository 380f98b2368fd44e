#include "compiler/synth/netlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"

namespace hillock::synth {
namespace {

using nlohmann::json;
using std::string_view;

bool begins(string_view s, string_view with) { return s.substr(0, with.size()) == with; }

// Flip-flops of the FPGA families by the beginning of their names.
bool is_flip_flop(Family family, string_view type) {
  switch (family) {
    case Family::Ice40:
      return begins(type, "SB_DFF");
    case Family::Ecp5:
      return type == "TRELLIS_FF";
    case Family::Xilinx7:
      return type == "FDRE" || type == "FDSE" || type == "FDCE" || type == "FDPE" ||
             begins(type, "FDRE_") || begins(type, "FDSE_");
    case Family::Gowin:
      return begins(type, "DFF");
    case Family::Asic:
      return false;
  }
  return false;
}

// LUTs that a cell takes.
std::int64_t luts_of(Family family, string_view type) {
  switch (family) {
    case Family::Ice40:
      return type == "SB_LUT4" ? 1 : 0;
    case Family::Ecp5:
      // A carry cell is two LUTs; a distributed memory is two for its data and two that address it.
      return type == "LUT4" ? 1 : type == "CCU2C" ? 2 : type == "TRELLIS_DPR16X4" ? 4 : 0;
    case Family::Xilinx7: {
      static const std::map<string_view, std::int64_t> kMemory = {
          {"RAM32M", 4},    {"RAM64M", 4},    {"RAM32X1D", 2}, {"RAM64X1D", 2},
          {"RAM128X1D", 4}, {"RAM32X1S", 1},  {"RAM64X1S", 1}, {"SRL16E", 1},
          {"SRLC32E", 1},   {"RAM128X1S", 2}, {"RAM256X1S", 4}};
      const auto memory = kMemory.find(type);
      if (memory != kMemory.end()) return memory->second;
      return type.size() == 4 && begins(type, "LUT") ? 1 : type == "INV" ? 1 : 0;
    }
    case Family::Gowin:
      if (begins(type, "RAM16S")) return type == "RAM16SDP4" || type == "RAM16S4" ? 4 : 2;
      if (type == "ALU") return 1;
      return type.size() == 4 && begins(type, "LUT") ? 1 : 0;
    case Family::Asic:
      return 0;
  }
  return 0;
}

// Halves of block memories, so that the half blocks of 7 series can be added up.
std::int64_t half_brams_of(string_view type) {
  if (begins(type, "RAMB18")) return 1;
  static const std::set<string_view> kBlocks = {"DP16KD", "PDPW16KD", "SP",     "SPX9",   "SDP",
                                                "SDPX9",  "SDPB",     "SDPX9B", "DP",     "DPX9",
                                                "DPB",    "DPX9B",    "pROM",   "pROMX9", "ROM"};
  return begins(type, "RAMB36") || begins(type, "SB_RAM40_4K") || kBlocks.count(type) > 0 ? 2 : 0;
}

bool is_dsp(string_view type) {
  return type == "SB_MAC16" || begins(type, "DSP48") || begins(type, "MULT") ||
         begins(type, "ALU54");
}

}  // namespace

Netlist read_netlist(const std::filesystem::path& file, const std::string& top) {
  // Most of such a file are nets and the places in the source: they are left out while it is read.
  const auto keep = [](int, json::parse_event_t event, json& value) {
    static const std::set<string_view> kUnread = {
        "netnames",       "connections", "attributes", "parameters", "parameter_default_values",
        "port_directions"};
    return event != json::parse_event_t::key || kUnread.count(value.get_ref<std::string&>()) == 0;
  };
  Netlist netlist;
  try {
    // Ports' order is that of the declaration, which a plain json object would sort.
    const json all = json::parse(support::read_file(file), keep);
    const json& module = all.at("modules").at(top);
    std::vector<std::pair<std::int64_t, Port>> ports;
    for (const auto& [name, port] : module.at("ports").items()) {
      const json& bits = port.at("bits");
      std::int64_t first = 0;
      for (const json& b : bits) {
        if (b.is_number()) {
          first = b.get<std::int64_t>();
          break;
        }
      }
      ports.push_back({first,
                       {name, port.at("direction").get<std::string>() == "input",
                        static_cast<int>(bits.size())}});
    }
    std::stable_sort(ports.begin(), ports.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& p : ports) netlist.ports.push_back(std::move(p.second));
    for (const auto& [name, cell] : module.at("cells").items()) {
      const auto& type = cell.at("type").get_ref<const std::string&>();
      if (begins(type, "$")) continue;  // annotations such as $scopeinfo
      const std::size_t dot = name.find('.');
      const bool named = dot != std::string::npos && name[0] != '$';
      ++netlist.cells[type];
      ++netlist.by_instance[named ? name.substr(0, dot) : ""][type];
    }
  } catch (const json::exception& e) {
    support::fail(support::DiagnosticKind::ToolFailed, {file.string()},
                  fmt::format("is not a netlist of {}: {}", top, e.what()));
  }
  return netlist;
}

Resources resources_of(Family family, const CellCounts& cells) {
  Resources r;
  std::int64_t halves = 0;
  for (const auto& [type, count] : cells) {
    r.luts += count * luts_of(family, type);
    if (is_flip_flop(family, type)) r.ffs += count;
    halves += count * half_brams_of(type);
    if (is_dsp(type)) r.dsps += count;
    if (type == "SB_SPRAM256KA") r.spram += count;
  }
  r.brams = (halves + 1) / 2;
  return r;
}

}  // namespace hillock::synth
