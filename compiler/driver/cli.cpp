#include "compiler/driver/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/config_file.h"
#include "compiler/driver/cosim.h"
#include "compiler/driver/estimate.h"
#include "compiler/driver/flow.h"
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

void add_common(CLI::App& verb, CommonOptions& common) {
  verb.add_option("--json", common.json, "Write the result to FILE as JSON")->type_name("FILE");
  verb.add_flag("--quiet", common.quiet, "Print nothing but errors");
}

// An option whose word becomes a value by `parse`; an unknown word is wrong usage.
template <typename T>
void add_choice(CLI::App& verb, const std::string& name, std::optional<T>& into,
                const std::string& choices, std::function<std::optional<T>(std::string_view)> parse,
                const std::string& help) {
  verb.add_option_function<std::string>(
          name,
          [=, &into](const std::string& word) {
            into = parse(word);
            if (!into) {
              throw UsageError(fmt::format("{} takes one of {}, not \"{}\"", name, choices, word));
            }
          },
          help)
      ->type_name(choices);
}

void add_import(CLI::App& verb, import::ImportOptions& o) {
  add_choice<import::Semantics>(verb, "--semantics", o.semantics, "nir|snntorch|norse|sinabs",
                                import::parse_semantics, "Whose rules to read the file by");
  add_choice<ir::ResetMechanism>(verb, "--reset", o.reset, "subtract|zero|none",
                                 ir::parse_reset_mechanism, "Reset mechanism of all neurons");
  const auto on_or_off = [](std::string_view word) -> std::optional<bool> {
    if (word == "on") return true;
    if (word == "off") return false;
    return std::nullopt;
  };
  add_choice<bool>(verb, "--reset-delay", o.reset_delay, "on|off", on_or_off,
                   "Reset in the step after the spike, or in the same step");
  add_choice<ir::Comparison>(verb, "--compare", o.comparison, "gt|ge", ir::parse_comparison,
                             "Spike above the threshold, or at it");
  add_choice<ir::Readout>(verb, "--readout", o.readout,
                          "spike_count|membrane_sum|membrane_max|membrane_last", ir::parse_readout,
                          "How the output population gives the class");
  verb.add_option("--main-output", o.main_output, "Which of several outputs comes first")
      ->type_name("POPULATION");
  verb.add_option("--dt", o.dt, "Time step of a continuous-time file")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber);
  verb.add_option("--max-spikes", o.max_spikes, "sinabs: spikes of a neuron in one step [255]")
      ->type_name("N")
      ->check(CLI::Range(1, ir::kMaxSpikes));
  add_choice<bool>(verb, "--norm-input", o.norm_input, "on|off", on_or_off,
                   "sinabs: leaky neurons scale their input by 1 - decay [on]");
  verb.add_option("--arch", o.architecture, "Architecture of a state_dict")->type_name("FILE.json");
  verb.add_option("--timesteps", o.timesteps, "Steps of a sample, at most")
      ->type_name("T")
      ->check(CLI::Range(1, 1 << 20));
  verb.add_flag("--static-input", o.static_input,
                "The data hold no time: what the input adds is summed once a sample");
}

void add_per_population(CLI::App& verb, const std::string& name, PerPopulationOption& into,
                        const std::string& help, const std::string& type = "N|NAME=N,...") {
  verb.add_option_function<std::string>(
          name,
          [&into, name](const std::string& text) { into = PerPopulationOption::parse(name, text); },
          help)
      ->type_name(type);
}

void add_compile(CLI::App& verb, CompileOptions& o) {
  verb.add_option("model", o.model, "Model: .nir, .pt, .pth, .safetensors, or a network .json")
      ->required();
  verb.add_option("-o,--output", o.output, "Build folder")->type_name("DIR")->required();
  add_import(verb, o.import);
  add_per_population(verb, "--weight-bits", o.weight_bits, "Bits of a weight, 1..16, or auto [6]");
  verb.add_option("--max-drop", o.max_drop,
                  "Accuracy that --weight-bits auto may lose, in percent points [0.5]")
      ->type_name("POINTS")
      ->check(CLI::Range(0.0, 100.0));
  add_per_population(verb, "--lanes", o.lanes.lanes,
                     "Weights added in a cycle, or all neurons' [8]");
  add_per_population(verb, "--update-lanes", o.lanes.update_lanes,
                     "Neurons updated in a cycle, where they may be fewer [chosen]");
  verb.add_option("--target-latency", o.lanes.target_cycles,
                  "Choose --lanes: as few as take at most that many cycles a sample")
      ->type_name("CYCLES")
      ->check(CLI::PositiveNumber);
  verb.add_option("--target-luts", o.lanes.target_luts,
                  "Choose --lanes: as many as fit about that many LUTs")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  add_per_population(verb, "--weights", o.weights,
                     "Weights in rom, or in ram that is loaded at run time [rom]",
                     "rom|ram|NAME=...");
  add_per_population(verb, "--fraction-bits", o.fraction_bits,
                     "Membrane bits below one weight unit, 0..20 [chosen]");
  add_per_population(verb, "--decay-bits", o.decay_bits, "Bits of the leak, 0..24 [chosen]");
  add_per_population(verb, "--current-decay-bits", o.current_decay_bits,
                     "Bits of the decay of synaptic currents, 0..24 [chosen]");
  verb.add_option("--input-bits", o.input_bits, "Bits of real-valued input data, 2..16 [8]")
      ->type_name("N")
      ->check(CLI::Range(2, 16));
  add_per_population(verb, "--value-bits", o.value_bits,
                     "Bits of membranes that weights read, 2..16 [8]");
  add_per_population(verb, "--membrane-bits", o.membrane_bits,
                     "Narrower membranes that saturate, 2..48 [proved]");
  add_choice<QuantizerMethod>(
      verb, "--quantizer", o.quantizer, "rebuilt|searched|nearest|nearest-tensor",
      [](std::string_view word) -> std::optional<QuantizerMethod> {
        if (word == "rebuilt") return QuantizerMethod::Rebuilt;
        if (word == "searched") return QuantizerMethod::Searched;
        if (word == "nearest") return QuantizerMethod::Nearest;
        if (word == "nearest-tensor") return QuantizerMethod::NearestTensor;
        return std::nullopt;
      },
      "How weights become integers [rebuilt]");
  verb.add_option("--calibration", o.calibration, "Data set to calibrate on [half of --data]")
      ->type_name("D.npz");
  verb.add_option("--config", "Options from a JSON file; the command line overrides them")
      ->type_name("FILE.json");
}

void add_data(CLI::App& verb, DataOptions& o, bool required) {
  verb.add_option("--data", o.data, "Data set")->type_name("D.npz")->required(required);
  verb.add_option("--samples", o.samples, "Only the first N samples")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verb.add_option("--jobs", o.jobs, "Threads [one per processor]")
      ->type_name("J")
      ->check(CLI::Range(1, 1024));
}

void add_cosim(CLI::App& verb, CosimVerbOptions& o) {
  verb.add_option("--stalls", o.stall_seed, "Stall both ends of every stream at random")
      ->type_name("SEED")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
  verb.add_option("--trace", o.trace, "Write the waveform of one sample")->type_name("SAMPLE");
  verb.add_option("--first", o.first, "Begin with this sample [0]")->type_name("SAMPLE");
  verb.add_flag("--quick-build", o.quick, "Compile the simulation faster, run it slower");
  verb.add_flag("--no-waveform", o.no_wave, "No waveform of a divergence");
}

void add_estimate(CLI::App& verb, EstimateOptions& o, bool required) {
  verb.add_option("--target", o.target, "Target: " + target_list())
      ->type_name("T")
      ->required(required);
  verb.add_option("--clock", o.clock_hz, "Clock [the target's]")
      ->type_name("HZ")
      ->check(CLI::PositiveNumber);
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
  }

  int run(std::vector<std::string> arguments) {
    const std::vector<CLI::App*> verb = app_.get_subcommands(
        [&](const CLI::App* v) { return !arguments.empty() && v->get_name() == arguments[0]; });
    arguments = with_config_file(std::move(arguments), [&](const std::string& name) {
      const CLI::Option* o = verb.empty() ? nullptr : verb[0]->get_option_no_throw(name);
      if (o == nullptr) return OptionKind::Unknown;
      return o->get_expected_min() == 0 ? OptionKind::Flag : OptionKind::Value;
    });
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
    v->add_option("--timesteps", run_.data.timesteps, "Steps of static data")->type_name("T");
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
    v->add_option("--timesteps", cosim_.data.timesteps, "Steps of static data")->type_name("T");
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
    CLI::App* v = verb("power", "Energy of the netlist of standard cells on samples", [this] {
      check_output_file(power_.opensta);
      const json result = power(power_, common_);
      say(common_, power_text(result));
      if (result.at("mismatches").get<std::uint64_t>() == 0) return;
      std::fputs("netlist and integer model disagree: run `hillock cosim --netlist asic`\n",
                 stderr);
      status_ = kDisagreement;
    });
    v->add_option("folder", power_.folder, "Build folder, after synth --target asic")->required();
    add_data(*v, power_.data, true);
    v->add_option("--liberty", power_.liberty, "Standard cells that the netlist is made of")
        ->type_name("FILE.lib")
        ->required()
        ->check(CLI::ExistingFile);
    v->add_option("--first", power_.first, "First sample [0]")->type_name("N");
    v->add_option("--clock", power_.clock_hz, "Clock, for leakage and watts [50e6]")
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
    v->add_option("--timesteps", estimate_.data.timesteps, "Steps of static data")->type_name("T");
    add_estimate(*v, estimate_, true);
  }

  void report_verb() {
    CLI::App* v = verb("report", "Write DIR/report.html", [this] {
      say(common_, fmt::format("report: {}\n", report(report_folder_, common_).string()));
    });
    v->add_option("folder", report_folder_, "Build folder")->required();
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
  SynthOptions synth_;
  PowerOptions power_;
  std::filesystem::path report_folder_;
};

}  // namespace

int run_command_line(std::vector<std::string> arguments) {
  return CommandLine().run(std::move(arguments));
}

}  // namespace hillock::driver
