#include "compiler/driver/prepare.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/analysis/overflow.h"
#include "compiler/driver/accuracy.h"
#include "compiler/driver/auto_bits.h"
#include "compiler/driver/lanes.h"
#include "compiler/driver/run.h"
#include "compiler/driver/widths.h"
#include "compiler/passes/align_convolutions.h"
#include "compiler/passes/quantize.h"
#include "compiler/passes/whole_weights.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

constexpr int kDefaultWeightBits = 6;
constexpr double kDefaultMaxDrop = 0.5;
constexpr int kDefaultTimesteps = 1024;
constexpr int kDefaultShifts = 2;

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

// The population whose spikes leave as a stream; `given` empty: none.
std::optional<std::size_t> resolve_spike_stream(const std::string& given,
                                                const ir::Network& network) {
  if (given.empty()) return std::nullopt;
  std::string spiking;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    if (!network.populations[p].spiking) continue;
    if (network.populations[p].name == given) return p;
    spiking += (spiking.empty() ? "" : ", ") + network.populations[p].name;
  }
  support::fail(
      support::DiagnosticKind::BadOption, {"--spike-stream"},
      fmt::format("there is no population \"{}\" that spikes", given),
      spiking.empty() ? "no population of this network spikes" : "those that do: " + spiking);
}

// Where nobody states the bits of weights: what those take that training has made integers of.
std::vector<int> with_default(const std::vector<std::optional<int>>& values,
                              const ir::Network& network) {
  std::vector<int> out;
  for (std::size_t p = 0; p < values.size(); ++p) {
    const auto whole = values[p] ? std::nullopt : passes::trained_weights(network, p);
    out.push_back(values[p].value_or(whole ? whole->bits : kDefaultWeightBits));
  }
  return out;
}

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
    quantize.weight_bits = with_default(stated, network);
    return run_quantizer(network, quantize, method, data);
  }
  const double max_drop = options.max_drop.value_or(kDefaultMaxDrop);
  AutoBits found = find_bits(network, quantize, stated, method, data, max_drop);
  quantize.weight_bits = found.weight_bits;
  auto_summary = std::move(found.summary);
  auto_summary["max_drop"] = max_drop;
  return std::move(found.network);
}

// --decay-form: the most signed powers of two that a decay may be made of; nullopt: any number.
std::vector<std::optional<int>> decay_digits(const PerPopulationOption& given,
                                             const ir::Network& network) {
  PerPopulationOption numbers = given;
  const auto number = [](std::string& word) {
    if (word == "multiplier") {
      word = "0";
    } else if (word == "shifts") {
      word = fmt::format("{}", kDefaultShifts);
    } else if (word.size() == 8 && word.starts_with("shifts:") && word[7] >= '1' &&
               word[7] <= '6') {
      word = word.substr(7);
    } else {
      throw UsageError(fmt::format(
          "--decay-form takes multiplier, shifts or shifts:N with N from 1 to 6, not \"{}\"",
          word));
    }
  };
  if (numbers.all) number(*numbers.all);
  for (auto& [name, word] : numbers.by_name) number(word);
  auto digits = per_population("--decay-form", numbers, network, 0, 6);
  for (auto& d : digits) {
    if (d == 0) d.reset();
  }
  return digits;
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

}  // namespace

CompileData::CompileData(const CompileOptions& options, ir::Network& network) {
  const auto load = [&](const std::filesystem::path& file) {
    ir::Dataset loaded = import::load_dataset(file, network, options.import.timesteps);
    check_labels(loaded, network);
    return loaded;
  };
  if (!options.data.empty()) data_ = load(options.data);
  if (!options.calibration.empty()) {
    calibration_ = load(options.calibration);
    given_ = fingerprint(*calibration_);
  } else if (data_) {
    given_ = fingerprint(*data_);
    calibration_ = calibration_half(*data_);
    half_ = true;
  }
  if (!calibration_) return;
  const char* stated = options.import.static_input ? "--static-input states" : "the network states";
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    bool& is_static = network.inputs[i].is_static;
    if (is_static) check_time(*calibration_, network, i, true, stated);
    is_static = calibration_->is_static(i);
    if (data_) check_time(*data_, network, i, is_static, "--calibration holds");
  }
}

const ir::Dataset* CompileData::calibration_data() const {
  return calibration_ ? &*calibration_ : nullptr;
}

const ir::Dataset* CompileData::test_data() const { return data_ ? &*data_ : nullptr; }

int CompileData::timesteps() const {
  const std::size_t steps = calibration_ ? calibration_->timesteps : 0;
  return static_cast<int>(std::max(steps, data_ ? data_->timesteps : 0));
}

QuantizerData CompileData::for_quantizer(int input_bits) const {
  return {calibration_data(), test_data(), input_bits};
}

json CompileData::summary(bool tested_on_data) const {
  if (!calibration_) return nullptr;
  const bool same = data_ && fingerprint(*data_) == given_;
  return {{"file", calibration_->file},
          {"samples", calibration_->samples},
          {"half", half_},
          {"content", given_},
          {"shared_with_test", tested_on_data && same}};
}

Prepared prepare(const CompileOptions& options) {
  ir::Network network =
      passes::align_convolutions(import::import_model(options.model, options.import));
  ir::verify(network);
  CompileData data(options, network);
  for (const ir::Input& input : network.inputs) {
    if (!input.is_static) continue;
    network.import.notes.push_back(
        fmt::format("{} is static: what it adds is summed once a sample",
                    network.inputs.size() == 1 ? "the input" : "input " + input.name));
  }
  const int timesteps = proof_timesteps(options, data, network);
  ir::Mapping mapping;
  mapping.loadable = resolve_loadable(options.weights, network);
  mapping.spike_stream = resolve_spike_stream(options.spike_stream, network);
  return {std::move(network), std::move(data), timesteps, std::move(mapping)};
}

PreparedIntegers make_integers(const CompileOptions& options, const Prepared& prepared,
                               const std::function<void(std::size_t, std::size_t)>& progress) {
  const ir::Network& network = prepared.network;
  passes::QuantizeOptions quantize;
  quantize.fraction_bits = per_population("--fraction-bits", options.fraction_bits, network, 0, 20);
  quantize.decay_bits = per_population("--decay-bits", options.decay_bits, network, 0, 24);
  quantize.current_decay_bits =
      per_population("--current-decay-bits", options.current_decay_bits, network, 0, 24);
  quantize.membrane_bits = per_population("--membrane-bits", options.membrane_bits, network, 2, 48);
  quantize.value_bits = per_population("--value-bits", options.value_bits, network, 2, 16);
  quantize.decay_digits = decay_digits(options.decay_form, network);
  quantize.timesteps = prepared.timesteps;
  PreparedIntegers out;
  QuantizerData data = prepared.data.for_quantizer(options.input_bits);
  data.progress = progress;
  out.network = quantized(options, network, quantize, data, out.auto_bits);
  out.silent = analysis::silent_neurons(out.network);
  passes::check_membrane_bits(out.network, out.silent, quantize.membrane_bits);
  assign_proved_widths(out.network, quantize.membrane_bits);
  ir::verify(out.network);
  return out;
}

}  // namespace hillock::driver
