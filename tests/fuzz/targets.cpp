// The libFuzzer targets: whatever the bytes are, reading them gives a result or one InputError.
// HILLOCK_FUZZ_TARGET says as what they are read; CMakeLists.txt lists the targets.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "compiler/driver/config_file.h"
#include "compiler/gates/cell_library.h"
#include "compiler/import/import.h"
#include "compiler/import/nir_reader.h"
#include "compiler/import/nir_to_network.h"
#include "compiler/import/nir_wire.h"
#include "compiler/import/state_dict_import.h"
#include "compiler/ir/quantized_json.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/support/json_value.h"
#include "tests/fuzz/fuzzing.h"

namespace hillock::fuzz {
namespace {

namespace fs = std::filesystem;

// In memory where there is such a folder: the file is written some hundred times a second.
fs::path scratch(const std::string& extension) {
  const fs::path memory = "/dev/shm";
  std::error_code ec;
  const fs::path folder =
      ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path(ec);
  return folder / ("hillock-fuzz-" + std::to_string(::getpid()) + extension);
}

fs::path written(std::string_view bytes, const std::string& extension) {
  static const fs::path file = [&] {
    static fs::path kept;
    kept = scratch(extension);
    std::atexit([] {
      std::error_code ec;
      fs::remove(kept, ec);
    });
    return kept;
  }();
  support::write_file(file, bytes);
  return file;
}

// Every rule that an option can choose: the byte's bits do.
import::ImportOptions options_of(std::uint8_t choice){using import::Semantics;
import::ImportOptions options;
options.semantics = (choice & 1U) != 0 ? Semantics::SnnTorch : Semantics::Nir;
if ((choice & 2U) != 0) {
  options.reset = (choice & 4U) != 0 ? ir::ResetMechanism::Zero : ir::ResetMechanism::Subtract;
}
if ((choice & 8U) != 0) options.reset_delay = (choice & 16U) != 0;
if ((choice & 32U) != 0) options.comparison = ir::Comparison::GreaterEqual;
if ((choice & 64U) != 0) options.dt = 1e-3;
if ((choice & 128U) != 0) options.timesteps = 7;
return options;
}  // namespace

void model(std::string_view bytes, const std::string& extension) {
  (void)import::import_model(written(bytes, extension), {});
}

// A NIR graph as the reading process hands it over: the first byte chooses the options.
void graph(std::string_view bytes) {
  if (bytes.empty()) return;
  import::nir::Graph g;
  try {
    g = import::nir::from_bytes(bytes.substr(1), "model.nir");
  } catch (const support::InputError&) {
    throw;
  } catch (const std::exception&) {
    return;  // what from_bytes() promises for bytes that are no graph
  }
  ir::verify(
      import::nir::to_network(std::move(g), options_of(static_cast<std::uint8_t>(bytes[0]))));
}

// Layers by the names that the seeds use, whatever the file makes of them.
import::torch::StateDict layers(){
    const std::map<std::string, ir::Shape> shapes = {{"fc1.weight", {5, 6}},
                                                     {"fc1.bias", {5}},
                                                     {"fc2.weight", {3, 5}},
                                                     {"fc2.bias", {3}},
                                                     {"c1.weight", {2, 1, 3, 3}},
                                                     {"c1.bias", {2}},
                                                     {"c2.weight", {4, 1, 2, 2}},
                                                     {"d1.weight", {2, 2, 3}},
                                                     {"bn.weight", {2}},
                                                     {"bn.bias", {2}},
                                                     {"bn.running_mean", {2}},
                                                     {"bn.running_var", {2}},
                                                     {"bn.num_batches_tracked", {}},
                                                     {"lif.beta", {}},
                                                     {"lif.threshold", {}},
                                                     {"syn.alpha", {5}},
                                                     {"syn.beta", {5}},
                                                     {"syn.threshold", {5}},
                                                     {"rec.recurrent.weight", {5, 5}},
                                                     {"rec.recurrent.bias", {5}},
                                                     {"rec.V", {5}},
                                                     {"rec.beta", {}},
                                                     {"rec.threshold", {}},
                                                     {"lap.beta", {}}};
import::torch::StateDict state;
double v = 0.125;
for (const auto& [name, shape] : shapes) {
  import::torch::Tensor t{name, shape, {}, {"state_dict.pt", "/" + name}};
  for (std::size_t i = ir::element_count(shape); i > 0; --i) {
    t.values.push_back(v);
    v = v > 1.5 ? 0.0625 : v * 1.25;
  }
  state.tensors.push_back(std::move(t));
}
return state;
}  // namespace hillock::fuzz

void architecture(std::string_view bytes) {
  static const import::torch::StateDict state = layers();
  import::ImportOptions options;
  options.architecture = written(bytes, ".json");
  ir::verify(import::import_state_dict(state, "state_dict.pt", options).network);
}

void config(std::string_view bytes) {
  const auto kind_of = [](const std::string& option) {
    if (option == "--quiet") return driver::OptionKind::Flag;
    if (option.find('x') != std::string::npos) return driver::OptionKind::Unknown;
    return driver::OptionKind::Value;
  };
  (void)driver::with_config_file(
      {"flow", "model.nir", "--lanes=4", "--config", written(bytes, ".json").string()}, kind_of);
}

void quantized(std::string_view bytes) {
  ir::QuantizedNetwork network;
  ir::Mapping mapping;
  ir::from_json(support::JsonValue::parse(bytes, "quantized.json"), "quantized.json", network,
                mapping);
}

void read(const std::string& target, std::string_view bytes) {
  if (target == "nir") {
    const import::nir::Graph g = import::nir::read_nir(written(bytes, ".nir"));
    for (const std::uint8_t choice : {0, 3}) {
      ir::verify(import::nir::to_network(g, options_of(choice)));
    }
  } else if (target == "graph") {
    graph(bytes);
  } else if (target == "npz") {
    (void)import::load_dataset(written(bytes, ".npz"), {2, 2}, 4);
  } else if (target == "architecture") {
    architecture(bytes);
  } else if (target == "config") {
    config(bytes);
  } else if (target == "quantized") {
    quantized(bytes);
  } else if (target == "liberty") {
    (void)gates::read_cell_library(gates::parse_liberty(bytes, "cells.lib"), "cells.lib");
  } else {
    model(bytes, "." + target);
  }
}

}  // namespace
}  // namespace hillock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    hillock::fuzz::read(HILLOCK_FUZZ_TARGET, bytes);
  } catch (const hillock::support::InputError& e) {
    if (e.diagnostics().empty()) std::abort();
  }
  return 0;
}
