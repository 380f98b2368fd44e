#include "compiler/synth/yosys_script.h"

#include <fmt/format.h>

namespace hillock::synth {
namespace {

// A quoted file name.
std::string quoted(const std::filesystem::path& file) { return "\"" + file.string() + "\""; }

std::string read(const Target& t, const std::vector<std::string>& sources) {
  std::string out;
  const char* defines = t.has.spram > 0 ? " -DSNN_SPRAM" : "";
  // Deferred: modules are elaborated with the parameters of their instances alone.
  for (const std::string& s : sources) {
    out += fmt::format("read_verilog -defer{} -I. \"{}\"\n", defines, s);
  }
  return out;
}

std::string fpga_command(const Target& t, const std::string& top, bool dsps) {
  switch (t.family) {
    case Family::Ice40:
      return fmt::format("synth_ice40 -device {}{}{} -top {}\n", t.has.spram > 0 ? "u" : "hx",
                         t.has.dsps > 0 && dsps ? " -dsp" : "", t.has.spram > 0 ? " -spram" : "",
                         top);
    case Family::Ecp5:
      return fmt::format("synth_ecp5{} -top {}\n", dsps ? "" : " -nodsp", top);
    case Family::Xilinx7:
      // Without pads and clock buffers: the accelerator goes into a larger design.
      return fmt::format("synth_xilinx -family xc7 -flatten -noiopad -noclkbuf{} -top {}\n",
                         dsps ? "" : " -nodsp", top);
    case Family::Gowin:
      return fmt::format("synth_gowin -noiopads -top {}\n", top);
    case Family::Asic:
      break;
  }
  return "";
}

// `synth` but for memories that stay whole: those with a registered read, which the library has in
// snn_rom and snn_ram_*. What snn_lutram holds becomes flip-flops and gates as ever.
std::string synth_around_memories(const std::string& top) {
  return fmt::format(
      "synth -flatten -top {} -run begin:fine\n"
      "select -set macros t:$mem_v2 a:src=*snn_rom.v* a:src=*snn_ram_* %u %i\n"
      "opt -fast -full\n"
      "memory_map t:$mem_v2 @macros %d\n"
      "opt -undriven -fine\n"
      "techmap\n"
      "opt -fast\n"
      "abc -fast\n"
      "opt -fast\n"
      "check\n",
      top);
}

std::string asic_commands(const ScriptRequest& r) {
  // With -constr abc buffers nets of high fan-out; -D is the clock period in ps.
  return (r.memory_macros ? synth_around_memories(r.top)
                          : fmt::format("synth -flatten -top {}\n", r.top)) +
         fmt::format(
             "dfflibmap -liberty {0}\n"
             "abc -liberty {0} -constr {1} -D {2:.0f}\n"
             "opt_clean\n",
             quoted(r.liberty), quoted(r.constraints), 1e12 / r.goal_hz);
}

}  // namespace

std::string synthesis_script(const ScriptRequest& r) {
  const bool asic = r.target->family == Family::Asic;
  std::string out = read(*r.target, r.sources);
  // Not checked yet: a board's top may have cells of the device, which the next command knows.
  out += fmt::format("hierarchy -top {}\n", r.top);
  for (const std::string& net : r.keep)
    out += fmt::format("setattr -set keep 1 {}/w:{}\n", r.top, net);
  out += asic ? asic_commands(r) : fpga_command(*r.target, r.top, r.dsps);
  // Names every cell after the nearest named net: with the flattened names of instances in them
  // they tell what belongs to what.
  if (r.names) out += "autoname\n";
  out += fmt::format("write_json {}\n", quoted(r.scratch / kNetlistJson));
  if (!r.simulated) return out;
  out += fmt::format("write_verilog -noattr {}\n", quoted(r.scratch / kNetlistVerilog));
  if (asic) {
    out += "setattr -unset keep w:*\nsplitnets -ports\nopt_clean -purge\n";
    out += fmt::format("write_verilog -noattr -noexpr -nohex {}\n",
                       quoted(r.scratch / kTimingNetlist));
    // The cells' functions as Verilog.
    out += fmt::format(
        "design -reset\nread_liberty -ignore_miss_func -ignore_miss_dir -ignore_miss_data_latch "
        "{}\n"
        "write_verilog -noattr {}\n",
        quoted(r.liberty), quoted(r.scratch / kCellModels));
  }
  return out;
}

std::string wrapping_script(const Target& t, const std::string& wrapper,
                            const std::vector<std::string>& sources,
                            const std::filesystem::path& scratch) {
  std::string out = read(t, sources);
  out += fmt::format("hierarchy -check -top {}\n{}", wrapper, fpga_command(t, wrapper, true));
  out += fmt::format("write_json {}\n", quoted(scratch / "scan.json"));
  // Cells come from JSON without their parameters: `hierarchy` must not check them.
  out += fmt::format(
      "delete =* {0} %d\nread_json {1}\nhierarchy -top {0}\nflatten\nclean\n"
      "write_json {2}\n",
      wrapper, quoted(scratch / kNetlistJson), quoted(scratch / "placed.json"));
  return out;
}

}  // namespace hillock::synth
