#include "compiler/driver/cli_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "compiler/driver/estimate.h"

namespace hillock::driver {
namespace {

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

void add_per_population(CLI::App& verb, const std::string& name, PerPopulationOption& into,
                        const std::string& help, const std::string& type = "N|NAME=N,...") {
  verb.add_option_function<std::string>(
          name,
          [&into, name](const std::string& text) { into = PerPopulationOption::parse(name, text); },
          help)
      ->type_name(type);
}

// A list of words for explore: what to try for an option of compile.
void add_axis(CLI::App& verb, const std::string& option, std::vector<Axis>& axes,
              const std::string& help) {
  const std::string name = "--" + option;
  verb.add_option_function<std::string>(
          name,
          [&axes, option, name](const std::string& text) {
            axes.push_back({option, parse_words(name, text)});
          },
          help)
      ->type_name("LIST");
}

double parse_clock(const std::string& word) {
  std::size_t used = 0;
  double clock = 0;
  try {
    clock = std::stod(word, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used != word.size() || used == 0 || !(clock > 0) || !std::isfinite(clock)) {
    throw UsageError(fmt::format("--clock takes frequencies in Hz, not \"{}\"", word));
  }
  return clock;
}

// "all", or how many.
std::optional<std::size_t> parse_count(const std::string& option, const std::string& word) {
  if (word == "all") return std::nullopt;
  if (word.empty() || word.size() > 9 ||
      word.find_first_not_of("0123456789") != std::string::npos) {
    throw UsageError(fmt::format("{} takes a number or all, not \"{}\"", option, word));
  }
  return std::stoul(word);
}

}  // namespace

void add_common(CLI::App& verb, CommonOptions& common) {
  verb.add_option("--json", common.json, "Write the result to FILE as JSON")->type_name("FILE");
  verb.add_flag("--quiet", common.quiet, "Print nothing but errors");
}

void add_timesteps(CLI::App& verb, import::ImportOptions& o) {
  verb.add_option("--timesteps", o.timesteps, "Steps of a sample; of a longer one, the first")
      ->type_name("T")
      ->check(CLI::Range(1, 1 << 20));
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
  verb.add_flag("--static-input", o.static_input,
                "The data hold no time: what the input adds is summed once a sample");
}

// What compile and explore both take, and explore does not search.
void add_model(CLI::App& verb, CompileOptions& o) {
  verb.add_option("model", o.model, "Model: .nir, .pt, .pth, .safetensors, or a network .json")
      ->required();
  add_import(verb, o.import);
  add_per_population(verb, "--update-lanes", o.lanes.update_lanes,
                     "Neurons updated in a cycle, where they may be fewer [chosen]");
  add_per_population(verb, "--weights", o.weights,
                     "Weights in rom, or in ram that is loaded at run time [rom]",
                     "rom|ram|NAME=...");
  verb.add_option("--spike-stream", o.spike_stream,
                  "A stream of that population's spikes leaves the accelerator beside the result")
      ->type_name("POPULATION");
  add_per_population(verb, "--current-decay-bits", o.current_decay_bits,
                     "Bits of the decay of synaptic currents, 0..24 [chosen]");
  verb.add_option("--input-bits", o.input_bits, "Bits of real-valued input data, 2..16 [8]")
      ->type_name("N")
      ->check(CLI::Range(2, 16));
  add_per_population(verb, "--value-bits", o.value_bits,
                     "Bits of membranes that weights read, 2..16 [8]");
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
}

void add_compile(CLI::App& verb, CompileOptions& o) {
  add_model(verb, o);
  verb.add_option("--from", "Model and options of a point that explore found")
      ->type_name("EXPLORE[#POINT]");
  verb.add_option("--point", "Which point of --from [its pick]")->type_name("POINT");
  verb.add_option("-o,--output", o.output, "Build folder")->type_name("DIR")->required();
  add_timesteps(verb, o.import);
  add_per_population(verb, "--weight-bits", o.weight_bits, "Bits of a weight, 1..16, or auto [6]");
  verb.add_option("--max-drop", o.max_drop,
                  "Accuracy that --weight-bits auto may lose, in percent points [0.5]")
      ->type_name("POINTS")
      ->check(CLI::Range(0.0, 100.0));
  add_per_population(verb, "--lanes", o.lanes.lanes,
                     "Weights added in a cycle, or all neurons' [8]");
  verb.add_option("--target-latency", o.lanes.target_cycles,
                  "Choose --lanes: as few as take at most that many cycles a sample")
      ->type_name("CYCLES")
      ->check(CLI::PositiveNumber);
  verb.add_option("--target-luts", o.lanes.target_luts,
                  "Choose --lanes: as many as fit about that many LUTs")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  add_per_population(verb, "--fraction-bits", o.fraction_bits,
                     "Membrane bits below one weight unit, 0..20 [chosen]");
  add_per_population(verb, "--decay-bits", o.decay_bits, "Bits of the leak, 0..24 [chosen]");
  add_per_population(verb, "--decay-form", o.decay_form,
                     "Decays of any value, or of N (2) signed powers of two [multiplier]",
                     "multiplier|shifts|shifts:N|NAME=...");
  add_per_population(verb, "--membrane-bits", o.membrane_bits,
                     "Narrower membranes that saturate, 2..48 [proved]");
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

void add_explore(CLI::App& verb, ExploreOptions& o) {
  add_axis(verb, "weight-bits", o.axes, "Bits of a weight to try [2,3,4,5,6,8]");
  add_axis(verb, "decay-form", o.axes, "Forms of decays to try [multiplier,shifts]");
  add_axis(verb, "decay-bits", o.axes, "Bits of the leak to try [chosen]");
  add_axis(verb, "membrane-bits", o.axes, "Membrane widths to try; narrow ones saturate [chosen]");
  add_axis(verb, "fraction-bits", o.axes, "Fraction bits of membranes to try [chosen]");
  add_axis(verb, "timesteps", o.axes, "Steps of a sample to try; the first of each [all]");
  verb.add_option_function<std::string>(
          "--lanes", [&o](const std::string& text) { o.lanes = parse_words("--lanes", text); },
          "Lanes to try [powers of two to all, by population]")
      ->type_name("LIST");
  verb.add_option_function<std::string>(
          "--clock",
          [&o](const std::string& text) {
            for (const std::string& w : parse_words("--clock", text)) {
              o.clocks_hz.push_back(parse_clock(w));
            }
          },
          "Clocks to try [the target's]")
      ->type_name("HZ,...");
  verb.add_option("--target", o.target, "Target of the energy: " + target_list() + " [asic45]")
      ->type_name("T");
  verb.add_option("--samples", o.samples, "Only the first N samples")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verb.add_option("--jobs", o.jobs, "Networks evaluated at once [one per processor]")
      ->type_name("J")
      ->check(CLI::Range(1, 1024));
  verb.add_option("--budget", o.budget, "Quantize at most N networks, the most usual first")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verb.add_option("--max-drop", o.max_drop,
                  "Accuracy that the pick may lose, in percent points [0.5]")
      ->type_name("POINTS")
      ->check(CLI::Range(0.0, 100.0));
  verb.add_option("--max-luts", o.max_luts, "LUTs of the pick; nothing larger is evaluated")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verb.add_option("--max-energy", o.max_energy_j, "Energy of an inference of the pick")
      ->type_name("JOULES")
      ->check(CLI::PositiveNumber);
  verb.add_option("--target-latency", o.target_cycles, "Mean cycles a sample of the pick")
      ->type_name("CYCLES")
      ->check(CLI::PositiveNumber);
  o.verify = 1;
  verb.add_option_function<std::string>(
          "--verify", [&o](const std::string& word) { o.verify = parse_count("--verify", word); },
          "Points of the front to build and co-simulate, the pick first [1]")
      ->type_name("N|all");
  verb.add_option("--verify-samples", o.verify_samples, "Co-simulate only the first N samples")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verb.add_option("--liberty", o.liberty, "Synthesize verified points to these cells: um2, clock")
      ->type_name("FILE.lib");
  verb.add_option_function<std::string>(
          "--executor",
          [&o](const std::string& word) {
            if (word != "local" && word != "slurm") {
              throw UsageError(fmt::format("--executor takes local or slurm, not \"{}\"", word));
            }
            o.slurm = word == "slurm";
          },
          "Evaluate here, or as a Slurm job array [local]")
      ->type_name("local|slurm");
  verb.add_option("--sbatch", o.slurm_options.sbatch, "Further arguments of sbatch, one each")
      ->type_name("ARGUMENT");
  verb.add_option("--worker", o.worker, "Evaluate one choice alone (what a Slurm task does)")
      ->type_name("K")
      ->group("");
}

// What of the command line is for the points to be built with: options of compile that explore does
// not search.
std::map<std::string, std::string> stated_options(const CLI::App& verb, const CLI::App& compile) {
  static const std::vector<std::string> kOwn = {
      "--data", "--calibration", "--arch",  "--output",   "--json",           "--quiet",
      "--help", "--config",      "--lanes", "--max-drop", "--target-latency", "--target-luts"};
  std::map<std::string, std::string> stated;
  for (const CLI::Option* o : verb.get_options()) {
    if (o->count() == 0 || o->get_lnames().empty()) continue;
    const std::string name = o->get_lnames()[0];
    const std::string option = "--" + name;
    const bool searched =
        std::find(axis_options().begin(), axis_options().end(), name) != axis_options().end();
    if (searched || std::find(kOwn.begin(), kOwn.end(), option) != kOwn.end()) continue;
    if (compile.get_option_no_throw(option) == nullptr) continue;
    stated[name] = o->results()[0];
  }
  return stated;
}

}  // namespace hillock::driver
