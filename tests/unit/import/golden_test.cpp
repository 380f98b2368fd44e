// Networks that the real snnTorch ran: every spike of the imported network is the same.
// tests/golden/make_goldens.py made them.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/import/import.h"
#include "compiler/support/npy.h"
#include "compiler/support/zip.h"
#include "sim/float/float_model.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 24;

std::filesystem::path golden_file(const std::string& name) {
  return data_file("").parent_path().parent_path() / "golden" / name;
}

// One folder of an archive, written out.
struct GoldenCase {
  std::string name;
  std::map<std::string, std::filesystem::path> files;
};

std::vector<GoldenCase> cases_of(const std::filesystem::path& archive,
                                 const TemporaryFolder& folder) {
  const support::ZipReader zip(archive);
  std::map<std::string, GoldenCase> cases;
  for (const support::ZipEntry& entry : zip.entries()) {
    const std::size_t slash = entry.name.find('/');
    const std::string name = entry.name.substr(0, slash);
    const std::string file = entry.name.substr(slash + 1);
    GoldenCase& c = cases[name];
    c.name = name;
    c.files[file] = folder.file(name + "-" + file, zip.read(entry.name, kLimit));
  }
  std::vector<GoldenCase> out;
  for (auto& [name, c] : cases) out.push_back(std::move(c));
  return out;
}

struct Values {
  ir::Shape shape;
  std::vector<float> values;
};
Values array(const std::filesystem::path& file) {
  const std::string bytes = support::read_file(file);
  const support::NpyHeader header = support::parse_npy_header(bytes, {file.string()});
  return {header.shape, support::npy_values<float>(header, bytes, {file.string()})};
}

ir::Dataset dataset(const Values& x, const ir::Shape& features) {
  ir::Dataset data;
  data.samples = x.shape[0];
  data.timesteps = x.shape[1];
  data.features = features;
  data.x = x.values;
  return data;
}

struct Comparison {
  std::size_t spikes = 0;
  std::size_t differences = 0;
};

// `populations`: of the layers with golden spikes.
Comparison compare(const ir::Network& network, const GoldenCase& c,
                   const std::map<std::string, std::size_t>& populations) {
  const sim::FloatModel model(network);
  const ir::Dataset data = dataset(array(c.files.at("x.npy")), network.inputs[0].shape);
  Comparison out;
  std::map<std::string, Values> golden;
  for (const auto& [layer, index] : populations) {
    golden[layer] = array(c.files.at(layer + ".spikes.npy"));
  }
  for (std::size_t sample = 0; sample < data.samples; ++sample) {
    sim::FloatResult result;
    model.run(data, sample, result);
    for (const auto& [layer, index] : populations) {
      const std::size_t n = network.populations[index].neurons();
      const auto& wanted = golden[layer].values;
      REQUIRE(wanted.size() == data.samples * data.timesteps * n);
      for (std::size_t t = 0; t < data.timesteps; ++t) {
        for (std::size_t j = 0; j < n; ++j) {
          const bool want = wanted[(sample * data.timesteps + t) * n + j] != 0;
          const bool got = result.recording.spikes[index](t, j) != 0;
          out.spikes += want ? 1 : 0;
          out.differences += want != got ? 1 : 0;
        }
      }
    }
  }
  return out;
}

std::size_t index_of(const ir::Network& n, const std::string& name) {
  for (std::size_t i = 0; i < n.populations.size(); ++i) {
    if (n.populations[i].name == name) return i;
  }
  FAIL("no population " << name);
  return 0;
}

std::set<std::string> neuron_layers(const GoldenCase& c) {
  std::set<std::string> out;
  const std::string ending = ".spikes.npy";
  for (const auto& [file, path] : c.files) {
    if (file.ends_with(ending)) out.insert(file.substr(0, file.size() - ending.size()));
  }
  return out;
}

// The exporter computes 1 - decay in float32: below 0.5 several decays export alike.
void check_decay(const ir::PerNeuron<double>& a, const ir::PerNeuron<double>& b, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    CHECK(std::abs(a[j] - b[j]) <= (a[j] < 0.5 ? 0x1p-23 : 0.0));
  }
}

// Same populations and projections, whatever they are called.
void check_same(const ir::Network& a, const ir::Network& b) {
  REQUIRE(a.populations.size() == b.populations.size());
  REQUIRE(a.projections.size() == b.projections.size());
  for (std::size_t i = 0; i < a.populations.size(); ++i) {
    const ir::Population& p = a.populations[i];
    const ir::Population& q = b.populations[i];
    CHECK(p.shape == q.shape);
    check_decay(p.decay, q.decay, p.neurons());
    CHECK(p.bias == q.bias);
    CHECK(p.threshold == q.threshold);
    CHECK(p.reset == q.reset);
    CHECK(p.synapse == q.synapse);
    check_decay(p.current_decay, q.current_decay, p.neurons());
    CHECK(p.current_bias == q.current_bias);
  }
  for (std::size_t i = 0; i < a.projections.size(); ++i) {
    CHECK(a.projections[i].source == b.projections[i].source);
    CHECK(a.projections[i].target == b.projections[i].target);
    CHECK(a.projections[i].delay == b.projections[i].delay);
    CHECK(a.projections[i].connectivity == b.projections[i].connectivity);
  }
}

TEST_CASE("every spike of snnTorch's is computed here, too", "[import][golden]") {
  const std::string group = GENERATE("dense", "per_neuron", "one_to_one", "conv", "average_after",
                                     "average_between", "max_after", "max_between", "shapes");
  const TemporaryFolder folder;
  std::size_t spikes = 0;
  for (const GoldenCase& c : cases_of(golden_file(group + ".zip"), folder)) {
    CAPTURE(group, c.name);
    import::ImportOptions options;
    options.architecture = c.files.at("arch.json");
    const ir::Network network = import::import_model(c.files.at("state_dict.pt"), options);
    CHECK(network.import.grade == ir::ImportGrade::Exact);
    std::map<std::string, std::size_t> populations;
    for (const std::string& layer : neuron_layers(c)) populations[layer] = index_of(network, layer);
    const Comparison r = compare(network, c, populations);
    CHECK(r.differences == 0);
    spikes += r.spikes;

    if (!c.files.contains("model.nir")) continue;
    const auto said = nlohmann::json::parse(support::read_file(c.files.at("nir.json")));
    options = {};
    options.semantics = import::Semantics::SnnTorch;
    options.reset = ir::parse_reset_mechanism(said.at("reset").get<std::string>());
    options.reset_delay = said.at("reset_delay").get<bool>();
    const ir::Network exported = import::import_model(c.files.at("model.nir"), options);
    CHECK(exported.import.grade == ir::ImportGrade::Exact);
    std::vector<std::string> names = said.at("layers");
    REQUIRE(exported.populations.size() == names.size());
    populations.clear();
    for (std::size_t i = 0; i < names.size(); ++i) populations[names[i]] = i;
    CHECK(compare(exported, c, populations).differences == 0);
    check_same(network, exported);
  }
  CHECK(spikes > 500);
}

}  // namespace
}  // namespace hillock::tests
