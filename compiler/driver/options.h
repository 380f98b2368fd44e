// What the command line asked for. Verbs take these; nothing else of the command line reaches them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "compiler/import/import.h"

namespace hillock::driver {

// Wrong usage: exit status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// "6", "hidden=4,output=8" or "6,output=8": a value for all populations and values by name.
// Values are words; their meaning is the option's.
struct PerPopulationOption {
  std::optional<std::string> all;
  std::map<std::string, std::string> by_name;

  // Throws UsageError naming `option`.
  static PerPopulationOption parse(const std::string& option, const std::string& text);
  [[nodiscard]] std::optional<std::string> of(const std::string& population) const;
  [[nodiscard]] bool empty() const { return !all && by_name.empty(); }
};

struct CommonOptions {
  std::filesystem::path json;  // --json; empty: none
  bool quiet = false;
};

// How many neurons are worked on together.
struct LaneOptions {
  PerPopulationOption lanes;
  PerPopulationOption update_lanes;
  std::optional<std::int64_t> target_cycles;  // of a sample, at most; chooses the lanes
  std::optional<std::int64_t> target_luts;    // at most; chooses the lanes
};

// How weights become integers; docs/quantization.md.
enum class QuantizerMethod {
  Rebuilt,        // second-order rounding and descent on every neuron's spikes; the default
  Searched,       // to nearest, with the scale that leaves the membrane the least error
  Nearest,        // to nearest, with the largest weight of each neuron as the largest integer
  NearestTensor,  // the same with one scale for a population
};

struct CompileOptions {
  std::filesystem::path model;
  std::filesystem::path data;         // empty: none
  std::filesystem::path calibration;  // empty: calibrate on `data`
  bool tested_on_data = false;        // `data` are what the build is tested on
  std::filesystem::path output;
  import::ImportOptions import;
  PerPopulationOption weight_bits;
  PerPopulationOption fraction_bits;
  PerPopulationOption decay_bits;
  PerPopulationOption current_decay_bits;
  PerPopulationOption decay_form;  // multiplier, shifts or shifts:N
  int input_bits = 8;              // of real-valued data
  std::optional<QuantizerMethod> quantizer;
  std::optional<double> max_drop;  // of accuracy in percent points, for --weight-bits auto
  PerPopulationOption value_bits;
  PerPopulationOption membrane_bits;
  LaneOptions lanes;
  PerPopulationOption weights;  // rom or ram
  std::string spike_stream;     // the population whose spikes leave as a stream; empty: none
};

struct DataOptions {
  std::filesystem::path data;
  std::optional<std::size_t> samples;
  std::optional<int> timesteps;  // of static data
  int jobs = 0;                  // 0: one per processor
};

struct RunOptions {
  std::filesystem::path folder;
  DataOptions data;
  bool float_model = false;
  std::filesystem::path dump_spikes;
};

struct CosimVerbOptions {
  std::filesystem::path folder;
  DataOptions data;
  std::uint64_t stall_seed = 0;
  std::optional<std::size_t> trace;  // this sample alone, with a waveform
  std::size_t first = 0;
  bool quick = false;
  bool no_wave = false;            // no waveform of a divergence
  std::filesystem::path stimulus;  // beats of the first sample, for the emitted test bench
  std::string netlist;             // instead of the RTL: a target of `synth`, or a file; "": none
};

struct SynthOptions {
  std::filesystem::path folder;
  std::string target;
  std::string top;  // another module of rtl/; "": the accelerator
  std::filesystem::path liberty;
  std::filesystem::path pins;  // constraints of pins
  std::optional<double> clock_hz;
  bool no_dsps = false;
  bool memory_macros = false;
  bool measured = false;  // only what energy is measured by; not of the command line
  int seeds = 1;
  double timeout_seconds = 0;
};

struct PowerOptions {
  std::filesystem::path folder;
  DataOptions data;  // samples: 64 unless stated
  std::size_t first = 0;
  std::filesystem::path liberty;  // of standard cells, or
  std::string target;             // an FPGA that there are measurements of
  std::optional<double> clock_hz;
  double clock_slew_ns = 0;
  bool no_wire_load = false;
  std::filesystem::path opensta;  // the activity as a script for OpenSTA
};

struct EstimateOptions {
  std::filesystem::path folder;
  DataOptions data;
  std::string target;
  std::optional<double> clock_hz;
  std::optional<double> node_nm;  // carried over to another node
};

}  // namespace hillock::driver
