#include "compiler/driver/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/cli_options.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/completion.h"
#include "compiler/driver/config_file.h"
#include "compiler/driver/cosim.h"
#include "compiler/driver/estimate.h"
#include "compiler/driver/explore/explore.h"
#include "compiler/driver/explore/from.h"
#include "compiler/driver/flow.h"
#include "compiler/driver/fpga_power.h"
#include "compiler/driver/help.h"
#include "compiler/driver/inspect.h"
#include "compiler/driver/power.h"
#include "compiler/driver/report.h"
#include "compiler/driver/run.h"
#include "compiler/driver/summary.h"
#include "compiler/driver/synth.h"
#include "compiler/support/file.h"
#include "compiler/synth/target.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

constexpr int kDisagreement = 3;

// Prints unless --quiet. Whether it arrived shows when standard output is flushed.
void say(const CommonOptions& common, const std::string& text) {
  if (!common.quiet) std::fputs(text.c_str(), stdout);
}

// A file that the command writes at its end is looked at before its work begins.
void check_output_file(const std::filesystem::path& file) {
  if (!file.empty()) support::check_writable(file);
}

// The verbs, their options and what they do. Holds everything that the callbacks refer to.
class CommandLine {
 public:
  CommandLine() : app_("Hillock: a trained spiking network becomes verified hardware.", "hillock") {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", std::string("hillock 0.1.0"));
    app_.footer(
        "Exit status: 0 done, 1 the input is at fault, 2 wrong usage, 3 RTL and model disagree,\n"
        "70 a bug of Hillock. The documentation is in docs/.");
    inspect_verb();
    compile_verb();
    run_verb();
    cosim_verb();
    estimate_verb();
    synth_verb();
    power_verb();
    report_verb();
    flow_verb();
    explore_verb();
    help_verb();
    completion_verb();
  }

  int run(std::vector<std::string> arguments) {
    const std::vector<CLI::App*> verb = app_.get_subcommands(
        [&](const CLI::App* v) { return !arguments.empty() && v->get_name() == arguments[0]; });
    arguments = with_config_file(std::move(arguments), [&](const std::string& name) {
      const CLI::Option* o = verb.empty() ? nullptr : verb[0]->get_option_no_throw(name);
      if (o == nullptr) return OptionKind::Unknown;
      return o->get_expected_min() == 0 ? OptionKind::Flag : OptionKind::Value;
    });
    arguments = with_explored_point(std::move(arguments), [&](const std::string& name) {
      return !verb.empty() && verb[0]->get_option_no_throw(name) != nullptr;
    });
    explore_.arguments = arguments;
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
      app_.parse(arguments);
    } catch (const CLI::ParseError& e) {
      const int status = app_.exit(e);  // prints the help or the complaint
      return status == 0 ? 0 : 2;
    }
    return status_;
  }

 private:
  CLI::App* verb(const std::string& name, const std::string& help,
                 const std::function<void()>& body) {
    CLI::App* v = app_.add_subcommand(name, help);
    add_common(*v, common_);
    v->callback([this, body] {
      check_output_file(common_.json);
      body();
    });
    return v;
  }

  void inspect_verb() {
    CLI::App* v = verb("inspect", "Show a model or a build, and how it was read", [this] {
      std::string text;
      inspect(inspected_, compile_.import, common_, text);
      say(common_, text);
    });
    v->add_option("model", inspected_, "Model file or build folder")->required();
    add_import(*v, compile_.import);
    add_timesteps(*v, compile_.import);
  }

  void compile_verb() {
    CLI::App* v = verb("compile", "Import, quantize and emit Verilog", [this] {
      say(common_, compile_text(compile(compile_, common_), compile_.output));
    });
    add_compile(*v, compile_);
    v->add_option("--data", compile_.data, "Data set to run later; calibrated on half of it")
        ->type_name("D.npz");
  }

  void run_verb() {
    CLI::App* v = verb("run", "Run the integer or the float model", [this] {
      check_output_file(run_.dump_spikes);
      say(common_, run_text(driver::run(run_, common_)));
    });
    v->add_option("folder", run_.folder, "Build folder")->required();
    add_data(*v, run_.data, true);
    v->add_option("--timesteps", run_.data.timesteps,
                  "Steps of static data, or the first of others")
        ->type_name("T");
    v->add_option_function<std::string>(
         "--model",
         [this](const std::string& word) {
           if (word != "integer" && word != "float") {
             throw UsageError(fmt::format("--model takes integer or float, not \"{}\"", word));
           }
           run_.float_model = word == "float";
         },
         "Which model [integer]")
        ->type_name("integer|float");
    v->add_option("--dump-spikes", run_.dump_spikes, "Write every spike")->type_name("F.npz");
  }

  void cosim_verb() {
    CLI::App* v = verb("cosim", "Compare the RTL with the integer model", [this] {
      check_output_file(cosim_.stimulus);
      const json result = cosim(cosim_, common_);
      say(common_, cosim_text(result));
      disagreement(result);
    });
    v->add_option("folder", cosim_.folder, "Build folder")->required();
    add_data(*v, cosim_.data, true);
    v->add_option("--timesteps", cosim_.data.timesteps,
                  "Steps of static data, or the first of others")
        ->type_name("T");
    v->add_option("--stimulus", cosim_.stimulus,
                  "Write the beats of one sample, or of --samples, for test benches")
        ->type_name("F.hex");
    v->add_option("--netlist", cosim_.netlist, "A netlist of `synth` instead of the RTL")
        ->type_name("TARGET|FILE");
    add_cosim(*v, cosim_);
  }

  void synth_verb() {
    CLI::App* v = verb("synth", "Area, clock frequency, netlist and bitstream", [this] {
      const json result = synth(synth_, common_);
      say(common_, synth_text(result));
      check_fits(result);
    });
    v->add_option("folder", synth_.folder, "Build folder")->required();
    v->add_option("--target", synth_.target, "Target: " + synth::target_names())
        ->type_name("T")
        ->required();
    v->add_option("--liberty", synth_.liberty, "Standard cells of target asic")
        ->type_name("FILE.lib");
    v->add_option("--clock", synth_.clock_hz, "Clock to aim at [the target's]")
        ->type_name("HZ")
        ->check(CLI::PositiveNumber);
    v->add_option("--top", synth_.top, "Another module of rtl/ [the accelerator]")
        ->type_name("NAME");
    v->add_option("--pins", synth_.pins, "Pins of a board, .pcf or .lpf [anywhere]")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    v->add_flag("--no-dsps", synth_.no_dsps, "Multiply in LUTs, not in DSPs");
    v->add_option_function<std::string>(
         "--memories",
         [this](const std::string& word) {
           if (word != "cells" && word != "macros") {
             throw UsageError(fmt::format("--memories takes cells or macros, not \"{}\"", word));
           }
           synth_.memory_macros = word == "macros";
         },
         "Target asic: memories of flip-flops and gates, or left whole [cells]")
        ->type_name("cells|macros");
    v->add_option("--seeds", synth_.seeds, "Place and route so often, take the fastest [1]")
        ->type_name("N")
        ->check(CLI::Range(1, 100));
    v->add_option("--timeout", synth_.timeout_seconds, "Give up a tool that takes longer [never]")
        ->type_name("SECONDS")
        ->check(CLI::PositiveNumber);
  }

  void power_verb() {
    CLI::App* v = verb("power", "Energy of a netlist on samples, from its own activity", [this] {
      check_output_file(power_.opensta);
      const bool fpga = !power_.target.empty();
      const json result = fpga ? fpga_power(power_, common_) : power(power_, common_);
      say(common_, fpga ? fpga_power_text(result) : power_text(result));
      if (result.at("mismatches").get<std::uint64_t>() == 0) return;
      std::fprintf(stderr, "netlist and integer model disagree: run `hillock cosim --netlist %s`\n",
                   fpga ? power_.target.c_str() : "asic");
      status_ = kDisagreement;
    });
    v->add_option("folder", power_.folder, "Build folder, after synth")->required();
    add_data(*v, power_.data, true);
    CLI::Option* liberty =
        v->add_option("--liberty", power_.liberty, "Standard cells that the netlist is made of")
            ->type_name("FILE.lib")
            ->check(CLI::ExistingFile);
    v->add_option("--target", power_.target, "Instead: an FPGA (4 samples unless stated)")
        ->check(CLI::IsMember({"ice40-up5k"}))
        ->excludes(liberty);
    v->add_option("--first", power_.first, "First sample [0]")->type_name("N");
    v->add_option("--clock", power_.clock_hz, "Clock, for leakage and watts [50e6, or the FPGA's]")
        ->type_name("HZ")
        ->check(CLI::PositiveNumber);
    v->add_option("--clock-slew", power_.clock_slew_ns, "Of the clock at the flip-flops [0]")
        ->type_name("NS")
        ->check(CLI::NonNegativeNumber);
    v->add_flag("--no-wire-load", power_.no_wire_load, "Without the library's wire load");
    v->add_option("--opensta", power_.opensta, "Write the activity as a script for OpenSTA")
        ->type_name("FILE.tcl");
  }

  void estimate_verb() {
    CLI::App* v = verb("estimate", "Latency and energy per inference",
                       [this] { say(common_, estimate_text(estimate(estimate_, common_))); });
    v->add_option("folder", estimate_.folder, "Build folder")->required();
    add_data(*v, estimate_.data, false);
    v->add_option("--timesteps", estimate_.data.timesteps,
                  "Steps of static data, or the first of others")
        ->type_name("T");
    add_estimate(*v, estimate_, true);
    v->add_option("--node", estimate_.node_nm, "Carried over to this node, in nm [the target's]")
        ->type_name("NM")
        ->check(CLI::PositiveNumber);
  }

  void report_verb() {
    CLI::App* v = verb("report", "Write DIR/report.html", [this] {
      say(common_,
          fmt::format("report: {}\n", report(report_folder_, common_, report_search_).string()));
    });
    v->add_option("folder", report_folder_, "Build folder")->required();
    v->add_option("--explore", report_search_, "A search to show with it [its own, if any]")
        ->type_name("EXPLORE");
  }

  void flow_verb() {
    CLI::App* v = verb("flow", "compile, run, cosim, estimate and report", [this] {
      FlowOptions o{compile_, cosim_, estimate_};
      o.compile.data = cosim_.data.data;
      o.compile.tested_on_data = true;
      o.cosim.folder = o.estimate.folder = compile_.output;
      o.estimate.data = cosim_.data;
      const json result = flow(o, common_);
      say(common_, flow_text(result, compile_.output));
      disagreement(result.at("cosim"));
    });
    add_compile(*v, compile_);
    add_data(*v, cosim_.data, true);
    add_cosim(*v, cosim_);
    add_estimate(*v, estimate_, false);
  }

  void explore_verb() {
    CLI::App* v = verb("explore", "Search for the best accuracy, latency, energy and area", [this] {
      explore_.stated =
          stated_options(*app_.get_subcommand("explore"), *app_.get_subcommand("compile"));
      const json result = explore(explore_, common_);
      if (result.is_null()) return;
      say(common_, explore_text(result, explore_.compile.output));
      if (result.at("disagreements") == 0) return;
      fmt::print(stderr, "hillock: a point was built again and is not what was found: see {}\n",
                 (explore_.compile.output / "explore.json").string());
      status_ = kDisagreement;
    });
    CompileOptions& o = explore_.compile;
    add_model(*v, o);
    v->add_option("--data", o.data, "Data set; calibrated on half of it")
        ->type_name("D.npz")
        ->required();
    v->add_option("-o,--output", o.output, "Folder of the search")->type_name("DIR")->required();
    v->add_option("--config", "Options from a JSON file; the command line overrides them")
        ->type_name("FILE.json");
    add_explore(*v, explore_);
  }

  void help_verb() {
    CLI::App* v = app_.add_subcommand("help", "Show what a verb does, with examples");
    v->add_option("verb", helped_, "Verb")->type_name("VERB");
    v->callback([this] {
      if (helped_.empty()) {
        std::fputs(app_.help().c_str(), stdout);
        return;
      }
      const auto found =
          app_.get_subcommands([&](const CLI::App* a) { return a->get_name() == helped_; });
      if (found.empty()) throw UsageError(fmt::format("there is no verb \"{}\"", helped_));
      std::fputs((found[0]->help() + examples_text(helped_)).c_str(), stdout);
    });
  }

  void completion_verb() {
    CLI::App* v = app_.add_subcommand("completion", "Print the completion of a shell");
    v->add_option("shell", shell_, "bash, zsh or fish")->required()->type_name("SHELL");
    v->callback([this] { std::fputs(completion_script(app_, shell_).c_str(), stdout); });
  }

  void disagreement(const json& cosim_result) {
    if (cosim_result.at("mismatches").get<std::uint64_t>() == 0) return;
    fmt::print(stderr, "{}", divergence_text(cosim_result));
    status_ = kDisagreement;
  }

  CLI::App app_;
  int status_ = 0;
  CommonOptions common_;
  std::filesystem::path inspected_;
  CompileOptions compile_;
  RunOptions run_;
  CosimVerbOptions cosim_;
  EstimateOptions estimate_;
  ExploreOptions explore_;
  SynthOptions synth_;
  PowerOptions power_;
  std::filesystem::path report_folder_;
  std::filesystem::path report_search_;
  std::string helped_;
  std::string shell_;
};

}  // namespace

int run_command_line(std::vector<std::string> arguments) {
  return CommandLine().run(std::move(arguments));
}

}  // namespace hillock::driver
