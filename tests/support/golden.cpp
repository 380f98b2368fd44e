#include "tests/support/golden.h"

#include <nlohmann/json.hpp>

#include "compiler/import/import.h"
#include "compiler/support/file.h"
#include "compiler/support/npy.h"
#include "compiler/support/zip.h"

namespace hillock::tests {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 24;

}  // namespace

std::vector<std::string> golden_groups() {
  return {"dense",     "per_neuron",  "one_to_one", "conv",   "average_after", "average_between",
          "max_after", "max_between", "shapes",     "static", "sinabs"};
}

std::vector<GoldenCase> golden_cases(const std::string& group,
                                     const std::filesystem::path& folder) {
  const support::ZipReader zip(std::filesystem::path(HILLOCK_SOURCE) / "tests/golden" /
                               (group + ".zip"));
  std::map<std::string, GoldenCase> cases;
  for (const support::ZipEntry& entry : zip.entries()) {
    const std::size_t slash = entry.name.find('/');
    const std::string name = entry.name.substr(0, slash);
    const std::string file = entry.name.substr(slash + 1);
    GoldenCase& c = cases[name];
    c.name = name;
    c.files[file] = folder / (name + "-" + file);
    support::write_file(c.files[file], zip.read(entry.name, kLimit));
  }
  std::vector<GoldenCase> out;
  for (auto& [name, c] : cases) out.push_back(std::move(c));
  return out;
}

ir::Network golden_network(const GoldenCase& c) {
  import::ImportOptions options;
  if (c.files.contains("arch.json")) {
    options.architecture = c.files.at("arch.json");
    return import::import_model(c.files.at("state_dict.pt"), options);
  }
  const auto said = nlohmann::json::parse(support::read_file(c.files.at("nir.json")));
  options.semantics = import::Semantics::Sinabs;
  options.reset = ir::parse_reset_mechanism(said.at("reset").get<std::string>());
  options.max_spikes = said.at("max_spikes").get<int>();
  options.norm_input = said.at("norm_input").get<bool>();
  return import::import_model(c.files.at("model.nir"), options);
}

GoldenValues golden_array(const std::filesystem::path& npy) {
  const std::string bytes = support::read_file(npy);
  const support::NpyHeader header = support::parse_npy_header(bytes, {npy.string()});
  return {header.shape, support::npy_values<float>(header, bytes, {npy.string()})};
}

ir::Dataset golden_dataset(const GoldenValues& x, const ir::Network& network) {
  ir::Dataset data;
  data.samples = x.shape[0];
  data.features = network.inputs[0].shape;
  data.static_input = network.inputs[0].is_static;
  data.timesteps =
      data.static_input ? static_cast<std::size_t>(network.timesteps.value()) : x.shape[1];
  data.x = x.values;
  return data;
}

}  // namespace hillock::tests
