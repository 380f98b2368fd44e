#include "compiler/driver/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "compiler/analysis/overflow.h"
#include "compiler/driver/accuracy.h"
#include "compiler/driver/auto_bits.h"
#include "compiler/driver/certificate.h"
#include "compiler/driver/diagnose.h"
#include "compiler/driver/quantizer.h"
#include "compiler/driver/run.h"
#include "compiler/emit/emit.h"
#include "compiler/emit/testbench.h"
#include "compiler/ir/layout.h"
#include "compiler/ir/network_json.h"
#include "compiler/ir/quantized_json.h"
#include "compiler/passes/align_convolutions.h"
#include "compiler/passes/quantize.h"
#include "hw_models/energy/geometry.h"

namespace hillock::driver {
namespace {

using nlohmann::json;
using support::DiagnosticKind;

constexpr int kDefaultWeightBits = 6;
constexpr double kDefaultMaxDrop = 0.5;
constexpr int kDefaultLanes = 8;
constexpr int kDefaultTimesteps = 1024;

int parse_int(const std::string& option, const std::string& word, int lo, int hi) {
  int value = 0;
  const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (ec != std::errc{} || end != word.data() + word.size() || value < lo || value > hi) {
    throw UsageError(
        fmt::format("{} takes a number from {} to {}, not \"{}\"", option, lo, hi, word));
  }
  return value;
}

// The option's value for every population, as a number.
std::vector<std::optional<int>> resolve(const std::string& option, const PerPopulationOption& given,
                                        const ir::Network& network, int lo, int hi) {
  for (const auto& [name, value] : given.by_name) {
    const bool known = std::any_of(network.populations.begin(), network.populations.end(),
                                   [&n = name](const ir::Population& p) { return p.name == n; });
    if (!known) {
      std::string names;
      for (const ir::Population& p : network.populations) {
        names += (names.empty() ? "" : ", ") + p.name;
      }
      support::fail(DiagnosticKind::BadOption, {option},
                    fmt::format("there is no population \"{}\"", name),
                    "the populations are: " + names);
    }
  }
  std::vector<std::optional<int>> out;
  for (const ir::Population& p : network.populations) {
    const std::optional<std::string> word = given.of(p.name);
    out.push_back(word ? std::optional<int>(parse_int(option, *word, lo, hi)) : std::nullopt);
  }
  return out;
}

// The populations whose memories are RAM; empty where there is none.
std::vector<bool> resolve_loadable(const PerPopulationOption& given, const ir::Network& network) {
  PerPopulationOption numbers = given;
  const auto number = [](std::string& word) {
    if (word != "rom" && word != "ram") {
      throw UsageError(fmt::format("--weights takes rom or ram, not \"{}\"", word));
    }
    word = word == "ram" ? "1" : "0";
  };
  if (numbers.all) number(*numbers.all);
  for (auto& [name, word] : numbers.by_name) number(word);
  std::vector<bool> loadable;
  bool any = false;
  for (const auto& value : resolve("--weights", numbers, network, 0, 1)) {
    loadable.push_back(value.value_or(0) == 1);
    any = any || loadable.back();
  }
  return any ? loadable : std::vector<bool>{};
}

std::vector<int> with_default(const std::vector<std::optional<int>>& values, int otherwise) {
  std::vector<int> out;
  out.reserve(values.size());
  for (const auto& v : values) out.push_back(v.value_or(otherwise));
  return out;
}

// "all" is as many as there are neurons; more than there are is a mistake only where it was named.
ir::Mapping resolve_lanes(const PerPopulationOption& given, const ir::Network& network) {
  PerPopulationOption numbers = given;
  const auto count = [&](const std::string& word, std::size_t neurons) {
    return word == "all" ? fmt::format("{}", neurons) : word;
  };
  for (auto& [name, word] : numbers.by_name) {
    for (const ir::Population& p : network.populations) {
      if (p.name == name) word = count(word, p.neurons());
    }
  }
  for (const ir::Population& p : network.populations) {
    if (numbers.by_name.count(p.name) != 0) continue;
    const std::string word =
        count(numbers.all.value_or(fmt::format("{}", kDefaultLanes)), p.neurons());
    const int lanes = parse_int("--lanes", word, 1, 1 << 20);
    numbers.by_name[p.name] = fmt::format("{}", std::min(lanes, static_cast<int>(p.neurons())));
  }
  ir::Mapping mapping;
  const auto resolved = resolve("--lanes", numbers, network, 1, 1 << 20);
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const ir::Population& p = network.populations[i];
    if (static_cast<std::size_t>(*resolved[i]) > p.neurons()) {
      support::fail(
          DiagnosticKind::BadOption, {"--lanes"},
          fmt::format("{} lanes for the {} neurons of {}", *resolved[i], p.neurons(), p.name),
          "give at most as many lanes as neurons, or \"all\"");
    }
    mapping.lanes.push_back(*resolved[i]);
  }
  return mapping;
}

// The data that compile reads: those it calibrates on, and those that a test is to follow on.
struct CompileData {
  std::optional<ir::Dataset> calibration;
  std::optional<ir::Dataset> data;  // of --data
  std::string given;                // names the content that `calibration` was taken from
  bool half = false;                // of it

  CompileData(const CompileOptions& options, const ir::Network& network) {
    const auto load = [&](const std::filesystem::path& file) {
      ir::Dataset loaded = import::load_dataset(file, network.inputs[0].shape,
                                                options.import.timesteps, network.timesteps);
      check_labels(loaded, network.populations[network.output].neurons());
      return loaded;
    };
    if (!options.data.empty()) data = load(options.data);
    if (!options.calibration.empty()) {
      calibration = load(options.calibration);
      given = fingerprint(*calibration);
    } else if (data) {
      given = fingerprint(*data);
      calibration = calibration_half(*data);
      half = true;
    }
  }

  [[nodiscard]] int timesteps() const {
    const std::size_t steps = calibration ? calibration->timesteps : 0;
    return static_cast<int>(std::max(steps, data ? data->timesteps : 0));
  }

  [[nodiscard]] QuantizerData for_quantizer(int input_bits) const {
    return {calibration ? &*calibration : nullptr, data ? &*data : nullptr, input_bits};
  }

  // The `calibration` part of compile.json.
  [[nodiscard]] json summary(bool tested_on_data) const {
    if (!calibration) return nullptr;
    const bool same = data && fingerprint(*data) == given;
    return {{"file", calibration->file},
            {"samples", calibration->samples},
            {"half", half},
            {"content", given},
            {"shared_with_test", tested_on_data && same}};
  }
};

// The integers of the network, and the `auto` part of compile.json where bits were searched.
ir::QuantizedNetwork quantized(const CompileOptions& options, const ir::Network& network,
                               passes::QuantizeOptions& quantize, const QuantizerData& data,
                               json& auto_summary) {
  const QuantizerMethod method = options.quantizer.value_or(QuantizerMethod::Rebuilt);
  PerPopulationOption bits = options.weight_bits;
  const bool searched = bits.all == "auto";
  if (searched) bits.all.reset();
  const auto stated = resolve("--weight-bits", bits, network, 1, 16);
  if (!searched) {
    if (options.max_drop) {
      throw UsageError("--max-drop is for --weight-bits auto");
    }
    quantize.weight_bits = with_default(stated, kDefaultWeightBits);
    return run_quantizer(network, quantize, method, data);
  }
  const double max_drop = options.max_drop.value_or(kDefaultMaxDrop);
  AutoBits found = find_bits(network, quantize, stated, method, data, max_drop);
  quantize.weight_bits = found.weight_bits;
  auto_summary = std::move(found.summary);
  auto_summary["max_drop"] = max_drop;
  return std::move(found.network);
}

int proof_timesteps(const CompileOptions& options, const CompileData& data, ir::Network& network) {
  int steps = std::max(network.timesteps.value_or(0), data.timesteps());
  if (options.import.timesteps) steps = std::max(steps, *options.import.timesteps);
  if (steps > 0) return steps;
  network.import.notes.push_back(
      fmt::format("neither --data nor --timesteps was given: widths are proved for {} steps",
                  kDefaultTimesteps));
  return kDefaultTimesteps;
}

std::vector<passes::WidthBounds> prove(const ir::QuantizedNetwork& q,
                                       const std::vector<std::optional<int>>& membrane_bits) {
  std::vector<passes::WidthBounds> widths;
  for (const analysis::PopulationBounds& b : analysis::bound_populations(q, membrane_bits)) {
    widths.push_back(
        {b.sum.lo, b.sum.hi, b.membrane.lo, b.membrane.hi, b.current.lo, b.current.hi});
  }
  return widths;
}

// What the proof found out about the network that its user did not ask for.
json notes_on(const ir::QuantizedNetwork& q, const std::vector<std::vector<bool>>& silent) {
  json notes = json::array();
  for (std::size_t i = 0; i < q.populations.size(); ++i) {
    const auto n = std::count(silent[i].begin(), silent[i].end(), true);
    if (n == 0) continue;
    notes.push_back(fmt::format("population {}: {} of {} neurons can never spike",
                                q.populations[i].name, n, q.populations[i].neurons()));
  }
  return notes;
}

json memory_summary(const ir::QuantizedNetwork& q, const ir::Mapping& m) {
  std::int64_t weights = 0;
  std::int64_t state = 0;
  for (std::size_t i = 0; i < q.populations.size(); ++i) {
    const hw_models::EngineSize size = hw_models::engine_size(q, m, i);
    (ir::pooled_source(q, i) ? state : weights) += size.weights.bits();
    state += size.states.bits();
  }
  return {{"weights", weights}, {"state", state}};
}

// The `load` part of compile.json: what is in weights.bin, and where it goes.
json load_summary(const emit::EmittedDesign& design) {
  if (design.load.empty()) return nullptr;
  json memories = json::array();
  for (const emit::LoadMemory& m : design.load.memories()) {
    memories.push_back({{"name", m.name},
                        {"population", m.population},
                        {"address", m.address},
                        {"rows", m.rows},
                        {"row_bits", m.row_bits},
                        {"row_words", m.row_words}});
  }
  return {{"file", "rtl/weights.bin"},
          {"address_bits", design.load.addr_bits()},
          {"memories", std::move(memories)}};
}

}  // namespace

json import_summary(const ir::Network& network) {
  const ir::ImportReport& r = network.import;
  return {{"source", r.source},           {"format", r.format},
          {"semantics", r.semantics},     {"grade", std::string(ir::name(r.grade))},
          {"assumptions", r.assumptions}, {"notes", r.notes}};
}

json population_summary(const ir::Network& network, const ir::QuantizedNetwork& q,
                        const ir::Mapping& mapping) {
  json all = json::array();
  for (std::size_t i = 0; i < q.populations.size(); ++i) {
    const ir::QuantizedPopulation& p = q.populations[i];
    const ir::Population& source = network.populations[i];
    const bool leaks = source.decay.min() < 1;
    all.push_back(
        {{"name", p.name},
         {"neurons", p.neurons()},
         {"shape", p.shape},
         {"model", !p.spiking ? "li"
                   : leaks    ? "lif"
                              : "if"},
         {"reset", p.spiking ? std::string(ir::name(p.reset.mechanism)) : "none"},
         {"reset_timing", std::string(ir::name(p.reset.timing))},
         {"comparison", std::string(ir::name(source.comparison))},
         {"weight_bits", q.projections_into(i)[0]->weight_bits},
         {"membrane_bits", p.membrane_bits},
         {"accumulator_bits", p.accumulator_bits},
         {"fraction_bits", p.fraction_bits},
         {"decay_bits", p.decay_shift},
         {"synapse", std::string(ir::name(p.synapse))},
         {"current_decay_bits", p.current_decay_shift},
         {"current_bits", p.current_bits},
         {"inhibition", p.inhibition},
         {"max_spikes", p.max_spikes},
         {"value_bits", p.value_bits},
         {"overflow", p.overflow == numeric::OverflowMode::Proved ? "proved" : "saturating"},
         {"lanes", mapping.lanes[i]},
         {"weights", mapping.is_loadable(i) ? "ram" : "rom"}});
  }
  return all;
}

json compile(const CompileOptions& options, const CommonOptions& common) {
  check_output_folder(options.output);
  ir::Network network = import::import_model(options.model, options.import);
  network = passes::align_convolutions(std::move(network));
  ir::verify(network);
  const CompileData data(options, network);

  passes::QuantizeOptions quantize;
  quantize.fraction_bits = resolve("--fraction-bits", options.fraction_bits, network, 0, 20);
  quantize.decay_bits = resolve("--decay-bits", options.decay_bits, network, 0, 24);
  quantize.current_decay_bits =
      resolve("--current-decay-bits", options.current_decay_bits, network, 0, 24);
  quantize.membrane_bits = resolve("--membrane-bits", options.membrane_bits, network, 2, 48);
  quantize.value_bits = resolve("--value-bits", options.value_bits, network, 2, 16);
  quantize.timesteps = proof_timesteps(options, data, network);
  ir::Mapping wanted = resolve_lanes(options.lanes, network);
  wanted.loadable = resolve_loadable(options.weights, network);

  json auto_bits;
  ir::QuantizedNetwork q =
      quantized(options, network, quantize, data.for_quantizer(options.input_bits), auto_bits);
  const std::vector<std::vector<bool>> silent = analysis::silent_neurons(q);
  passes::check_membrane_bits(q, silent, quantize.membrane_bits);
  passes::assign_widths(q, prove(q, quantize.membrane_bits), quantize.membrane_bits);
  ir::verify(q);
  const ir::Mapping mapping = ir::fit_lanes(q, wanted);
  ir::verify(q, mapping);
  emit::EmittedDesign design = emit::emit(q, mapping);

  const json memory = memory_summary(q, mapping);
  json summary = {
      {"import", import_summary(network)},
      {"name", q.name},
      {"timesteps", q.timesteps},
      {"readout", std::string(ir::name(q.readout))},
      {"populations", population_summary(network, q, mapping)},
      {"weight_memory_bits", memory["weights"]},
      {"state_memory_bits", memory["state"]},
      {"calibration", data.summary(options.tested_on_data)},
      {"notes", notes_on(q, silent)},
      {"warnings", diagnose(network, q, silent, data.calibration ? &*data.calibration : nullptr)},
      {"rtl", {{"top", design.top}, {"files", design.files}}},
      {"structure", fmt::format("{:08x}", design.structure)},
      {"load", load_summary(design)}};

  if (!auto_bits.is_null()) summary["auto"] = auto_bits;

  std::vector<std::pair<std::string, std::string>> files;
  for (const emit::EmittedFile& f : design.all) files.emplace_back(f.path, f.content);
  files.emplace_back("tb/" + design.top + "_tb.v", emit::testbench(q, mapping, design));
  files.emplace_back("network.json", ir::to_json(network).dump() + "\n");
  files.emplace_back("quantized.json", ir::to_json(q, mapping).dump() + "\n");
  files.emplace_back("overflow.json", overflow_certificate(q).dump(1) + "\n");
  files.emplace_back("compile.json", summary.dump(2) + "\n");
  write_build(options.output, files);
  if (!common.json.empty()) write_result(options.output, "compile", summary, common.json);
  return summary;
}

}  // namespace hillock::driver
