#include "compiler/emit/shells.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/emit/design.h"
#include "compiler/emit/library.h"
#include "compiler/emit/lower.h"
#include "compiler/emit/shell_facts.h"

namespace hillock::emit {
namespace {

constexpr const char* kIcebreakerPins = R"(# iCEBreaker: iCE40UP5K in sg48, 12 MHz.
set_io clk 35
set_io rx 6
set_io tx 9
set_io btn_n 10
set_io led_red_n 11
set_io led_green_n 37
)";

std::string range(int width) { return width > 1 ? fmt::format("[{}:0] ", width - 1) : ""; }

std::string bindings(const std::vector<Binding>& list) {
  std::size_t widest = 0;
  for (const Binding& b : list) widest = std::max(widest, b.first.size());
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    out += fmt::format("    .{:<{}}({}){}\n", list[i].first, widest, list[i].second,
                       i + 1 < list.size() ? "," : "");
  }
  return out;
}

class Shells {
 public:
  Shells(EmittedDesign& design, const std::vector<std::string>& core_files,
         const ir::QuantizedNetwork& network, const ir::Mapping& mapping)
      : design_(design), core_files_(core_files), network_(network), f_(design, network, mapping) {}

  void run() {
    const std::vector<std::string> axi = library(axi_library());
    std::vector<std::string> board = library(board_library());
    // The board's shell has the registers and the stream of the AXI one.
    board.insert(board.begin(), axi.begin(), axi.end());
    add("rtl/" + f_.base + "_axi.v", axi_top());
    add("rtl/" + f_.base + "_icebreaker.v", board_top());
    add("rtl/axi.f", list(axi, f_.base + "_axi.v"));
    add("rtl/icebreaker.f", list(board, f_.base + "_icebreaker.v"));
    add("integration/" + f_.base + ".h", c_header(design_, f_, network_));
    add("integration/" + f_.base + ".veo", instantiation());
    add("integration/" + f_.base + ".sdc", constraints());
    add("integration/icebreaker.pcf", kIcebreakerPins);
    add("integration/hillock_host.py", std::string(host_program()));
    add(f_.base + ".core", fusesoc(axi, board));
  }

 private:
  void add(const std::string& path, std::string content) {
    design_.all.push_back({path, std::move(content)});
  }

  std::vector<std::string> library(const std::vector<LibraryFile>& files) {
    std::vector<std::string> names;
    for (const LibraryFile& file : files) {
      names.push_back(fmt::format("lib/{}", file.name));
      add("rtl/" + names.back(), std::string(file.content));
    }
    return names;
  }

  [[nodiscard]] std::string list(const std::vector<std::string>& more,
                                 const std::string& top) const {
    std::string out;
    for (const std::string& file : core_files_) out += file + "\n";
    for (const std::string& file : more) out += file + "\n";
    return out + top + "\n";
  }

  // What both shells are told of the core.
  [[nodiscard]] std::vector<Binding> parameters() const {
    return {{"Structure", fmt::format("32'h{:08x}", design_.structure)},
            {"ElementBits", fmt::to_string(f_.element_bits)},
            {"Elements", fmt::to_string(f_.elements)},
            {"AddrBits", fmt::to_string(f_.addr_bits)},
            {"ValueBits", fmt::to_string(f_.value_bits)},
            {"Outputs", fmt::to_string(f_.outputs)},
            {"Timesteps", fmt::to_string(f_.timesteps)},
            {"Counters", fmt::to_string(f_.counters)},
            {"SelectBits", fmt::to_string(f_.select_bits)},
            {"Readouts", fmt::to_string(f_.results.size())},
            {"ClassBits", fmt::to_string(f_.class_bits)},
            {"ScoreBits", fmt::to_string(f_.score_bits)},
            {"Loadable", f_.loadable ? "1" : "0"},
            {"LoadAddrBits", fmt::to_string(f_.load_addr_bits)}};
  }

  struct Net {
    int width;
    std::string name;
    bool from_core;
    bool load = false;
    std::string at_shell = {};  // where it is more than the name
  };

  // Results of several readouts as the shell takes them, all as wide as the widest.
  [[nodiscard]] std::string side_by_side(const std::string& name, int width, bool is_signed,
                                         int ir::ResultField::*at,
                                         int ir::ResultField::*bits) const {
    if (f_.results.size() == 1) return name;
    std::string out;
    for (const ir::ResultField& r : f_.results) {
      const int top = r.*at + r.*bits - 1;
      std::string field = fmt::format("{}[{}:{}]", name, top, r.*at);
      if (const int more = width - r.*bits; more > 0) {
        const std::string sign = is_signed ? fmt::format("{}[{}]", name, top) : "1'b0";
        field = fmt::format("{{{} {{{}}}}}, {}", more, sign, field);
      }
      out = out.empty() ? field : field + ", " + out;
    }
    return "{" + out + "}";
  }
  [[nodiscard]] std::vector<Net> nets() const {
    const ir::ResultField& last = f_.results.back();
    return {{1, "in_valid", false},
            {1, "in_ready", true},
            {1, "in_event", false},
            {1, "in_step_last", false},
            {1, "in_sample_last", false},
            {f_.addr_bits, "in_addr", false},
            {f_.value_bits, "in_value", false},
            {1, "result_valid", true},
            {1, "result_ready", false},
            {last.class_at + last.class_bits, "result_class", true, false,
             side_by_side("result_class", f_.class_bits, false, &ir::ResultField::class_at,
                          &ir::ResultField::class_bits)},
            {last.score_at + last.score_bits, "result_score", true, false,
             side_by_side("result_score", f_.score_bits, true, &ir::ResultField::score_at,
                          &ir::ResultField::score_bits)},
            {f_.select_bits, "counter_select", false},
            {32, "counter", true},
            {1, "load_valid", false, true},
            {f_.load_addr_bits, "load_addr", false, true},
            {32, "load_data", false, true}};
  }

  // The wires of the core's spikes, and its ports.
  [[nodiscard]] std::string spike_wires(std::vector<Binding>& core_ports) const {
    if (!f_.spikes) return "";
    std::string out;
    for (const Port& p : spike_ports(*f_.spikes, "")) {
      const std::string wire = p.name.substr(0, p.name.size() - 2);
      out += fmt::format("  wire {}{};\n", range(p.width), wire);
      core_ports.emplace_back(p.name, wire);
    }
    return out;
  }

  // The wires between shell and core, the shell with these bindings of its own, and the core.
  // `spikes`: where the stream of spikes goes, if there is one.
  [[nodiscard]] std::string joined(const std::string& shell, const std::string& clock,
                                   const std::vector<Binding>& more_parameters,
                                   const std::vector<Binding>& more_ports,
                                   const std::string& spikes) const {
    std::vector<Binding> shell_parameters = more_parameters;
    const std::vector<Binding> common = parameters();
    shell_parameters.insert(shell_parameters.end(), common.begin(), common.end());
    std::vector<Binding> shell_ports = more_ports;
    std::vector<Binding> core_ports = {{"clk_i", clock}, {"rst_i", "core_rst"}};
    shell_ports.emplace_back("core_rst_o", "core_rst");
    std::string out = "  wire core_rst;\n";
    for (const Net& n : nets()) {
      out += fmt::format("  wire {}{};\n", range(n.width), n.name);
      shell_ports.emplace_back(n.name + (n.from_core ? "_i" : "_o"),
                               n.at_shell.empty() ? n.name : n.at_shell);
      if (n.load && !f_.loadable) continue;
      core_ports.emplace_back(n.name + (n.from_core ? "_o" : "_i"), n.name);
    }
    out += spike_wires(core_ports);
    out += fmt::format("\n  {} #(\n{}  ) u_shell (\n{}  );\n\n", shell, bindings(shell_parameters),
                       bindings(shell_ports));
    out += fmt::format("  {} u_core (\n{}  );\n", design_.top, bindings(core_ports));
    if (f_.spikes) out += "\n" + spikes;
    if (!f_.loadable) {
      out += "\n  wire unused;\n  assign unused = &{1'b0, load_valid, load_addr, load_data};\n";
    }
    return out;
  }

  [[nodiscard]] std::string spikes_to_axi() const {
    if (!f_.spikes) return "";
    std::vector<Binding> ports = {
        {"clk_i", "aclk"}, {"rst_i", "~aresetn"}, {"core_rst_i", "core_rst"}};
    for (const char* s : {"valid", "event", "step_last", "sample_last", "addr", "value"}) {
      ports.emplace_back(fmt::format("beat_{}_i", s), fmt::format("spikes_{}", s));
    }
    ports.emplace_back("beat_ready_o", "spikes_ready");
    for (const char* s : {"tvalid_o", "tready_i", "tdata_o", "tlast_o"}) {
      const std::string port = s;
      ports.emplace_back(port, "m_axis_spikes_" + port.substr(0, port.size() - 2));
    }
    return fmt::format("  snn_axis_spikes #(\n{}  ) u_spikes (\n{}  );\n",
                       bindings({{"StreamBits", fmt::to_string(f_.spike_stream_bits)},
                                 {"AddrBits", fmt::to_string(f_.spikes->addr_bits)},
                                 {"ValueBits", fmt::to_string(f_.spikes->value_bits)}}),
                       bindings(ports));
  }

  // A serial line has no room for them.
  [[nodiscard]] static std::string spikes_dropped() {
    return "  wire unused_spikes;\n  assign spikes_ready = 1'b1;\n"
           "  assign unused_spikes = &{1'b0, spikes_valid, spikes_event, spikes_step_last,\n"
           "                           spikes_sample_last, spikes_addr, spikes_value};\n";
  }

  [[nodiscard]] std::string axi_top() const {
    std::vector<Binding> ports = {{"aclk_i", "aclk"}, {"aresetn_i", "aresetn"}};
    std::string declared = "  input  wire aclk,\n  input  wire aresetn";
    const auto port = [&](const char* heading, bool input, int width, const std::string& name) {
      declared += fmt::format(",\n{}  {} wire {}{}", heading, input ? "input " : "output",
                              range(width), name);
      ports.emplace_back(name + (input ? "_i" : "_o"), name);
    };
    const std::string lite = "s_axil_";
    port("  // AXI4-Lite: registers\n", true, 1, lite + "awvalid");
    port("", false, 1, lite + "awready");
    port("", true, 12, lite + "awaddr");
    port("", true, 1, lite + "wvalid");
    port("", false, 1, lite + "wready");
    port("", true, 32, lite + "wdata");
    port("", true, 4, lite + "wstrb");
    port("", false, 1, lite + "bvalid");
    port("", true, 1, lite + "bready");
    port("", false, 2, lite + "bresp");
    port("", true, 1, lite + "arvalid");
    port("", false, 1, lite + "arready");
    port("", true, 12, lite + "araddr");
    port("", false, 1, lite + "rvalid");
    port("", true, 1, lite + "rready");
    port("", false, 32, lite + "rdata");
    port("", false, 2, lite + "rresp");
    port("  // AXI4-Stream in: events, or dense frames\n", true, 1, "s_axis_tvalid");
    port("", false, 1, "s_axis_tready");
    port("", true, f_.stream_bits, "s_axis_tdata");
    port("", true, 1, "s_axis_tlast");
    port("  // AXI4-Stream out: results\n", false, 1, "m_axis_tvalid");
    port("", true, 1, "m_axis_tready");
    port("", false, 32, "m_axis_tdata");
    port("", false, 1, "m_axis_tlast");
    const std::vector<Binding> shell_ports = ports;
    if (f_.spikes) {
      port("  // AXI4-Stream out: spikes\n", false, 1, "m_axis_spikes_tvalid");
      port("", true, 1, "m_axis_spikes_tready");
      port("", false, f_.spike_stream_bits, "m_axis_spikes_tdata");
      port("", false, 1, "m_axis_spikes_tlast");
    }
    return fmt::format(
        "// {0}_axi: {1} with AXI4-Lite registers and AXI4-Streams (snn_axi_shell).\n//\n"
        "// Generated by Hillock: instances and wires only.\n`default_nettype none\n\n"
        "module {0}_axi #(\n  parameter Frames = 0  // 1: s_axis takes dense frames, else events\n"
        ") (\n{2}\n);\n\n{3}\nendmodule\n\n`default_nettype wire\n",
        f_.base, design_.top, declared,
        joined("snn_axi_shell", "aclk",
               {{"Frames", "Frames"},
                {"StreamBits", fmt::to_string(f_.stream_bits)},
                {"Spikes", f_.spikes ? "1" : "0"}},
               shell_ports, spikes_to_axi()));
  }

  [[nodiscard]] std::string board_top() const {
    return fmt::format(
        "// {0}_icebreaker: {1} on an iCEBreaker board, with a serial line to the host\n"
        "// (snn_uart_shell).\n//\n"
        "// Generated by Hillock: instances and wires only.\n`default_nettype none\n\n"
        "module {0}_icebreaker #(\n"
        "  parameter ClocksPerBit = 104,  // 12 MHz, 115200 baud\n"
        "  parameter ResetBits    = 8,    // see snn_uart_shell\n"
        "  parameter IdleBits     = 20\n"
        ") (\n  input  wire clk,\n  input  wire btn_n,\n  input  wire rx,\n"
        "  output wire tx,\n  output wire led_green_n,  // lit: a sample is inside\n"
        "  output wire led_red_n     // lit: an error, see the status "
        "register\n);\n\n{2}\nendmodule\n\n"
        "`default_nettype wire\n",
        f_.base, design_.top,
        joined("snn_uart_shell", "clk",
               {{"ClocksPerBit", "ClocksPerBit"},
                {"ResetBits", "ResetBits"},
                {"IdleBits", "IdleBits"}},
               {{"clk_i", "clk"},
                {"reset_n_i", "btn_n"},
                {"rx_i", "rx"},
                {"tx_o", "tx"},
                {"busy_n_o", "led_green_n"},
                {"error_n_o", "led_red_n"}},
               spikes_dropped()));
  }

  [[nodiscard]] std::string instantiation() const {
    std::string ports;
    for (const Net& n : nets()) {
      if (n.load && !f_.loadable) continue;
      ports += fmt::format(",\n  .{}{}({})", n.name, n.from_core ? "_o" : "_i", n.name);
    }
    if (f_.spikes) {
      for (const Port& p : spike_ports(*f_.spikes, "")) {
        ports += fmt::format(",\n  .{}({})", p.name, p.name.substr(0, p.name.size() - 2));
      }
    }
    std::string axi;
    for (const char* s :
         {"s_axil_awvalid", "s_axil_awready", "s_axil_awaddr", "s_axil_wvalid", "s_axil_wready",
          "s_axil_wdata",   "s_axil_wstrb",   "s_axil_bvalid", "s_axil_bready", "s_axil_bresp",
          "s_axil_arvalid", "s_axil_arready", "s_axil_araddr", "s_axil_rvalid", "s_axil_rready",
          "s_axil_rdata",   "s_axil_rresp",   "s_axis_tvalid", "s_axis_tready", "s_axis_tdata",
          "s_axis_tlast",   "m_axis_tvalid",  "m_axis_tready", "m_axis_tdata",  "m_axis_tlast"}) {
      axi += fmt::format(",\n  .{0}({0})", s);
    }
    if (f_.spikes) {
      for (const char* s : {"tvalid", "tready", "tdata", "tlast"}) {
        axi += fmt::format(",\n  .m_axis_spikes_{0}(m_axis_spikes_{0})", s);
      }
    }
    return fmt::format(
        "// Copy one of these. With AXI (sources: rtl/axi.f):\n\n"
        "{0}_axi #(\n  .Frames(0)  // 1: s_axis takes dense frames\n) u_{0} (\n"
        "  .aclk(aclk),\n  .aresetn(aresetn){1}\n);\n\n"
        "// The core by itself (sources: rtl/files.f):\n\n"
        "{2} u_{0}_core (\n  .clk_i(clk),\n  .rst_i(rst){3}\n);\n",
        f_.base, axi, design_.top, ports);
  }

  [[nodiscard]] std::string constraints() const {
    return fmt::format(
        "# One clock: aclk of {0}_axi, clk_i of {1}, clk of {0}_icebreaker.\n"
        "set clock_port [get_ports {{aclk clk_i clk}}]\n"
        "create_clock -name hillock -period 10.0 $clock_port\n"
        "# Every output is a register or a few gates behind one; leave the outside three "
        "quarters.\n"
        "set_input_delay -clock hillock 2.5 [remove_from_collection [all_inputs] $clock_port]\n"
        "set_output_delay -clock hillock 2.5 [all_outputs]\n",
        f_.base, design_.top);
  }

  [[nodiscard]] std::string fusesoc(const std::vector<std::string>& axi,
                                    const std::vector<std::string>& board) const {
    std::string out =
        fmt::format("CAPI=2:\nname: hillock:accelerator:{}:1.0.0\n", f_.base) +
        "description: Spiking network accelerator, generated by Hillock\n\nfilesets:\n";
    const auto sources = [&](const std::string& name, const std::vector<std::string>& files,
                             const std::string& top) {
      out += "  " + name + ":\n    files:\n";
      for (const std::string& file : files) {
        out += fmt::format("      - rtl/{}: {{file_type: verilogSource-2005}}\n", file);
      }
      if (!top.empty()) {
        out += fmt::format("      - rtl/{}: {{file_type: verilogSource-2005}}\n", top);
      }
    };
    sources("core", core_files_, "");
    out += fmt::format(
        "      - rtl/{}_config.vh: {{file_type: verilogSource-2005, is_include_file: true}}\n",
        design_.top);
    for (const EmittedFile& file : design_.all) {
      if (file.path.size() > 4 && file.path.substr(file.path.size() - 4) == ".mem") {
        out += fmt::format("      - {}: {{file_type: user, copyto: {}}}\n", file.path,
                           file.path.substr(file.path.rfind('/') + 1));
      }
    }
    sources("axi", axi, f_.base + "_axi.v");
    sources("icebreaker", board, f_.base + "_icebreaker.v");
    out +=
        "  pins:\n    files:\n      - integration/icebreaker.pcf: {file_type: PCF}\n\ntargets:\n";
    out += fmt::format("  default: &default\n    filesets: [core, axi]\n    toplevel: {}_axi\n",
                       f_.base);
    out += fmt::format("  core:\n    filesets: [core]\n    toplevel: {}\n", design_.top);
    out += fmt::format(
        "  lint:\n    <<: *default\n    default_tool: verilator\n    tools:\n      verilator:\n"
        "        mode: lint-only\n        verilator_options: [-Wall]\n");
    out += fmt::format(
        "  icebreaker:\n    filesets: [core, icebreaker, pins]\n    toplevel: {}_icebreaker\n"
        "    parameters: [SNN_SPRAM=true]\n    default_tool: icestorm\n    tools:\n      "
        "icestorm:\n"
        "        nextpnr_options: [--up5k, --package, sg48, --freq, \"12\"]\n        pnr: next\n"
        "        yosys_synth_options: [-spram, -dsp]\n\n"
        "parameters:\n  SNN_SPRAM:\n    datatype: bool\n    paramtype: vlogdefine\n"
        "    description: Large loaded memories are single-port RAM of an iCE40UP5K\n",
        f_.base);
    return out;
  }

  EmittedDesign& design_;
  const std::vector<std::string>& core_files_;
  const ir::QuantizedNetwork& network_;
  ShellFacts f_;
};

}  // namespace

void add_shells(EmittedDesign& design, const std::vector<std::string>& core_files,
                const ir::QuantizedNetwork& network, const ir::Mapping& mapping) {
  Shells(design, core_files, network, mapping).run();
}

}  // namespace hillock::emit
