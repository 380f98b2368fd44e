// Networks with several inputs and outputs: from NIR and from an architecture file, and their data.
#include <catch2/catch.hpp>

#include "compiler/import/import.h"
#include "compiler/ir/network_json.h"
#include "compiler/support/npz.h"
#include "tests/unit/import/state_dict_case.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using ir::Network;

TEST_CASE("a NIR graph with two Inputs and two Outputs", "[import]") {
  const Network n = import::import_model(data_file("nir/ports.nir"), {});
  REQUIRE(n.inputs.size() == 2);
  CHECK(n.inputs[0].name == "audio");
  CHECK(n.inputs[1].shape == ir::Shape{4});
  REQUIRE(n.populations.size() == 2);
  CHECK(n.output == 0);  // which lif2 reads as well
  REQUIRE(n.more_outputs.size() == 1);
  CHECK(n.more_outputs[0] == ir::Output{1, ir::Readout::SpikeCount});
  CHECK(n.projections.size() == 4);
  CHECK(ir::first_element(n, 1) == 6);
  CHECK(ir::first_element(n, 2) == 10);

  import::ImportOptions other;
  other.main_output = "lif2";
  other.readout = ir::Readout::MembraneMax;
  const Network m = import::import_model(data_file("nir/ports.nir"), other);
  CHECK(m.output == 1);
  CHECK(m.readout == ir::Readout::MembraneMax);
  CHECK(m.more_outputs == std::vector<ir::Output>{{0, ir::Readout::SpikeCount}});
  other.main_output = "lif3";
  CHECK_THAT(error_of([&] { return import::import_model(data_file("nir/ports.nir"), other); }),
             Contains("--main-output: error: there is no output 'lif3' [bad-option]") &&
                 Contains("the outputs are lif1, lif2"));

  const Network back = ir::network_from_json(ir::to_json(n), "n.json");
  CHECK(back.more_outputs == n.more_outputs);
  CHECK(ir::to_json(back) == ir::to_json(n));
}

TEST_CASE("the data of several inputs stand side by side", "[import]") {
  const Network n = import::import_model(data_file("nir/ports.nir"), {});
  const ir::Dataset d = import::load_dataset(data_file("npz/ports.npz"), n, {});
  CHECK(d.samples == 8);
  CHECK(d.timesteps == 12);
  CHECK(d.features == ir::Shape{10});
  CHECK(d.y.size() == 8);
  REQUIRE(d.more_y.size() == 1);
  CHECK(d.more_y[0].size() == 8);
  const support::NpzReader npz(data_file("npz/ports.npz"));
  const auto audio = npz.read("x_audio").values<float>();
  const auto touch = npz.read("x_touch").values<float>();
  const auto row = d.step(3, 7);
  for (std::size_t i = 0; i < 6; ++i) CHECK(row[i] == audio[(3 * 12 + 7) * 6 + i]);
  for (std::size_t i = 0; i < 4; ++i) CHECK(row[6 + i] == touch[(3 * 12 + 7) * 4 + i]);
}

TEST_CASE("data that do not fit several inputs", "[import]") {
  const Network n = import::import_model(data_file("nir/ports.nir"), {});
  const TemporaryFolder folder;
  const auto load = [&](std::vector<support::NpzOutput> arrays) {
    support::write_npz(folder / "d.npz", arrays);
    return import::load_dataset(folder / "d.npz", n, {});
  };
  const auto error = [&](const std::vector<support::NpzOutput>& arrays) {
    return folder.without(error_of([&] { return load(arrays); }));
  };
  const auto ones = [](std::size_t count) { return std::vector<std::uint8_t>(count, 1); };
  // An input without a time axis is shown in every step of the others.
  const ir::Dataset d = load({{"x_audio", {2, 3, 6}, ones(36)},
                              {"x_touch", {2, 4}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}}});
  CHECK_FALSE(d.static_input);
  CHECK(d.step(1, 2)[9] == 8.0F);
  CHECK(d.step(1, 0)[9] == 8.0F);
  CHECK(d.y.empty());
  CHECK_THAT(error({{"x", {2, 3, 10}, ones(60)}}), Contains("x_audio"));
  CHECK_THAT(error({{"x_audio", {2, 3, 6}, ones(36)}, {"x_touch", {3, 3, 4}, ones(36)}}),
             Contains("d.npz:/x_touch: error: holds 3 samples, and x_audio holds 2 "
                      "[shape-mismatch]"));
  CHECK_THAT(error({{"x_audio", {2, 3, 6}, ones(36)}, {"x_touch", {2, 5, 4}, ones(40)}}),
             Contains("d.npz:/x_touch: error: holds 5 time steps, and another input 3 "
                      "[shape-mismatch]"));
  CHECK_THAT(error({{"x_audio", {2, 3, 6}, ones(36)}, {"x_touch", {2, 3, 5}, ones(30)}}),
             Contains("d.npz:/x_touch: error: has the shape 2x3x5, and the network's input has"));
}

TestTensor weight(const std::string& name, std::vector<int> shape) {
  std::size_t n = 1;
  for (const int s : shape) n *= static_cast<std::size_t>(s);
  TestTensor t{name + ".weight", std::move(shape), {}};
  for (std::size_t i = 0; i < n; ++i) t.values.push_back(static_cast<float>(i + 1));
  return t;
}
std::vector<TestTensor> leaky(const std::string& name) {
  return {{name + ".threshold", {}, {1}}, {name + ".beta", {}, {0.5F}}};
}
Case of(const std::string& architecture, const std::vector<std::vector<TestTensor>>& tensors) {
  Case c;
  c.architecture = architecture;
  c.state.clear();
  for (const auto& some : tensors) c.state.insert(c.state.end(), some.begin(), some.end());
  return c;
}

const char* const kTwo = R"({"inputs": [{"name": "a", "shape": [2]}, {"name": "b", "shape": [3]}],
  "layers": [{"name": "join", "type": "concat", "from": ["a", "b"]},
             {"name": "fc", "type": "linear"}, {"name": "lif", "type": "leaky"},
             {"name": "last", "type": "linear"}],
  "outputs": ["lif", {"layer": "last", "readout": "membrane_max"}]})";
std::vector<std::vector<TestTensor>> two() {
  return {{weight("fc", {2, 5}), weight("last", {3, 2})}, leaky("lif")};
}

TEST_CASE("an architecture with two inputs, a concatenation and two outputs", "[import]") {
  const Network n = of(kTwo, two()).import();
  REQUIRE(n.inputs.size() == 2);
  CHECK(n.inputs[1].name == "b");
  REQUIRE(n.projections.size() == 3);
  // Each input has its columns of the matrix.
  CHECK(std::get<ir::Dense>(n.projections[0].connectivity).weight.data ==
        std::vector<double>{1, 2, 6, 7});
  CHECK(std::get<ir::Dense>(n.projections[1].connectivity).weight.data ==
        std::vector<double>{3, 4, 5, 8, 9, 10});
  CHECK(n.populations[n.output].name == "lif");
  REQUIRE(n.more_outputs.size() == 1);
  CHECK(n.populations[n.more_outputs[0].population].name == "last");
  CHECK(n.more_outputs[0].readout == ir::Readout::MembraneMax);
}

TEST_CASE("what an architecture with several inputs and outputs must say", "[import]") {
  const auto error = [](const std::string& from, const std::string& to) {
    std::string text = kTwo;
    text.replace(text.find(from), from.size(), to);
    return of(text, two()).error();
  };
  CHECK_THAT(error(R"(, "from": ["a", "b"])", ""),
             Contains("does not say which of the inputs it reads: name it in 'from'"));
  CHECK_THAT(error(R"("from": ["a", "b"])", R"("from": ["a", "c"])"),
             Contains("the layer reads 'c', which is neither an input nor a layer before it"));
  CHECK_THAT(error(R"("name": "b")", R"("name": "a")"), Contains("is 'a' once more"));
  CHECK_THAT(error(R"({"inputs")", R"({"input": {"shape": [5]}, "inputs")"),
             Contains("is given beside 'input': one of them says it"));
  CHECK_THAT(error(R"(["lif", {)", R"(["lfi", {)"), Contains("names 'lfi', which is no layer"));
  CHECK_THAT(error(R"("layer": "last")", R"("layer": "lif")"), Contains("names 'lif' once more"));
  CHECK_THAT(error(R"(["lif", {"layer": "last", "readout": "membrane_max"}])", R"(["lif"])"),
             Contains("nothing reads 'last', and it is no output [unsupported-graph]"));
  CHECK_THAT(error(R"("name": "join")", R"("name": "a")"),
             Contains("is 'a', which is what the network reads"));
  CHECK_THAT(error(R"("type": "concat")", R"("type": "concat", "dim": 2)"),
             Contains("dim is 2, and its sources have 1 axes besides the batch"));
}

TEST_CASE("LeakyParallel is refused with the reason", "[import]") {
  Case c;
  c.architecture =
      R"({"input": {"shape": [2]}, "layers": [{"name": "lp", "type": "leakyparallel"}]})";
  CHECK_THAT(c.error(), Contains("LeakyParallel keeps its membranes at 0 or above") &&
                            Contains("[unsupported-node]"));
}

TEST_CASE("the concatenation of planes stays a convolution", "[import]") {
  const std::string text =
      R"({"inputs": [{"name": "a", "shape": [1, 3, 3]}, {"name": "b", "shape": [2, 3, 3]}],
    "layers": [{"name": "ca", "type": "conv2d", "from": "a"},
               {"name": "cb", "type": "conv2d", "from": "b"},
               {"name": "join", "type": "concat", "dim": DIM, "from": ["ca", "cb"]},
               {"name": "c", "type": "conv2d", "from": "join"}, {"name": "lif", "type": "leaky"}]})";
  const auto with = [&](const std::string& dim, int channels) {
    std::string t = text;
    t.replace(t.find("DIM"), 3, dim);
    return of(t, {{weight("ca", {1, 1, 1, 1}), weight("cb", {1, 2, 1, 1}),
                   weight("c", {2, channels, 2, 2})},
                  leaky("lif")});
  };
  const Network n = with("1", 2).import();
  CHECK(n.populations[0].shape == ir::Shape{2, 2, 2});
  REQUIRE(n.projections.size() == 2);
  // ca is 1; cb is 1 and 2; the kernel of channel 0 is 1..4 and 9..12, of channel 1 5..8
  // and 13..16.
  CHECK(std::get<ir::Conv>(n.projections[0].connectivity).weight ==
        std::vector<double>{1, 2, 3, 4, 9, 10, 11, 12});
  CHECK(std::get<ir::Conv>(n.projections[1].connectivity).weight ==
        std::vector<double>{5, 6, 7, 8, 10, 12, 14, 16, 13, 14, 15, 16, 26, 28, 30, 32});
  // Rows and columns join as well, as single synapses.
  CHECK(with("2", 1).import().populations[0].shape == ir::Shape{2, 5, 2});
  CHECK(with("-1", 1).import().populations[0].shape == ir::Shape{2, 2, 5});
  CHECK_THAT(of(R"({"inputs": [{"name": "a", "shape": [2, 2]}, {"name": "b", "shape": [2, 3]}],
      "layers": [{"name": "join", "type": "concat", "from": ["a", "b"]}, {"name": "lif", "type": "leaky"}]})",
                {leaky("lif")})
                 .error(),
             Contains("'join' joins sources of the shapes 2x2 and 2x3"));
}

}  // namespace
}  // namespace hillock::tests
