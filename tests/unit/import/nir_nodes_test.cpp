// NIR's planes, currents, thresholds and delays, and files as the frameworks write them.
#include <catch2/catch.hpp>

#include "compiler/import/nir_reader.h"
#include "compiler/import/nir_to_network.h"
#include "tests/support/fixtures.h"
#include "tests/support/graphs.h"
#include "tests/support/nir_file.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using import::ImportOptions;
using import::Semantics;
using import::nir::to_network;
using ir::Network;

ImportOptions by(Semantics s, double dt = 0.0) {
  ImportOptions o;
  o.semantics = s;
  if (dt > 0.0) o.dt = dt;
  if (s == Semantics::SnnTorch) o.reset = ir::ResetMechanism::Zero;
  return o;
}
std::string error_with(const Graph& g, const ImportOptions& options = by(Semantics::Nir)) {
  return error_of([&] { return to_network(g, options); });
}
// input -> the nodes, one after the other -> output
Graph chain(std::vector<double> in, std::vector<Node> nodes, std::vector<double> out) {
  std::vector<std::pair<std::string, std::string>> edges;
  std::string before = "input";
  for (const Node& n : nodes) {
    edges.emplace_back(before, n.name);
    before = n.name;
  }
  edges.emplace_back(before, "output");
  nodes.insert(nodes.begin(), input(std::move(in)));
  nodes.push_back(output(std::move(out)));
  return graph(std::move(nodes), edges);
}
// One number for all neurons; the gain is one.
Node spikes(const std::string& name) {
  return node(name, "IF", {{"r", scalar(1)}, {"v_threshold", scalar(1)}});
}
Node conv2d(std::map<std::string, import::nir::Parameter> more = {}) {
  std::map<std::string, import::nir::Parameter> p{
      {"weight", Array{{1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}, false}}, {"bias", vector({0.5})}};
  for (auto& [key, value] : more) p[key] = std::move(value);
  return node("c", "Conv2d", std::move(p));
}
const ir::Conv& conv(const Network& n, std::size_t i = 0) {
  return std::get<ir::Conv>(n.projections.at(i).connectivity);
}

TEST_CASE("convolutions take numbers, pairs and words", "[import]") {
  Network n = to_network(chain({1, 4, 5}, {conv2d(), spikes("s")}, {1, 3, 3}), by(Semantics::Nir));
  CHECK(n.populations[0].shape == ir::Shape{1, 3, 3});
  CHECK(n.populations[0].bias == ir::PerNeuron<double>(0.5));
  n = to_network(chain({1, 4, 5},
                       {conv2d({{"stride", vector({2, 1})},
                                {"padding", scalar(1)},
                                {"dilation", vector({1})},
                                {"groups", scalar(1)},
                                {"input_shape", vector({4, 5})}}),
                        spikes("s")},
                       {1, 3, 5}),
                 by(Semantics::Nir));
  CHECK(conv(n).geometry.stride_height == 2);
  CHECK(conv(n).geometry.pad_left == 1);
  CHECK(n.populations[0].shape == ir::Shape{1, 3, 5});
  n = to_network(
      chain({1, 4, 5}, {conv2d({{"padding", std::string("same")}}), spikes("s")}, {1, 4, 5}),
      by(Semantics::Nir));
  CHECK(conv(n).geometry.pad_top == 0);
  CHECK(conv(n).geometry.pad_left == 1);
  CHECK(n.populations[0].shape == ir::Shape{1, 4, 5});
  const Node c1 = node("c", "Conv1d",
                       {{"weight", Array{{2, 1, 3}, {1, 2, 3, 4, 5, 6}, false}},
                        {"bias", vector({1, 2})},
                        {"stride", scalar(2)},
                        {"padding", vector({1})},
                        {"input_shape", scalar(7)}});
  n = to_network(chain({1, 7}, {c1, spikes("s")}, {2, 4}), by(Semantics::Nir));
  CHECK(n.populations[0].shape == ir::Shape{2, 4});
  CHECK(n.populations[0].bias.stored() == std::vector<double>{1, 1, 1, 1, 2, 2, 2, 2});
}

TEST_CASE("convolutions that do not fit are errors", "[import]") {
  const auto error = [](std::map<std::string, import::nir::Parameter> more) {
    return error_with(chain({1, 4, 5}, {conv2d(std::move(more)), spikes("s")}, {1, 3, 3}));
  };
  CHECK_THAT(error({{"padding", std::string("circular")}}),
             Contains("c/padding: error: padding is 'circular' [bad-parameter]"));
  CHECK_THAT(error({{"stride", vector({1, 1, 1})}}),
             Contains("stride has 3 numbers, and the Conv2d node 'c' has 2 spatial axes"));
  CHECK_THAT(error({{"stride", scalar(0)}}), Contains("c/stride: error: stride is 0"));
  CHECK_THAT(error({{"groups", vector({1, 1})}}), Contains("groups is not one number above 0"));
  CHECK_THAT(error({{"input_shape", vector({5, 4})}}),
             Contains("'c' expects planes of 5x4, and its source has the shape 1x4x5"));
  CHECK_THAT(error({{"bias", vector({1, 2})}}),
             Contains("the bias of 'c' has 2 elements, and it has 1 output channels"));
  CHECK_THAT(error({{"groups", scalar(2)}}),
             Contains("c/weight: error: the weight of 'c' is 1x1x2x3 with 2 groups"));
}

TEST_CASE("sums and averages of planes are tiles", "[import]") {
  for (const std::string type : {"SumPool2d", "AvgPool2d"}) {
    const Node pool = node(
        "p", type,
        {{"kernel_size", vector({2, 2})}, {"stride", vector({2, 2})}, {"padding", vector({0, 0})}});
    const Network n =
        to_network(chain({1, 4, 6}, {pool, conv2d(), spikes("s")}, {1, 1, 1}), by(Semantics::Nir));
    CHECK(conv(n).geometry.pool_width == 2);
    CHECK(conv(n).weight[1] == (type == "SumPool2d" ? 2.0 : 0.5));
  }
  const Node bare = node("p", "AvgPool2d", {{"stride", scalar(2)}});
  CHECK_THAT(error_with(chain({1, 4, 6}, {bare, spikes("s")}, {1, 2, 3})),
             Contains("the AvgPool2d node 'p' has no kernel_size [missing-field]"));
}

Node cuba(const std::string& type, double tau_syn, double tau_mem, double w_in, double r) {
  Node n = node("n", type,
                {{"tau_syn", scalar(tau_syn)},
                 {"tau_mem", scalar(tau_mem)},
                 {"w_in", scalar(w_in)},
                 {"r", scalar(r)},
                 {"v_leak", scalar(0)}});
  if (type == "CubaLIF") n.parameters["v_threshold"] = scalar(1);
  return n;
}

TEST_CASE("CubaLIF by Euler: both decays, and both gains in weights and bias", "[import]") {
  const Graph g =
      chain({2}, {affine("fc", 1, 2, {1, 2}, {3}), cuba("CubaLIF", 4e-4, 8e-4, 2, 4)}, {1});
  const Network n = to_network(g, by(Semantics::Nir));
  const ir::Population& p = n.populations[0];
  CHECK(p.synapse == ir::Synapse::Current);
  CHECK(p.current_decay == ir::PerNeuron<double>(0.75));
  CHECK(p.decay == ir::PerNeuron<double>(0.875));
  CHECK(std::get<ir::Dense>(n.projections[0].connectivity).weight.data ==
        std::vector<double>{0.25, 0.5});  // dt/tau_syn w_in dt/tau_mem r = 1/4
  CHECK(p.current_bias == ir::PerNeuron<double>(0.75));
  CHECK(p.bias == ir::PerNeuron<double>(0.0));
  CHECK(p.reset == ir::ResetRule{ir::ResetMechanism::Zero, ir::ResetTiming::SameStep, {}});
  CHECK_THAT(error_with(chain({1}, {cuba("CubaLIF", 5e-5, 8e-4, 1, 1)}, {1})),
             Contains("tau_syn is 5e-05 s, shorter than the time step of 0.0001 s: the current"));
  CHECK(to_network(g, by(Semantics::Norse, 1e-4)).import.assumptions[0].starts_with("currents: "));
}

TEST_CASE("CubaLIF as snnTorch exports it is Synaptic, which loses input at a reset", "[import]") {
  const double tau_syn = 1e-4 / (1.0 - static_cast<double>(0.8F));
  const double tau_mem = 1e-4 / (1.0 - static_cast<double>(0.9F));
  const Graph g = chain({2},
                        {linear("fc", 1, 2, {1, 2}),
                         cuba("CubaLIF", tau_syn, tau_mem, tau_syn / 1e-4, tau_mem / 1e-4)},
                        {1});
  const Network n = to_network(g, by(Semantics::SnnTorch));
  CHECK(n.populations[0].current_decay == ir::PerNeuron<double>(0.8F));
  CHECK(n.populations[0].decay == ir::PerNeuron<double>(0.9F));
  CHECK(std::get<ir::Dense>(n.projections[0].connectivity).weight.data ==
        std::vector<double>{1, 2});
  CHECK(n.populations[0].reset.zero_input == ir::ZeroInput::Lost);
}

TEST_CASE("membranes are read out, and sent on", "[import]") {
  Network n = to_network(chain({1}, {cuba("CubaLI", 4e-4, 8e-4, 1, 1)}, {1}), by(Semantics::Nir));
  CHECK_FALSE(n.populations[0].spiking);
  n = to_network(chain({1}, {node("n", "I", {{"r", scalar(2)}})}, {1}), by(Semantics::Nir));
  CHECK(n.populations[0].decay == ir::PerNeuron<double>(1.0));
  n = to_network(chain({1}, {node("n", "I", {{"r", scalar(2)}}), spikes("s")}, {1}),
                 by(Semantics::Nir));
  CHECK(ir::sends_membranes(n, 0));
  CHECK_FALSE(ir::sends_membranes(n, 1));
  CHECK(n.import.notes.back().rfind("n: does not spike, and weights read it", 0) == 0);
}

TEST_CASE("a threshold is neurons without memory", "[import]") {
  const Node t = node("t", "Threshold", {{"threshold", vector({0.5, 2})}});
  const Network n = to_network(chain({2}, {t, spikes("s")}, {2}), by(Semantics::Nir));
  CHECK(n.populations[0].decay == ir::PerNeuron<double>(0.0));
  CHECK(n.populations[0].threshold.stored() == std::vector<double>{0.5, 2});
  CHECK(n.populations[0].reset.mechanism == ir::ResetMechanism::None);
  Graph g = chain({2}, {t}, {2});
  node_of(g, "t").parameters["threshold"] = vector({0.5, 0});
  CHECK_THAT(error_with(g), Contains("t/threshold[1]: error: threshold is 0: such a neuron would"));
}

TEST_CASE("delays are steps, uniform or of each element", "[import]") {
  const auto delayed = [](Array delay) {
    return chain({2},
                 {spikes("a"), node("d", "Delay", {{"delay", std::move(delay)}}),
                  linear("fc", 1, 2, {3, 4}), spikes("b")},
                 {1});
  };
  Network n = to_network(delayed(vector({3e-4, static_cast<float>(3e-4)})), by(Semantics::Nir));
  REQUIRE(n.projections.size() == 3);
  CHECK(n.projections[1].delay == 3);
  CHECK(n.projections[2].name == "a->b.step");
  CHECK(std::get<ir::Sparse>(n.projections[2].connectivity) == ir::Sparse{2, 1, {{0, 0, 0.0}}});
  CHECK_THAT(n.import.notes.back(), Contains("b: reads only what is delayed; a synapse of weight"));
  ir::verify(n);
  n = to_network(delayed(vector({0, 2e-4})), by(Semantics::Nir));
  REQUIRE(n.projections.size() == 3);
  CHECK(n.projections[1].delay == 0);
  CHECK(n.projections[2].delay == 2);
  CHECK(n.projections[2].name == "d.2+fc");
  CHECK(std::get<ir::Dense>(n.projections[2].connectivity).weight.data ==
        std::vector<double>{0, 4});
  CHECK_THAT(error_with(delayed(scalar(1.5e-4))),
             Contains("d/delay[0]: error: a delay of 0.00015 s is 1.5 steps of 0.0001 s, not a"));
  CHECK_THAT(error_with(delayed(scalar(-1e-4))), Contains("is -1 steps of 0.0001 s"));
  CHECK_THAT(error_with(delayed(vector({}))), Contains("delay is empty"));
}

TEST_CASE("a delay needs spikes, and no bias", "[import]") {
  const Node d = node("d", "Delay", {{"delay", scalar(1e-4)}});
  const Network n =
      to_network(chain({2}, {d, linear("fc", 1, 2, {3, 4}), spikes("s")}, {1}), by(Semantics::Nir));
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].name == "d");
  CHECK(n.projections[1].delay == 1);
  CHECK(n.import.notes[0] == "d: neurons that repeat the input keep it for the delay");
  CHECK_THAT(n.import.assumptions[0], Contains("d: the input was taken to hold zeros and ones"));
  CHECK_THAT(error_with(chain({2}, {linear("fc", 2, 2, {1, 2, 3, 4}), d, spikes("s")}, {2})),
             Contains("'d' delays the input behind weights, and values that are no spikes"));
  CHECK_THAT(
      error_with(
          chain({2}, {spikes("a"), affine("fc", 2, 2, {1, 2, 3, 4}, {1, 0}), d, spikes("s")}, {2})),
      Contains("'d' delays a bias, which would begin in the middle of a run"));
  std::vector<double> many(17);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = 1e-4 * static_cast<double>(i);
  CHECK_THAT(
      error_with(chain(
          {17}, {spikes("a"), node("d", "Delay", {{"delay", vector(many)}}), spikes("s")}, {17})),
      Contains("'d' has 17 different delays, and at most 16 are supported"));
  // A delay of at least one step in a cycle is all the delay there is.
  Graph g = small_graph();
  g.nodes.push_back(node("d", "Delay", {{"delay", scalar(2e-4)}}));
  g.edges.push_back({"lif", "d", {}});
  g.edges.push_back({"d", "lif", {}});
  CHECK(to_network(g, by(Semantics::Nir)).projections[1].delay == 2);
}

TEST_CASE("two Outputs of the same neurons are an error", "[import]") {
  Graph g = small_graph();
  Node second = output({2});
  second.name = "out2";
  g.nodes.push_back(second);
  g.edges.push_back({"lif", "out2", {}});
  const Network n = to_network(g, by(Semantics::Nir));
  CHECK_THAT(error_of([&] { ir::verify(n); }), Contains("'lif' is an output twice"));
}

TEST_CASE("scalar parameters stay one number, however they are stored", "[import]") {
  Graph g = chain({2, 3},
                  {node("n", "LIF",
                        {{"tau", scalar(1e-3)},
                         {"r", vector({1})},
                         {"v_leak", Array{{1, 1}, {0}, false}},
                         {"v_threshold", scalar(1)},
                         {"input_type", import::nir::Unreadable{"a group"}}})},
                  {2, 3});
  const TemporaryFolder folder;
  node_of(g, "n").parameters.erase("input_type");
  for (const NirLayout& layout : {NirLayout{}, NirLayout{true, true, false}}) {
    write_nir(folder / "m.nir", g, layout);
    const Network n = to_network(import::nir::read_nir(folder / "m.nir"), by(Semantics::Nir));
    CHECK(n.populations[0].decay.uniform());
    CHECK(n.populations[0].threshold.uniform());
    CHECK(n.populations[0].bias.uniform());
  }
}

}  // namespace
}  // namespace hillock::tests
