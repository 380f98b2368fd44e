#include "compiler/driver/cosim.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/driver/accuracy.h"
#include "compiler/driver/count_check.h"
#include "compiler/driver/netlist.h"
#include "compiler/driver/report.h"
#include "compiler/driver/run.h"
#include "compiler/driver/terminal.h"
#include "compiler/ir/hardware_view.h"
#include "compiler/support/file.h"
#include "hw_models/latency/latency.h"
#include "sim/cosim/build.h"
#include "sim/cosim/cosim.h"

namespace hillock::driver {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

sim::BuildRequest build_request(const Build& build, const CosimVerbOptions& options, bool waves) {
  sim::BuildRequest request;
  if (!options.netlist.empty()) {
    request = netlist_request(build, options.netlist);
    request.waves = waves;
    request.quick = true;  // netlists are large, and run for few samples
    return request;
  }
  request.folder = build.folder;
  request.top = build.summary.at("rtl").at("top");
  request.files = build.summary.at("rtl").at("files").get<std::vector<std::string>>();
  request.ports = sim::traced_ports(build.quantized, build.mapping, load_address_bits(build));
  request.stalls = options.stall_seed != 0;
  request.waves = waves;
  request.quick = options.quick || waves;
  return request;
}

// One pass over samples [first, first + count), waves of `wave_sample` where `wave` is not empty.
sim::CosimResult simulate(const Build& build, const ir::Dataset& data,
                          const CosimVerbOptions& options, std::size_t first, std::size_t count,
                          const fs::path& wave, std::size_t wave_sample, bool quiet,
                          CountCheck* counts = nullptr) {
  sim::CosimOptions o;
  sim::BuildRequest request = build_request(build, options, !wave.empty());
  StageLine line("co-simulation", quiet);
  line.stage("Verilator builds it");
  request.tick = [&] { line.tick(); };
  o.library = sim::build_simulation(request);
  line.finish();
  o.rtl_folder = build.folder / "rtl";
  o.first_sample = first;
  o.samples = count;
  o.jobs = wave.empty() ? job_count(options.data.jobs) : 1;
  o.stall_seed = options.stall_seed;
  o.membranes = options.netlist.empty();
  o.wave = wave.empty() ? wave : fs::absolute(wave);
  o.wave_sample = wave_sample;
  const hw_models::LatencyModel latency(build.quantized, build.mapping);
  o.predict_cycles = [&](const ir::Activity& a) { return latency.cycles(a); };
  if (counts != nullptr) {
    o.inspect = [counts](const ir::Activity& a, const sim::RtlSample& s) { counts->look(a, s); };
  }
  Progress progress("co-simulation", count, quiet);
  o.progress = [&](std::size_t done) { progress.update(done); };
  sim::CosimResult result = sim::cosimulate(build.quantized, build.mapping, data, o);
  progress.finish();
  return result;
}

json divergence_json(const sim::Divergence& d, const std::string& replay, const std::string& wave) {
  return {{"what", d.what},
          {"population", d.population},
          {"neuron", d.neuron},
          {"sample", d.sample},
          {"timestep", d.timestep},
          {"cycle", d.cycle},
          {"expected", d.expected},
          {"actual", d.actual},
          {"expected_real", d.expected_real},
          {"actual_real", d.actual_real},
          {"before", d.before},
          {"before_real", d.before_real},
          {"threshold", d.threshold},
          {"inputs", d.inputs},
          {"explanation", d.explanation},
          {"replay", replay},
          {"waveform", wave.empty() ? json(nullptr) : json(wave)}};
}

// The beats of samples, for the emitted test bench and others: {sample_last, step_last, event,
// value, addr}.
std::string stimulus(const Build& build, const ir::Dataset& data, std::size_t first,
                     std::size_t samples) {
  std::string out;
  for (std::size_t sample = first; sample < first + samples; ++sample) {
    for (const HillockBeat& b : sim::sample_beats(build.quantized, data, sample)) {
      out += fmt::format("{:x}{:08x}{:08x}\n", b.event | b.step_last << 1 | b.sample_last << 2,
                         static_cast<std::uint32_t>(b.value), b.addr);
    }
  }
  return out;
}

// Replays the divergence with a waveform: alone if that shows it, else after the samples before it.
json explain(const Build& build, const ir::Dataset& data, const CosimVerbOptions& options,
             const sim::Divergence& d) {
  const std::string base = replay_command(options);
  const std::string alone = fmt::format("{} --trace {}", base, d.sample);
  if (options.no_wave) return divergence_json(d, alone, "");
  const fs::path wave = build.folder / "cosim" / fmt::format("sample_{}.vcd", d.sample);
  support::create_folder(wave.parent_path());
  sim::CosimResult again = simulate(build, data, options, d.sample, 1, wave, d.sample, true);
  if (again.mismatches > 0) return divergence_json(d, alone, wave.string());
  again = simulate(build, data, options, options.first, d.sample - options.first + 1, wave,
                   d.sample, true);
  const std::string after = fmt::format("{} --first {} --samples {} --jobs 1 --trace {}", base,
                                        options.first, d.sample - options.first + 1, d.sample);
  return divergence_json(d, after, wave.string());
}

json cycle_summary(const std::vector<std::uint64_t>& cycles) {
  if (cycles.empty()) return nullptr;
  const auto [lo, hi] = std::minmax_element(cycles.begin(), cycles.end());
  const double sum = std::accumulate(cycles.begin(), cycles.end(), 0.0);
  return {{"min", *lo}, {"mean", sum / static_cast<double>(cycles.size())}, {"max", *hi}};
}

}  // namespace

json cosim(const CosimVerbOptions& options, const CommonOptions& common) {
  const Build build = load_build(options.folder);
  DataOptions whole = options.data;
  whole.samples.reset();
  const ir::Dataset data = load_data(build, whole);
  std::size_t first = options.first;
  std::size_t count = data.samples - std::min(first, data.samples);
  if (options.data.samples) count = std::min(count, *options.data.samples);
  fs::path wave;
  std::size_t wave_sample = 0;
  if (options.trace) {
    wave_sample = *options.trace;
    const bool in_range =
        options.data.samples.has_value() && wave_sample >= first && wave_sample < first + count;
    if (wave_sample >= data.samples) {
      support::fail(
          support::DiagnosticKind::BadOption, {"--trace"},
          fmt::format("there is no sample {}; the data set has {}", wave_sample, data.samples));
    }
    if (!in_range) {
      first = wave_sample;
      count = 1;
    }
    wave = build.folder / "cosim" / fmt::format("sample_{}.vcd", wave_sample);
    support::create_folder(wave.parent_path());
  }
  if (count == 0) {
    support::fail(support::DiagnosticKind::BadOption, {"--samples"},
                  "no sample is left to compare");
  }

  if (!options.stimulus.empty()) {
    const std::size_t samples = options.data.samples ? count : 1;
    support::write_file(options.stimulus, stimulus(build, data, first, samples));
  }
  CountCheck counts(build.quantized, build.mapping, options.stall_seed != 0);
  const sim::CosimResult r =
      simulate(build, data, options, first, count, wave, wave_sample, common.quiet, &counts);
  json result = {
      {"netlist", options.netlist.empty() ? json(nullptr) : json(options.netlist)},
      {"samples", r.samples},
      {"first_sample", first},
      {"stall_seed", options.stall_seed == 0 ? json(nullptr) : json(options.stall_seed)},
      {"spikes_compared", r.spikes_compared},
      {"membranes_compared", r.membranes_compared},
      {"cycles_compared", r.cycles_compared},
      {"energy_counts_compared", counts.compared},
      {"energy_counts_equal", counts.unequal == 0},
      {"mismatches", r.mismatches + counts.unequal},
      {"first_divergence", nullptr},
      {"cycles_per_inference", cycle_summary(r.cycles)},
      {"predicted_cycles_equal", r.predicted_equal ? json(*r.predicted_equal) : json(nullptr)},
      {"inferences_per_second", static_cast<double>(r.samples) / r.seconds},
      {"simulated_cycles_per_second", static_cast<double>(r.ticks) / r.seconds}};
  add_predictions(result, build.network, r.predictions, data, first);
  if (r.first) {
    CosimVerbOptions replay = options;
    if (options.trace) replay.no_wave = true;  // it has just been written
    result["first_divergence"] = explain(build, data, replay, *r.first);
    if (options.trace) result["first_divergence"]["waveform"] = wave.string();
  }
  if (!wave.empty()) result["waveform"] = wave.string();
  if (options.netlist.empty() && r.first_sample.run.timesteps > 0) {
    support::write_file(build.folder / "trace.json",
                        sample_trace(build, data, first, r.first_sample).dump() + "\n");
  }
  write_result(build.folder, "cosim", result, common.json);
  return result;
}

std::string replay_command(const CosimVerbOptions& options) {
  std::string out = fmt::format("hillock cosim {} --data {}", options.folder.string(),
                                options.data.data.string());
  if (options.data.timesteps) out += fmt::format(" --timesteps {}", *options.data.timesteps);
  if (!options.netlist.empty()) out += fmt::format(" --netlist {}", options.netlist);
  if (options.stall_seed != 0) out += fmt::format(" --stalls {}", options.stall_seed);
  return out;
}

std::string divergence_text(const json& r) {
  const json& d = r.at("first_divergence");
  if (d.is_null()) return "";
  std::string out = fmt::format(
      "RTL and integer model disagree: {} mismatches in {} samples. The first:\n"
      "  {} of {}, neuron {}, sample {}, step {}, cycle {}\n"
      "  expected {}{}, the RTL has {}{}\n",
      r.at("mismatches").get<std::uint64_t>(), r.at("samples").get<std::size_t>(),
      d.at("what").get<std::string>(), d.at("population").get<std::string>(),
      d.at("neuron").get<std::size_t>(), d.at("sample").get<std::size_t>(),
      d.at("timestep").get<std::size_t>(), d.at("cycle").get<std::uint64_t>(),
      d.at("expected").get<std::int64_t>(),
      d.at("what") == "membrane" ? fmt::format(" ({:.6g})", d.at("expected_real").get<double>())
                                 : "",
      d.at("actual").get<std::int64_t>(),
      d.at("what") == "membrane" ? fmt::format(" ({:.6g})", d.at("actual_real").get<double>())
                                 : "");
  if (!d.at("inputs").get<std::string>().empty()) {
    out += fmt::format("  V before {} ({:.6g}), threshold {}; {}\n",
                       d.at("before").get<std::int64_t>(), d.at("before_real").get<double>(),
                       d.at("threshold").get<std::int64_t>(), d.at("inputs").get<std::string>());
  }
  if (!d.at("explanation").get<std::string>().empty()) {
    out += fmt::format("  {}\n", d.at("explanation").get<std::string>());
  }
  out += fmt::format("  replay: {}\n", d.at("replay").get<std::string>());
  if (!d.at("waveform").is_null()) {
    out += fmt::format("  waveform: {}\n", d.at("waveform").get<std::string>());
  }
  return out;
}

}  // namespace hillock::driver
