#include "tests/support/golden.h"

#include "compiler/support/file.h"
#include "compiler/support/npy.h"
#include "compiler/support/zip.h"

namespace hillock::tests {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 24;

}  // namespace

std::vector<std::string> golden_groups() {
  return {"dense",           "per_neuron", "one_to_one",  "conv",   "average_after",
          "average_between", "max_after",  "max_between", "shapes", "static"};
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
