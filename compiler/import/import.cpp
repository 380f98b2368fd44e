#include "compiler/import/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "compiler/import/limits.h"
#include "compiler/import/nir_reader.h"
#include "compiler/import/nir_to_network.h"
#include "compiler/import/safetensors.h"
#include "compiler/import/state_dict_import.h"
#include "compiler/ir/network_json.h"
#include "compiler/support/file.h"
#include "compiler/support/json_value.h"

namespace hillock::import {
namespace {

namespace fs = std::filesystem;
using ir::Network;
using support::DiagnosticKind;
using support::fail;

void check_file(const fs::path& model) {
  std::error_code ec;
  const fs::file_status status = fs::status(model, ec);
  if (!fs::exists(status)) fail(DiagnosticKind::FileNotFound, {model.string()}, "no such file");
  if (!fs::is_regular_file(status)) {
    fail(DiagnosticKind::FileUnreadable, {model.string()}, "is not a file");
  }
  const std::uintmax_t size = fs::file_size(model, ec);
  if (ec) fail(DiagnosticKind::FileUnreadable, {model.string()}, "cannot be read");
  if (size > kMaxModelFile) {
    fail(DiagnosticKind::FileTooLarge, {model.string()},
         fmt::format("has {} bytes, and a model has at most {}", size, kMaxModelFile));
  }
}

void no_architecture(const ImportOptions& options, std::string_view what) {
  if (options.architecture.empty()) return;
  fail(DiagnosticKind::BadOption, {},
       fmt::format("--arch is given, and {} has its own architecture", what), "leave --arch out");
}

Network import_nir(const fs::path& model, const ImportOptions& options) {
  no_architecture(options, "a .nir file");
  return nir::to_network(nir::read_nir(model), options);
}

Network import_json(const fs::path& model, const ImportOptions& options) {
  no_architecture(options, "a network .json");
  if (options.semantics || options.reset || options.reset_delay || options.comparison ||
      options.dt || options.max_spikes || options.norm_input) {
    fail(DiagnosticKind::BadOption, {model.string()},
         "a network .json states its own semantics, which options cannot change",
         "leave out --semantics, --reset, --reset-delay, --compare, --dt, --max-spikes and "
         "--norm-input");
  }
  const nlohmann::json json = support::JsonValue::parse(support::read_file(model), model.string());
  Network network = ir::network_from_json(json, model.string());
  if (network.import.format != "network-json") {
    network.import.notes.push_back(
        fmt::format("first read from {} ({})", network.import.source, network.import.format));
  }
  network.import.format = "network-json";
  return network;
}

// Puts the output called `name` first.
void choose_output(Network& network, const std::string& name) {
  std::vector<std::string> names;
  for (const ir::Output& output : ir::outputs_of(network)) {
    names.push_back(network.populations[output.population].name);
    if (names.back() != name) continue;
    if (names.size() == 1) return;
    ir::Output& other = network.more_outputs[names.size() - 2];
    const ir::Output first{network.output, network.readout};
    network.output = other.population;
    network.readout = other.readout;
    other = first;
    return;
  }
  fail(DiagnosticKind::BadOption, {"--main-output"}, fmt::format("there is no output '{}'", name),
       fmt::format("the outputs are {}", fmt::join(names, ", ")));
}

void set_readout(Network& network, const ImportOptions& options, bool from_file) {
  const auto assumed = [&](std::size_t population, ir::Readout& readout, std::string_view how) {
    if (population >= network.populations.size() || network.populations[population].spiking) return;
    readout = ir::Readout::MembraneSum;
    network.import.assumptions.push_back(fmt::format(
        "readout: '{}' does not spike; the sum of its membrane over all steps was taken (state it "
        "with {})",
        network.populations[population].name, how));
  };
  if (options.readout)
    network.readout = *options.readout;
  else if (!from_file)
    assumed(network.output, network.readout, "--readout");
  for (ir::Output& output : network.more_outputs) {
    if (output.readout == ir::Readout::SpikeCount && network.import.format != "network-json") {
      assumed(output.population, output.readout, "--main-output and --readout, or in --arch");
    }
  }
}

// Locations name the file as it was given while errors are reported; what is kept, and ends up in
// generated files, must not depend on the folder the model was in.
void forget_folder(Network& network, const fs::path& model) {
  const auto shorten = [&](support::Location& where) {
    if (where.file == model.string()) where.file = model.filename().string();
  };
  for (ir::Input& i : network.inputs) shorten(i.where);
  for (ir::Population& p : network.populations) shorten(p.where);
  for (ir::Projection& p : network.projections) shorten(p.where);
}

}  // namespace

Network import_model(const fs::path& model, const ImportOptions& options) {
  check_file(model);
  if (options.timesteps && *options.timesteps <= 0) {
    fail(DiagnosticKind::BadOption, {},
         fmt::format("--timesteps is {}, and must be 1 or more", *options.timesteps));
  }
  std::string extension = model.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  Network network;
  bool readout_stated = false;
  if (extension == ".nir") {
    network = import_nir(model, options);
  } else if (extension == ".pt" || extension == ".pth") {
    StateDictImport imported = import_state_dict(torch::read_state_dict(model), model, options);
    network = std::move(imported.network);
    readout_stated = imported.readout_stated;
  } else if (extension == ".safetensors") {
    StateDictImport imported = import_state_dict(read_safetensors(model), model, options);
    network = std::move(imported.network);
    readout_stated = imported.readout_stated;
  } else if (extension == ".json") {
    network = import_json(model, options);
    readout_stated = true;
  } else {
    fail(DiagnosticKind::UnknownFormat, {model.string()},
         extension.empty() ? "has no extension that says what it is"
                           : fmt::format("'{}' files are not models", extension));
  }
  network.import.source = model.filename().string();
  if (extension != ".json") network.name = model.stem().string();
  if (options.timesteps) network.timesteps = *options.timesteps;
  if (options.static_input) {
    for (ir::Input& i : network.inputs) i.is_static = true;
  }
  if (!options.main_output.empty()) choose_output(network, options.main_output);
  set_readout(network, options, readout_stated);
  ir::verify(network);
  forget_folder(network, model);
  return network;
}

}  // namespace hillock::import
