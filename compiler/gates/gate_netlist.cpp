#include "compiler/gates/gate_netlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"

namespace hillock::gates {
namespace {

using nlohmann::json;

constexpr int kMostNets = 1 << 28;

class Reader {
 public:
  Reader(const json& modules, const std::string& file, const std::string& top,
         const CellLibrary& library)
      : modules_(modules), file_(file), library_(library) {
    out_.top = top;
  }

  GateNetlist read() {
    const json& module = modules_.at(out_.top);
    for (const auto& [name, port] : module.at("ports").items()) {
      const auto& direction = port.at("direction").get_ref<const std::string&>();
      if (direction == "inout") fault(fmt::format("port {} goes both ways", name));
      out_.ports.push_back({name, direction == "input", nets(port.at("bits"))});
    }
    for (const auto& [name, cell] : module.at("cells").items()) {
      const auto& type = cell.at("type").get_ref<const std::string&>();
      if (type == "$scopeinfo") continue;
      const auto known = library_.cells.find(type);
      if (known != library_.cells.end()) {
        gate(name, known->second, cell.at("connections"));
      } else if (type == "$mem_v2") {
        macro(name, cell.at("parameters"), cell.at("connections"));
      } else {
        fault(fmt::format("cell {} is a {}, which {} does not have", name, type, library_.name));
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void fault(const std::string& what) const {
    support::fail(support::DiagnosticKind::ToolFailed, {file_}, what,
                  "make it with `hillock synth --target asic`");
  }

  int net(const json& bit) {
    if (bit.is_string()) return bit.get_ref<const std::string&>() == "1" ? kNetOne : kNetZero;
    const auto n = bit.get<std::int64_t>();
    if (n < 2 || n >= kMostNets) fault(fmt::format("net {} is out of range", n));
    out_.nets = std::max(out_.nets, static_cast<int>(n) + 1);
    return static_cast<int>(n);
  }
  std::vector<int> nets(const json& bits) {
    std::vector<int> out;
    for (const json& b : bits) out.push_back(net(b));
    return out;
  }

  void gate(const std::string& name, const LibraryCell& cell, const json& connections) {
    if (cell.unsupported_state)
      fault(fmt::format("cell {} is a {}, whose state is not understood", name, cell.name));
    GateInstance g{name, &cell, std::vector<int>(cell.pins.size(), kNoNet)};
    for (const auto& [pin_name, bits] : connections.items()) {
      const int pin = cell.pin(pin_name);
      if (pin < 0) fault(fmt::format("cell {} has no pin {}", name, pin_name));
      if (bits.size() == 1) g.nets[static_cast<std::size_t>(pin)] = net(bits[0]);
    }
    out_.gates.push_back(std::move(g));
  }

  // A parameter is a number, or its bits as text.
  static std::string bits_of(const json& parameters, const char* name) {
    const json& p = parameters.at(name);
    return p.is_string() ? p.get<std::string>() : fmt::format("{:b}", p.get<std::uint64_t>());
  }
  std::size_t number(const json& parameters, const char* name) const {
    std::size_t v = 0;
    for (const char c : bits_of(parameters, name)) v = 2 * v + (c == '1' ? 1 : 0);
    if (v > (std::size_t{1} << 28)) fault(fmt::format("{} of a memory is out of range", name));
    return v;
  }
  // Bit i of a parameter; its text begins with the highest.
  static bool bit(const std::string& text, std::size_t i) {
    return i < text.size() && text[text.size() - 1 - i] == '1';
  }

  void macro(const std::string& name, const json& parameters, const json& pins) {
    MacroInstance m;
    m.name = name;
    m.width = number(parameters, "WIDTH");
    m.depth = number(parameters, "SIZE");
    if (m.width == 0 || m.depth == 0 || m.width * m.depth > (std::size_t{1} << 30))
      fault(fmt::format("the memory {} has no size that is possible", name));
    const std::string init = bits_of(parameters, "INIT");
    m.content.resize(m.width * m.depth);
    for (std::size_t i = 0; i < m.content.size(); ++i) m.content[i] = bit(init, i) ? 1 : 0;
    const std::size_t address_bits = number(parameters, "ABITS");
    const auto slice = [&](const char* pin, std::size_t at, std::size_t count) {
      std::vector<int> out;
      for (std::size_t i = 0; i < count; ++i) out.push_back(net(pins.at(pin).at(at + i)));
      return out;
    };
    for (const char* odd :
         {"RD_WIDE_CONTINUATION", "WR_WIDE_CONTINUATION", "RD_TRANSPARENCY_MASK"}) {
      if (bits_of(parameters, odd).find('1') != std::string::npos)
        fault(fmt::format("the memory {} has a port of a kind that is not understood", name));
    }
    for (const json& b : pins.at("RD_ARST")) {
      if (net(b) != kNetZero)
        fault(fmt::format("the memory {} has a reset without the clock", name));
    }
    const std::string clocked = bits_of(parameters, "RD_CLK_ENABLE");
    const std::string reset_values = bits_of(parameters, "RD_SRST_VALUE");
    const std::string enable_first = bits_of(parameters, "RD_CE_OVER_SRST");
    for (std::size_t r = 0; r < number(parameters, "RD_PORTS"); ++r) {
      m.reads.push_back({slice("RD_ADDR", r * address_bits, address_bits),
                         slice("RD_DATA", r * m.width, m.width),
                         slice("RD_EN", r, 1)[0],
                         {},
                         slice("RD_SRST", r, 1)[0],
                         {}});
      MacroPort& port = m.reads.back();
      if (port.reset != kNetZero && bit(enable_first, r))
        fault(fmt::format("the memory {} has a reset that needs its enable", name));
      for (std::size_t b = 0; port.reset != kNetZero && b < m.width; ++b)
        port.reset_value.push_back(bit(reset_values, r * m.width + b) ? 1 : 0);
      if (!bit(clocked, r)) fault(fmt::format("the memory {} has a read without a clock", name));
    }
    for (std::size_t w = 0; w < number(parameters, "WR_PORTS"); ++w) {
      m.writes.push_back({slice("WR_ADDR", w * address_bits, address_bits),
                          slice("WR_DATA", w * m.width, m.width),
                          kNetOne,
                          slice("WR_EN", w * m.width, m.width),
                          kNetZero,
                          {}});
    }
    out_.macros.push_back(std::move(m));
  }

  const json& modules_;
  const std::string& file_;
  const CellLibrary& library_;
  GateNetlist out_;
};

}  // namespace

const NetlistPort* GateNetlist::port(std::string_view of) const {
  for (const NetlistPort& p : ports) {
    if (p.name == of) return &p;
  }
  return nullptr;
}

GateNetlist read_gate_netlist(const std::filesystem::path& file, const std::string& top,
                              const CellLibrary& library) {
  // Names of nets and places in the source are most of the file.
  const auto keep = [](int, json::parse_event_t event, json& value) {
    static const std::set<std::string> kUnread = {"netnames", "attributes", "memories",
                                                  "parameter_default_values"};
    return event != json::parse_event_t::key || kUnread.count(value.get_ref<std::string&>()) == 0;
  };
  try {
    const json all = json::parse(support::read_file(file), keep);
    return Reader(all.at("modules"), file.string(), top, library).read();
  } catch (const json::exception& e) {
    support::fail(support::DiagnosticKind::ToolFailed, {file.string()},
                  fmt::format("is not a netlist of {}: {}", top, e.what()));
  }
}

}  // namespace hillock::gates
