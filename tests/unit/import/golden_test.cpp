// Networks that the real snnTorch ran: every spike of the imported network is the same.
// tests/golden/make_goldens.py made them.
#include "tests/support/golden.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/import/import.h"
#include "sim/float/float_model.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

struct Comparison {
  std::size_t spikes = 0;
  std::size_t differences = 0;
};

// `populations`: of the layers with golden spikes.
Comparison compare(const ir::Network& network, const GoldenCase& c,
                   const std::map<std::string, std::size_t>& populations) {
  const sim::FloatModel model(network);
  const ir::Dataset data = golden_dataset(golden_array(c.files.at("x.npy")), network);
  Comparison out;
  std::map<std::string, GoldenValues> golden;
  for (const auto& [layer, index] : populations) {
    golden[layer] = golden_array(c.files.at(layer + ".spikes.npy"));
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

TEST_CASE("every spike of sinabs' is counted here, too", "[import][golden]") {
  const TemporaryFolder folder;
  std::size_t spikes = 0;
  std::size_t several = 0;  // neurons that spiked more than once in a step
  for (const GoldenCase& c : golden_cases("sinabs", folder / "")) {
    CAPTURE(c.name);
    const ir::Network network = golden_network(c);
    CHECK(network.import.grade == ir::ImportGrade::Exact);
    const ir::Dataset data = golden_dataset(golden_array(c.files.at("x.npy")), network);
    const sim::FloatModel model(network);
    std::size_t differences = 0;
    for (const std::string& layer : neuron_layers(c)) {
      const std::vector<float> wanted = golden_array(c.files.at(layer + ".spikes.npy")).values;
      const std::size_t index = index_of(network, layer);
      const std::size_t n = network.populations[index].neurons();
      REQUIRE(wanted.size() == data.samples * data.timesteps * n);
      for (std::size_t sample = 0; sample < data.samples; ++sample) {
        sim::FloatResult result;
        model.run(data, sample, result);
        const auto& got = result.recording.spikes[index].data;
        for (std::size_t k = 0; k < got.size(); ++k) {
          const float want = wanted[sample * got.size() + k];
          differences += want != got[k] ? 1 : 0;
          spikes += got[k];
          several += want > 1 ? 1 : 0;
        }
      }
    }
    CHECK(differences == 0);
  }
  CHECK(spikes > 2000);
  CHECK(several > 150);
}

TEST_CASE("every spike of snnTorch's is computed here, too", "[import][golden]") {
  const std::string group =
      GENERATE("dense", "per_neuron", "one_to_one", "conv", "average_after", "average_between",
               "max_after", "max_between", "shapes", "static");
  const TemporaryFolder folder;
  std::size_t spikes = 0;
  for (const GoldenCase& c : golden_cases(group, folder / "")) {
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

    if (!c.files.contains("model.nir") || network.inputs[0].is_static) continue;
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
