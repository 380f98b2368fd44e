#include "compiler/gates/ice40_netlist.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"

namespace hillock::gates {
namespace {

using nlohmann::json;

// Whether a pin of a cell is an output: those of the cells that synth_ice40 makes.
bool drives(const std::string& type, const std::string& pin) {
  if (type == "SB_LUT4" || type == "SB_MAC16") return pin == "O" || pin == "CO";
  if (type == "SB_CARRY") return pin == "CO";
  if (type.rfind("SB_DFF", 0) == 0) return pin == "Q";
  return pin == "RDATA" || pin == "DATAOUT";
}

class Reader {
 public:
  explicit Reader(const json& module) : module_(module) {
    for (const auto& [name, net] : module.at("netnames").items()) {
      const std::size_t offset = net.value("offset", std::size_t{0});
      const bool hidden = net.value("hide_name", 0) != 0;
      std::size_t i = offset;
      for (const json& bit : net.at("bits")) {
        if (bit.is_number()) {
          const auto id = bit.get<std::int64_t>();
          const auto known = name_.find(id);
          if (known == name_.end() || (hidden_[id] && !hidden)) {
            name_[id] = {name, i, VcdNet::kNoGroup};
            hidden_[id] = hidden;
          }
        }
        ++i;
      }
    }
    for (const auto& [name, cell] : module.at("cells").items()) {
      const auto& type = cell.at("type").get_ref<const std::string&>();
      for (const auto& [pin, bits] : cell.at("connections").items()) {
        if (drives(type, pin)) continue;
        for (const json& bit : bits) {
          if (bit.is_number()) ++fan_out_[bit.get<std::int64_t>()];
        }
      }
    }
    for (const auto& [name, port] : module.at("ports").items()) {
      if (port.at("direction") == "input") continue;
      for (const json& bit : port.at("bits")) {
        if (bit.is_number()) ++fan_out_[bit.get<std::int64_t>()];
      }
    }
  }

  Ice40Netlist read() {
    const json& cells = module_.at("cells");
    for (const auto& [name, cell] : cells.items()) {
      if (cell.at("type").get_ref<const std::string&>().rfind("SB_DFF", 0) != 0) continue;
      ++out_.flip_flops;
      const json& pins = cell.at("connections");
      output(name, pins.at("Q").at(0), VcdNet::kNoGroup);
      const json& d = pins.at("D").at(0);
      if (d.is_number() && fan_out_[d.get<std::int64_t>()] == 1)
        packed_[d.get<std::int64_t>()] = true;
    }
    for (const auto& [name, cell] : cells.items()) {
      const auto& type = cell.at("type").get_ref<const std::string&>();
      if (type == "SB_RAM40_4K" || type.rfind("SB_RAM40_4KN", 0) == 0) ++out_.block_rams;
      if (type != "SB_LUT4") continue;
      const json& o = cell.at("connections").at("O").at(0);
      if (o.is_number() && packed_.count(o.get<std::int64_t>()) == 0)
        output(name, o, VcdNet::kNoGroup);
    }
    out_.logic_cells = out_.outputs.size();
    for (const auto& [name, cell] : cells.items()) {
      if (cell.at("type") != "SB_MAC16") continue;
      for (const json& bit : cell.at("connections").at("O")) output(name, bit, out_.multipliers);
      ++out_.multipliers;
    }
    return std::move(out_);
  }

 private:
  void output(const std::string& cell, const json& bit, std::size_t group) {
    if (!bit.is_number()) return;
    const auto id = bit.get<std::int64_t>();
    const auto known = name_.find(id);
    // Nothing reads an output without a name; it has no wire.
    if (known == name_.end()) return;
    VcdNet net = known->second;
    net.group = group;
    out_.outputs.push_back(std::move(net));
    const std::size_t dot = cell.find('.');
    out_.instances.push_back(dot == std::string::npos ? "" : cell.substr(0, dot));
  }

  const json& module_;
  std::unordered_map<std::int64_t, VcdNet> name_;
  std::unordered_map<std::int64_t, bool> hidden_;
  std::unordered_map<std::int64_t, int> fan_out_;
  std::unordered_map<std::int64_t, bool> packed_;
  Ice40Netlist out_;
};

}  // namespace

Ice40Netlist read_ice40_netlist(const std::filesystem::path& file, const std::string& top) {
  try {
    const json all = json::parse(support::read_file(file));
    return Reader(all.at("modules").at(top)).read();
  } catch (const json::exception& e) {
    support::fail(support::DiagnosticKind::ToolFailed, {file.string()},
                  fmt::format("is not a netlist of {}: {}", top, e.what()),
                  "make it with `hillock synth --target ice40-up5k`");
  }
}

}  // namespace hillock::gates
