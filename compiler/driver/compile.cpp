#include "compiler/driver/compile.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/analysis/overflow.h"
#include "compiler/driver/accuracy.h"
#include "compiler/driver/auto_bits.h"
#include "compiler/driver/certificate.h"
#include "compiler/driver/diagnose.h"
#include "compiler/driver/lanes.h"
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
constexpr int kDefaultTimesteps = 1024;

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
  for (const auto& value : per_population("--weights", numbers, network, 0, 1)) {
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

// The data that compile reads: those it calibrates on, and those that a test is to follow on.
struct CompileData {
  std::optional<ir::Dataset> calibration;
  std::optional<ir::Dataset> data;  // of --data
  std::string given;                // names the content that `calibration` was taken from
  bool half = false;                // of it

  // The data say which inputs are static, where the network does not.
  CompileData(const CompileOptions& options, ir::Network& network) {
    const auto load = [&](const std::filesystem::path& file) {
      ir::Dataset loaded = import::load_dataset(file, network, options.import.timesteps);
      check_labels(loaded, network);
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
    if (!calibration) return;
    const char* stated =
        options.import.static_input ? "--static-input states" : "the network states";
    for (std::size_t i = 0; i < network.inputs.size(); ++i) {
      bool& is_static = network.inputs[i].is_static;
      if (is_static) check_time(*calibration, network, i, true, stated);
      is_static = calibration->is_static(i);
      if (data) check_time(*data, network, i, is_static, "--calibration holds");
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
  const auto stated = per_population("--weight-bits", bits, network, 1, 16);
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

json input_summary(const ir::QuantizedNetwork& q) {
  json inputs = json::array();
  for (const ir::QuantizedInput& i : q.inputs) {
    inputs.push_back({{"name", i.name},
                      {"shape", i.shape},
                      {"min", i.min_value},
                      {"max", i.max_value},
                      {"scale", i.scale}});
  }
  return inputs;
}

json output_summary(const ir::QuantizedNetwork& q) {
  json outputs = json::array();
  for (const ir::Output& o : ir::outputs_of(q)) {
    outputs.push_back({{"population", q.populations[o.population].name},
                       {"readout", std::string(ir::name(o.readout))}});
  }
  return outputs;
}

json memory_summary(const ir::QuantizedNetwork& q, const ir::Mapping& m) {
  std::int64_t weights = 0;
  std::int64_t state = 0;
  for (std::size_t i = 0; i < q.populations.size(); ++i) {
    const hw_models::EngineSize size = hw_models::engine_size(q, m, i);
    (ir::pooled_source(q, i) ? state : weights) += size.weights.bits();
    state += size.states.bits() + size.sums.bits();
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
         {"update_lanes", mapping.update_lanes_of(i)},
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
  for (const ir::Input& input : network.inputs) {
    if (!input.is_static) continue;
    network.import.notes.push_back(
        fmt::format("{} is static: what it adds is summed once a sample",
                    network.inputs.size() == 1 ? "the input" : "input " + input.name));
  }

  passes::QuantizeOptions quantize;
  quantize.fraction_bits = per_population("--fraction-bits", options.fraction_bits, network, 0, 20);
  quantize.decay_bits = per_population("--decay-bits", options.decay_bits, network, 0, 24);
  quantize.current_decay_bits =
      per_population("--current-decay-bits", options.current_decay_bits, network, 0, 24);
  quantize.membrane_bits = per_population("--membrane-bits", options.membrane_bits, network, 2, 48);
  quantize.value_bits = per_population("--value-bits", options.value_bits, network, 2, 16);
  quantize.timesteps = proof_timesteps(options, data, network);
  const std::vector<bool> loadable = resolve_loadable(options.weights, network);

  json auto_bits;
  ir::QuantizedNetwork q =
      quantized(options, network, quantize, data.for_quantizer(options.input_bits), auto_bits);
  const std::vector<std::vector<bool>> silent = analysis::silent_neurons(q);
  passes::check_membrane_bits(q, silent, quantize.membrane_bits);
  passes::assign_widths(q, prove(q, quantize.membrane_bits), quantize.membrane_bits);
  ir::verify(q);
  const ir::Mapping mapping = choose_lanes(options.lanes, network, q, loadable,
                                           data.calibration ? &*data.calibration : nullptr);
  ir::verify(q, mapping);
  emit::EmittedDesign design = emit::emit(q, mapping);

  const json memory = memory_summary(q, mapping);
  json summary = {
      {"import", import_summary(network)},
      {"name", q.name},
      {"timesteps", q.timesteps},
      {"readout", std::string(ir::name(q.readout))},
      {"inputs", input_summary(q)},
      {"outputs", output_summary(q)},
      {"populations", population_summary(network, q, mapping)},
      {"weight_memory_bits", memory["weights"]},
      {"state_memory_bits", memory["state"]},
      {"calibration", data.summary(options.tested_on_data)},
      {"notes", notes_on(q, silent)},
      {"warnings", diagnose(network, q, silent, data.calibration ? &*data.calibration : nullptr)},
      {"rtl", {{"top", design.top}, {"files", design.files}, {"rows", design.rows}}},
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
