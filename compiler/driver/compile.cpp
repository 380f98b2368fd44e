#include "compiler/driver/compile.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/driver/certificate.h"
#include "compiler/driver/diagnose.h"
#include "compiler/driver/lanes.h"
#include "compiler/driver/prepare.h"
#include "compiler/driver/terminal.h"
#include "compiler/emit/emit.h"
#include "compiler/emit/testbench.h"
#include "compiler/ir/hardware_view.h"
#include "compiler/ir/layout.h"
#include "compiler/ir/network_json.h"
#include "compiler/ir/quantized_json.h"
#include "compiler/passes/whole_weights.h"
#include "hw_models/geometry/geometry.h"
#include "hw_models/size/size.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

// What was found out about the network that its user did not ask for.
json notes_on(const ir::Network& network, const ir::QuantizedNetwork& q,
              const std::vector<std::vector<bool>>& silent) {
  json notes = json::array();
  for (std::size_t i = 0; i < q.populations.size(); ++i) {
    if (passes::trained_weights(network, i) && passes::exact_weights(network, q, i)) {
      notes.push_back(
          fmt::format("population {}: its weights are integers times a scale already; "
                      "the integers are kept, in {} bits",
                      q.populations[i].name, q.projections_into(i)[0]->weight_bits));
    }
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

// The `spike_stream` part: whose spikes leave as a stream.
json spike_stream_summary(const ir::QuantizedNetwork& q, const ir::Mapping& mapping) {
  const auto stream = ir::spike_stream(q, mapping);
  if (!stream) return nullptr;
  return {{"population", q.populations[stream->population].name},
          {"address_bits", stream->addr_bits},
          {"value_bits", stream->value_bits}};
}

}  // namespace

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

json import_summary(const ir::Network& network) {
  const ir::ImportReport& r = network.import;
  return {{"source", r.source},           {"format", r.format},
          {"semantics", r.semantics},     {"grade", std::string(ir::name(r.grade))},
          {"assumptions", r.assumptions}, {"notes", r.notes}};
}

json population_summary(const ir::Network& network, const ir::QuantizedNetwork& q,
                        const ir::Mapping& mapping) {
  json all = json::array();
  const std::vector<double> luts = hw_models::estimate_luts_by_population(q, mapping);
  for (std::size_t i = 0; i < q.populations.size(); ++i) {
    const ir::QuantizedPopulation& p = q.populations[i];
    const ir::Population& source = network.populations[i];
    const hw_models::EngineSize size = hw_models::engine_size(q, mapping, i);
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
         {"luts_estimate", luts[i]},
         {"weight_memory_bits", size.weights.bits()},
         {"state_memory_bits", size.states.bits() + size.sums.bits()},
         {"lanes", mapping.lanes[i]},
         {"update_lanes", mapping.update_lanes_of(i)},
         {"weights", mapping.is_loadable(i) ? "ram" : "rom"}});
  }
  return all;
}

json compile(const CompileOptions& options, const CommonOptions& common) {
  check_output_folder(options.output);
  const Prepared prepared = prepare(options);
  const ir::Network& network = prepared.network;
  std::optional<Progress> progress;  // of the present network: auto makes many
  const PreparedIntegers integers =
      make_integers(options, prepared, [&](std::size_t done, std::size_t total) {
        if (done == 1) progress.emplace("quantize", total, common.quiet);
        progress->update(done);
      });
  progress.reset();
  const ir::QuantizedNetwork& q = integers.network;
  const ir::Dataset* calibration = prepared.data.calibration_data();
  const ir::Mapping mapping =
      choose_lanes(options.lanes, network, q, prepared.mapping, calibration);
  ir::verify(q, mapping);
  emit::EmittedDesign design = emit::emit(q, mapping);

  const json memory = memory_summary(q, mapping);
  json summary = {{"import", import_summary(network)},
                  {"name", q.name},
                  {"timesteps", q.timesteps},
                  {"readout", std::string(ir::name(q.readout))},
                  {"inputs", input_summary(q)},
                  {"outputs", output_summary(q)},
                  {"populations", population_summary(network, q, mapping)},
                  {"weight_memory_bits", memory["weights"]},
                  {"state_memory_bits", memory["state"]},
                  {"luts_estimate", hw_models::estimate_luts(q, mapping)},
                  {"luts_estimate_error",
                   {{"mean", hw_models::size_table().mean_error},
                    {"worst", hw_models::size_table().worst_error},
                    {"designs", hw_models::size_table().designs}}},
                  {"calibration", prepared.data.summary(options.tested_on_data)},
                  {"notes", notes_on(network, q, integers.silent)},
                  {"warnings", diagnose(network, q, integers.silent, calibration)},
                  {"rtl", {{"top", design.top}, {"files", design.files}, {"rows", design.rows}}},
                  {"structure", fmt::format("{:08x}", design.structure)},
                  {"load", load_summary(design)},
                  {"spike_stream", spike_stream_summary(q, mapping)}};

  if (!integers.auto_bits.is_null()) summary["auto"] = integers.auto_bits;

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
