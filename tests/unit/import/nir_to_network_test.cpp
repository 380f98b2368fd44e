// A NIR graph as a network, by the rules of each framework.
#include "compiler/import/nir_to_network.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/support/fixtures.h"
#include "tests/support/graphs.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using import::ImportOptions;
using import::Semantics;
using import::nir::to_network;
using ir::Comparison;
using ir::Network;
using ir::ResetMechanism;
using ir::ResetTiming;

ImportOptions by(Semantics s) {
  ImportOptions o;
  o.semantics = s;
  return o;
}
const std::vector<double>& weights(const Network& n, std::size_t i) {
  return std::get<ir::Dense>(n.projections[i].connectivity).weight.data;
}
std::string error_with(const Graph& g, const ImportOptions& options = by(Semantics::Nir)) {
  return error_of([&] { return to_network(g, options); });
}
Graph with(const std::string& name, const std::string& parameter, Array value) {
  Graph g = small_graph();
  node_of(g, name).parameters[parameter] = std::move(value);
  return g;
}

TEST_CASE("LIF by Euler: decay 1 - dt/tau, gain dt/tau r in the weights and the bias", "[import]") {
  Graph g = with("lif", "r", vector({1.0, 2.0}));
  node_of(g, "lif").parameters["tau"] = vector({1e-3, 2e-3});
  node_of(g, "lif").parameters["v_leak"] = vector({0.0, 0.5});
  node_of(g, "lif").parameters["v_reset"] = vector({0.0, -0.25});
  const Network n = to_network(g, by(Semantics::Nir));
  REQUIRE(n.populations.size() == 1);
  const ir::Population& p = n.populations[0];
  const double slow = 1e-4 / 2e-3;
  CHECK(p.decay[0] == 1.0 - 1e-4 / 1e-3);
  CHECK(p.decay[1] == 1.0 - slow);
  const double gain0 = 1e-4 / 1e-3 * 1.0;
  const double gain1 = slow * 2.0;
  CHECK(weights(n, 0) == std::vector<double>{1 * gain0, 2 * gain0, 3 * gain1, 4 * gain1});
  CHECK(p.bias[0] == 0.5 * gain0);
  CHECK(p.bias[1] == -0.5 * gain1 + slow * 0.5);
  CHECK(p.reset == ir::ResetRule{ResetMechanism::Zero, ResetTiming::SameStep, {}});
  CHECK(p.reset_value[0] == 0.0);
  CHECK(p.reset_value[1] == -0.25);
  CHECK(p.threshold.uniform());
  CHECK(p.comparison == Comparison::Greater);
  CHECK(n.import.grade == ir::ImportGrade::Exact);
  CHECK(n.import.assumptions.empty());
}

TEST_CASE("norse reads the same with a step of 1 ms; --dt overrides", "[import]") {
  const Graph g = with("lif", "tau", filled(2, 4e-3));
  CHECK(to_network(g, by(Semantics::Norse)).populations[0].decay[0] == 1.0 - 1e-3 / 4e-3);
  ImportOptions o = by(Semantics::Norse);
  o.dt = 2e-3;
  CHECK(to_network(g, o).populations[0].decay[0] == 1.0 - 2e-3 / 4e-3);
}

TEST_CASE("IF has no leak and no dt", "[import]") {
  Graph g = small_graph();
  node_of(g, "lif") = node("lif", "IF", {{"r", vector({2.0, 0.5})}, {"v_threshold", scalar(1.5)}});
  const Network n = to_network(g, by(Semantics::Nir));
  CHECK(n.populations[0].decay == ir::PerNeuron<double>(1.0));
  CHECK(n.populations[0].threshold == ir::PerNeuron<double>(1.5));
  CHECK(weights(n, 0) == std::vector<double>{2, 4, 1.5, 2});
  CHECK(n.populations[0].bias[0] == 1.0);
  CHECK(n.populations[0].bias[1] == -0.25);
}

TEST_CASE("what a .nir does not say is assumed, listed and graded", "[import]") {
  const auto assumptions = [](const ImportOptions& o) {
    return to_network(small_graph(), o).import.assumptions.size();
  };
  ImportOptions o;
  const Network n = to_network(small_graph(), o);
  CHECK(n.import.grade == ir::ImportGrade::Approximate);
  CHECK(n.import.semantics == "nir");
  REQUIRE(n.import.assumptions.size() == 4);
  CHECK_THAT(n.import.assumptions[0], StartsWith("discretization: "));
  CHECK_THAT(n.import.assumptions[1], StartsWith("reset: "));
  CHECK_THAT(n.import.assumptions[2], StartsWith("reset delay: "));
  CHECK_THAT(n.import.assumptions[3], StartsWith("comparison: "));
  o.dt = 1e-4;
  CHECK(assumptions(o) == 3);
  o.reset = ResetMechanism::Subtract;
  CHECK(assumptions(o) == 2);
  o.reset_delay = false;
  CHECK(assumptions(o) == 1);
  o.comparison = Comparison::GreaterEqual;
  CHECK(assumptions(o) == 0);
  const Network stated = to_network(small_graph(), o);
  CHECK(stated.import.grade == ir::ImportGrade::Exact);
  CHECK(stated.populations[0].comparison == Comparison::GreaterEqual);
  CHECK(stated.populations[0].reset.mechanism == ResetMechanism::Subtract);
  CHECK(stated.populations[0].reset.timing == ResetTiming::SameStep);
}

TEST_CASE("snnTorch's rules: delayed, or its own same step; the mechanism is assumed", "[import]") {
  const Network n = to_network(small_graph(), by(Semantics::SnnTorch));
  CHECK(n.import.grade == ir::ImportGrade::Approximate);
  REQUIRE(n.import.assumptions.size() == 1);
  CHECK_THAT(n.import.assumptions[0], StartsWith("reset: snnTorch exports subtract, zero and"));
  CHECK(n.populations[0].reset ==
        ir::ResetRule{ResetMechanism::Subtract, ResetTiming::Delayed, ir::ZeroInput::Kept});
  ImportOptions o = by(Semantics::SnnTorch);
  o.reset = ResetMechanism::Zero;
  o.reset_delay = false;
  const Network stated = to_network(small_graph(), o);
  CHECK(stated.import.grade == ir::ImportGrade::Exact);
  CHECK(stated.populations[0].reset ==
        ir::ResetRule{ResetMechanism::Zero, ResetTiming::SameStepQuirk, ir::ZeroInput::Kept});
}

TEST_CASE("snnTorch's gain is one where r is tau/dt, and folded where it is not", "[import]") {
  Graph g = with("lif", "r", filled(2, 1e-3 / 1e-4));
  ImportOptions o = by(Semantics::SnnTorch);
  o.reset = ResetMechanism::Subtract;
  const Network unit = to_network(g, o);
  CHECK(weights(unit, 0) == std::vector<double>{1, 2, 3, 4});
  CHECK(unit.populations[0].bias[1] == -0.5);
  node_of(g, "lif").parameters["r"] = vector({10.0, 5.0});
  const Network folded = to_network(g, o);
  CHECK(weights(folded, 0)[0] == 1.0);
  CHECK(weights(folded, 0)[2] == 3.0 * (1e-4 / 1e-3 * 5.0));
  CHECK_THAT(folded.import.notes.front(), Contains("r is not tau/dt"));
}

TEST_CASE("edges and nodes may come in any order", "[import]") {
  Graph g = small_graph();
  std::reverse(g.nodes.begin(), g.nodes.end());
  std::reverse(g.edges.begin(), g.edges.end());
  const Network a = to_network(small_graph(), by(Semantics::Nir));
  const Network b = to_network(g, by(Semantics::Nir));
  CHECK(weights(a, 0) == weights(b, 0));
  CHECK(a.populations[0].bias == b.populations[0].bias);
}

TEST_CASE("v_reset may be missing, parameters may be one number or per neuron", "[import]") {
  Graph g = small_graph();
  Node& lif = node_of(g, "lif");
  lif.parameters.erase("v_reset");
  lif.parameters["tau"] = scalar(1e-3);
  lif.parameters["r"] = vector({1.0});
  lif.parameters["v_threshold"] = vector({1.0, 2.0});
  const Network n = to_network(g, by(Semantics::Nir));
  CHECK(n.populations[0].reset_value == ir::PerNeuron<double>(0.0));
  CHECK(n.populations[0].decay.uniform());
  CHECK(n.populations[0].threshold.stored() == std::vector<double>{1.0, 2.0});
}

TEST_CASE("weights that come last make a membrane to read", "[import]") {
  Graph g = small_graph();
  g.nodes.push_back(affine("last", 3, 2, {1, 2, 3, 4, 5, 6}, {1, 2, 3}));
  node_of(g, "output").parameters["shape"] = vector({3});
  g.edges = graph({}, {{"input", "fc"}, {"fc", "lif"}, {"lif", "last"}, {"last", "output"}}).edges;
  const Network n = to_network(g, by(Semantics::Nir));
  REQUIRE(n.populations.size() == 2);
  CHECK(n.output == 1);
  CHECK(n.populations[1].name == "last");
  CHECK_FALSE(n.populations[1].spiking);
  CHECK(n.populations[1].decay == ir::PerNeuron<double>(0.0));
  CHECK(n.populations[1].bias.stored() == std::vector<double>{1, 2, 3});
  CHECK(weights(n, 1) == std::vector<double>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("an LI node is the output, or an error", "[import]") {
  Graph g = small_graph();
  const Node li =
      node("li", "LI", {{"tau", filled(2, 1e-3)}, {"r", filled(2, 1.0)}, {"v_leak", scalar(0)}});
  node_of(g, "lif") = li;
  g.edges = graph({}, {{"input", "fc"}, {"fc", "li"}, {"li", "output"}}).edges;
  const Network n = to_network(g, by(Semantics::Nir));
  CHECK_FALSE(n.populations[0].spiking);
  CHECK(n.populations[0].decay[0] == 1.0 - 1e-4 / 1e-3);

  g.nodes.push_back(lif("lif", 2));
  g.edges = graph({}, {{"input", "fc"}, {"fc", "li"}, {"li", "lif"}, {"lif", "output"}}).edges;
  CHECK_THAT(error_with(g), StartsWith("model.nir:/node/nodes/li: error: 'li' is an LI node betw"));
}

TEST_CASE("scale, flatten and several matrices are one matrix", "[import]") {
  Graph g = graph(
      {input({1, 2, 2}), node("scale", "Scale", {{"scale", Array{{1, 2, 2}, {1, 2, 3, 4}, false}}}),
       node("fl", "Flatten", {{"start_dim", scalar(0)}, {"end_dim", scalar(-1)}}),
       linear("a", 2, 4, {1, 1, 1, 1, 1, 0, 0, 1}), affine("b", 1, 2, {2, 3}, {5}), lif("lif", 1),
       output({1})},
      {{"input", "scale"},
       {"scale", "fl"},
       {"fl", "a"},
       {"a", "b"},
       {"b", "lif"},
       {"lif", "output"}});
  node_of(g, "lif").parameters["r"] = scalar(10.0);
  const Network n = to_network(g, by(Semantics::Nir));
  CHECK(n.projections[0].name == "scale+a+b");
  CHECK(n.projections[0].where.text() == "model.nir:/node/nodes/b");
  // (2 (1 1 1 1) + 3 (1 0 0 1)) * (1 2 3 4)
  const double gain = 1e-4 / 1e-3 * 10.0;
  const std::vector<double> wanted{5 * gain, 4 * gain, 6 * gain, 20 * gain};
  CHECK(weights(n, 0) == wanted);
  CHECK(n.populations[0].bias[0] == 5 * gain);
}

TEST_CASE("neurons without weights in front of them read one to one", "[import]") {
  Graph g = graph({input({2}), lif("lif", 2), output({2})}, {{"input", "lif"}, {"lif", "output"}});
  node_of(g, "lif").parameters["r"] = scalar(10.0);
  const Network n = to_network(g, by(Semantics::Nir));
  const double gain = 1e-4 / 1e-3 * 10.0;
  CHECK(std::get<ir::Sparse>(n.projections[0].connectivity) ==
        ir::Sparse{2, 2, {{0, 0, gain}, {1, 1, gain}}});
  CHECK(n.projections[0].name == "input->lif");
}

TEST_CASE("flatten counts axes without a batch", "[import]") {
  const auto flat_shape = [](double first, double last) {
    Graph g =
        graph({input({2, 3, 4}),
               node("fl", "Flatten", {{"start_dim", scalar(first)}, {"end_dim", scalar(last)}}),
               lif("lif", 1), output({24})},
              {{"input", "fl"}, {"fl", "lif"}, {"lif", "output"}});
    for (auto& [name, value] : node_of(g, "lif").parameters) value = scalar(1.0);
    node_of(g, "lif").parameters["v_reset"] = scalar(0.0);
    return to_network(g, by(Semantics::Nir)).populations[0].shape;
  };
  CHECK(flat_shape(0, -1) == ir::Shape{24});
  CHECK(flat_shape(1, -1) == ir::Shape{2, 12});
  CHECK(flat_shape(0, 1) == ir::Shape{6, 4});
  CHECK(flat_shape(-2, 2) == ir::Shape{2, 12});
  CHECK(flat_shape(3, -1) == ir::Shape{2, 3, 4});
}

TEST_CASE("graphs inside graphs are joined", "[import]") {
  Graph inner = small_graph();
  for (Edge& e : inner.edges) e.where.path = "/node/nodes/block/edges";
  Node block = node("block", "NIRGraph");
  block.nested.push_back(inner);
  Graph middle = graph({input({2}), block, output({2})}, {{"input", "block"}, {"block", "output"}});
  Node outer = node("outer", "NIRGraph");
  outer.nested.push_back(middle);
  const Graph g = graph({output({2}), outer, lif("last", 2), input({2})},
                        {{"last", "output"}, {"outer", "last"}, {"input", "outer"}});
  const Network n = to_network(g, by(Semantics::Nir));
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].name == "outer.block.lif");
  CHECK(n.populations[1].name == "last");
  CHECK(n.projections[0].name == "outer.block.fc");
}

TEST_CASE("nested graphs that cannot be joined are errors", "[import]") {
  const auto nested = [](Graph inner, std::vector<std::pair<std::string, std::string>> edges = {
                                          {"input", "block"}, {"block", "output"}}) {
    Node block = node("block", "NIRGraph");
    block.nested.push_back(std::move(inner));
    return graph({input({2}), block, output({2})}, edges);
  };
  Graph no_input = small_graph();
  std::erase_if(no_input.nodes, [](const Node& n) { return n.name == "input"; });
  no_input.edges.erase(no_input.edges.begin());
  CHECK_THAT(error_with(nested(no_input)), Contains("the nested graph 'block' has 0 Input nodes"));
  Graph dangling = small_graph();
  dangling.edges[0].source = "nobody";
  CHECK_THAT(error_with(nested(dangling)), Contains("there is no 'nobody' [bad-edge]"));
  CHECK_THAT(error_with(nested(graph({input({2}), output({2})}, {{"input", "output"}}),
                               {{"input", "block"}, {"block", "block"}, {"block", "output"}})),
             Contains("feeds itself without a node in between [unsupported-graph]"));
  Graph taken = nested(small_graph());
  taken.nodes.push_back(lif("block.lif", 2));
  CHECK_THAT(error_with(taken), Contains("the name 'block.lif' is taken by"));
}

TEST_CASE("what closes a cycle reads the step before, its bias counts always", "[import]") {
  Graph g = small_graph();
  g.nodes.push_back(affine("rec", 2, 2, {1, 2, 3, 4}, {1, 2}));
  g.edges.push_back({"lif", "rec", {}});
  g.edges.push_back({"rec", "lif", {}});
  const Network n = to_network(g, by(Semantics::Nir));
  REQUIRE(n.projections.size() == 2);
  CHECK(n.projections[0].name == "fc");
  CHECK(n.projections[0].delay == 0);
  CHECK(n.projections[1].name == "rec");
  CHECK(n.projections[1].delay == 1);
  CHECK(n.projections[1].source == ir::Source{ir::Source::Kind::Population, 0});
  const double gain = 1e-4 / 1e-3;
  CHECK(n.populations[0].bias[0] == (0.5 + 1.0) * gain);
  CHECK(n.populations[0].bias[1] == (-0.5 + 2.0) * gain);
  CHECK_THAT(n.import.notes[0],
             Contains("lif: reads what 'lif' did in the step before, which closes a cycle"));
  ir::verify(n);
  // snnTorch's RLeaky loses the input of the step its reset lands in, Leaky keeps it.
  ImportOptions o = by(Semantics::SnnTorch);
  o.reset = ResetMechanism::Zero;
  CHECK(to_network(g, o).populations[0].reset.zero_input == ir::ZeroInput::Lost);
  CHECK(to_network(small_graph(), o).populations[0].reset.zero_input == ir::ZeroInput::Kept);
}

TEST_CASE("a longer cycle is closed where it comes back to what the input reaches", "[import]") {
  Graph g = graph(
      {lif("a", 2), lif("b", 2), linear("back", 2, 2, {1, 2, 3, 4}),
       linear("fc", 2, 2, {1, 0, 0, 1}), input({2}), linear("on", 2, 2, {5, 6, 7, 8}), output({2})},
      {{"input", "fc"},
       {"fc", "b"},
       {"b", "on"},
       {"on", "a"},
       {"a", "back"},
       {"back", "b"},
       {"a", "output"}});
  const Network n = to_network(g, by(Semantics::Nir));
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].name == "b");
  for (const ir::Projection& p : n.projections) CHECK(p.delay == (p.name == "back" ? 1 : 0));
  ir::verify(n);
  Graph loop = small_graph();
  loop.nodes.push_back(linear("x", 2, 2, {1, 2, 3, 4}));
  loop.nodes.push_back(linear("y", 2, 2, {1, 2, 3, 4}));
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"lif", "x"}, {"x", "y"}, {"y", "x"}, {"y", "output"}}) {
    loop.edges.push_back({from, to, {}});
  }
  CHECK_THAT(error_with(loop), Contains("the nodes x -> y -> x form a cycle without neurons"));
}

TEST_CASE("a chain of linear nodes may be as long as a file may have nodes", "[import]") {
  Graph g = small_graph();
  g.edges.erase(g.edges.begin());
  std::string last = "input";
  for (int i = 0; i < 9'900; ++i) {
    const std::string name = "s" + std::to_string(i);
    g.nodes.push_back(node(name, "Scale", {{"scale", tests::vector({1, 1})}}));
    g.edges.push_back({last, name, {}});
    last = name;
  }
  g.edges.push_back({last, "fc", {}});
  CHECK(to_network(g, by(Semantics::Nir)).projections.size() == 1);
}

TEST_CASE("several sources add up, and one may have several readers", "[import]") {
  Graph g = small_graph();
  g.nodes.push_back(linear("skip", 2, 2, {5, 6, 7, 8}));
  g.edges.push_back({"input", "skip", {}});
  g.edges.push_back({"skip", "lif", {}});
  const Network n = to_network(g, by(Semantics::Nir));
  REQUIRE(n.projections.size() == 2);
  CHECK(n.projections[0].name == "fc");
  CHECK(n.projections[1].name == "skip");
  CHECK(n.populations[0].bias[0] == 0.5 * (1e-4 / 1e-3));
  Graph sums =
      graph({input({2}), lif("a", 2), affine("b", 2, 2, {1, 2, 3, 4}, {1, 1}),
             linear("c", 1, 2, {1, 1}), lif("d", 1), output({1})},
            {{"input", "a"}, {"input", "b"}, {"a", "c"}, {"b", "c"}, {"c", "d"}, {"d", "output"}});
  const Network both = to_network(sums, by(Semantics::Nir));
  REQUIRE(both.projections.size() == 3);
  CHECK(both.projections[1].name == "c");
  CHECK(both.projections[2].name == "b+c");
  CHECK(both.populations[1].bias[0] == 2 * (1e-4 / 1e-3));
  node_of(g, "skip") = linear("skip", 3, 2, {5, 6, 7, 8, 9, 10});
  CHECK_THAT(error_with(g), Contains("'lif' adds up sources of the shapes 2 and 3"));
}

TEST_CASE("graphs that lead nowhere are errors that name the nodes", "[import]") {
  Graph g = small_graph();
  g.nodes.push_back(lif("lost", 2));
  CHECK_THAT(error_with(g), Contains("nothing leads from the input to 'lost'"));
  g.edges.push_back({"fc", "lost", {}});
  CHECK_THAT(error_with(g), Contains("nothing leads from 'lost' to the output"));

  g = small_graph();
  g.nodes.push_back(node("in2", "Input", {{"shape", vector({2})}}));
  CHECK_THAT(error_with(g), Contains("nothing leads from 'in2' to the output"));
  g = small_graph();
  g.edges.push_back({"lif", "input", {}});
  CHECK_THAT(error_with(g), Contains("'lif' leads to the Input 'input' [unsupported-graph]"));
  g = small_graph();
  g.edges.push_back({"output", "fc", {}});
  CHECK_THAT(error_with(g), Contains("the Output 'output' leads to 'fc' [unsupported-graph]"));
  CHECK_THAT(error_with(graph({input({2}), output({2})}, {{"input", "output"}})),
             Contains("nothing but reshapes between the input and the output"));
}

TEST_CASE("parameters with no meaning are errors with their element", "[import]") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(error_with(with("lif", "tau", vector({1e-3, -1e-3}))),
             StartsWith("model.nir:/node/nodes/lif/tau[1]: error: tau is -0.001, and a time"));
  CHECK_THAT(error_with(with("lif", "tau", vector({0, 1}))), Contains("tau[0]: error: tau is 0,"));
  CHECK_THAT(error_with(with("lif", "tau", vector({1, inf}))), Contains("tau is infinite"));
  CHECK_THAT(error_with(with("lif", "tau", vector({1, nan}))),
             Contains("tau[1]: error: tau is nan"));
  CHECK_THAT(error_with(with("lif", "tau", vector({1, 5e-5}))),
             Contains("tau[1]: error: tau is 5e-05 s, shorter than the time step of 0.0001 s"));
  CHECK_THAT(error_with(with("lif", "v_threshold", vector({1, 0}))),
             Contains("v_threshold[1]: error: v_threshold is 0: such a neuron would fire"));
  CHECK_THAT(error_with(with("lif", "v_reset", vector({0, 1}))),
             Contains("v_reset[1]: error: v_reset is 1, not below v_threshold 1"));
  CHECK_THAT(error_with(with("fc", "bias", vector({0, nan}))),
             StartsWith("model.nir:/node/nodes/fc/bias[1]: error: bias is nan [not-finite]"));
  CHECK_THAT(error_with(with("lif", "r", vector({0, -inf}))), Contains("r[1]: error: r is -inf"));
  CHECK_THAT(error_with(with("lif", "v_leak", filled(3, 0))),
             Contains("v_leak: error: has the shape 3, and the neurons have the shape 2"));
  CHECK_THAT(error_with(with("fc", "weight", Array{{1, 2, 2}, {1, 2, 3, 4}, false})),
             Contains("has the shape 1x2x2, and two axes (out, in) are supported"));
  CHECK_THAT(error_with(with("fc", "gain", scalar(1))),
             Contains("fc/gain: error: the parameter 'gain' of the Affine node 'fc' is not"));
  CHECK_THAT(error_with(with("input", "shape", vector({2.5}))), Contains("must be a whole number"));
  CHECK_THAT(error_with(with("input", "shape", vector({-2}))), Contains("an axis of size -2"));
  CHECK_THAT(error_with(with("output", "shape", vector({3}))),
             Contains("the output 'output' has the shape 3, and its source has the shape 2"));
  Graph text = small_graph();
  node_of(text, "lif").parameters["tau"] = std::string("fast");
  CHECK_THAT(error_with(text), Contains("is the text 'fast', not numbers [bad-type]"));
}

TEST_CASE("a decay a rounding below zero is zero", "[import]") {
  const Graph g = with("lif", "tau", vector({static_cast<float>(1e-4), static_cast<float>(1e-4)}));
  CHECK(to_network(g, by(Semantics::Nir)).populations[0].decay[0] == 0.0);
}

TEST_CASE("what the rules asked for cannot express is an error", "[import]") {
  const Graph reset = with("lif", "v_reset", vector({0, 0.5}));
  CHECK_THAT(error_with(reset, by(Semantics::SnnTorch)),
             Contains("v_reset is not 0, which no snnTorch neuron can have [unsupported-sem"));
  CHECK_THAT(error_with(with("lif", "v_leak", vector({0, 0.5})), by(Semantics::SnnTorch)),
             Contains("v_leak is not 0, which no snnTorch neuron can have"));
  ImportOptions o = by(Semantics::Nir);
  o.reset = ResetMechanism::Subtract;
  CHECK_THAT(error_with(reset, o), Contains("and --reset subtract would not use it"));
  o.reset = ResetMechanism::Zero;
  o.reset_delay = true;
  CHECK_THAT(error_with(reset, o), Contains("a delayed reset to it is not supported"));
  o = {};
  o.dt = 0.0;
  CHECK_THAT(error_with(small_graph(), o), Contains("--dt is 0, and must be above 0 [bad-option]"));
}

TEST_CASE("the rules of sinabs", "[import]") {
  ImportOptions o = by(Semantics::Sinabs);
  o.dt = 1e-4;  // lif's tau is 10 of them
  Network n = to_network(small_graph(), o);
  const float decay = std::exp(-0.1F);
  const ir::Population& p = n.populations[0];
  CHECK(p.max_spikes == 255);
  CHECK(p.comparison == Comparison::GreaterEqual);
  CHECK(p.reset ==
        ir::ResetRule{ResetMechanism::Subtract, ResetTiming::SameStep, ir::ZeroInput::Kept});
  CHECK(p.decay == ir::PerNeuron<double>(decay));
  CHECK(weights(n, 0)[3] == 4.0 * static_cast<double>(1.0F - decay));
  CHECK(n.import.grade == ir::ImportGrade::Approximate);
  CHECK_THAT(n.import.assumptions.at(0), StartsWith("norm_input: sinabs exports its leaky"));
  CHECK_THAT(n.import.notes.back(), Contains("(min_v_mem); none"));
  o.norm_input = false;
  o.max_spikes = 1;
  n = to_network(small_graph(), o);
  CHECK(n.populations[0].max_spikes == 1);
  CHECK(weights(n, 0)[3] == 4.0);
  CHECK(n.import.grade == ir::ImportGrade::Exact);

  const auto complains = [&](const Graph& g) { return error_with(g, o); };
  CHECK_THAT(complains(with("lif", "v_reset", vector({0, 0.5}))),
             Contains("v_reset is not 0, which no sinabs neuron can have"));
  CHECK_THAT(complains(with("lif", "v_leak", vector({0, 0.5}))),
             Contains("v_leak is not 0, which no sinabs neuron can have"));
  Graph cuba = small_graph();
  node_of(cuba, "lif").type = "CubaLIF";
  CHECK_THAT(complains(cuba),
             Contains("'lif' is a CubaLIF, which sinabs neither writes nor reads [unsupp"));
  o.max_spikes = 3;
  o.reset_delay = true;
  CHECK_THAT(complains(small_graph()), Contains("--reset-delay on is given, and neurons that"));
  o = by(Semantics::Nir);
  o.max_spikes = 3;
  CHECK_THAT(complains(small_graph()),
             Contains("--max-spikes is given, which is about the neurons of sinabs alone [bad-op"));
  o = by(Semantics::SnnTorch);
  o.norm_input = true;
  CHECK_THAT(complains(small_graph()), Contains("--norm-input is given"));
}

TEST_CASE("a small file cannot ask for much memory", "[import]") {
  const std::vector<double> ones(8200 * 2, 1.0);
  const Graph g = graph({input({8200}), linear("a", 2, 8200, ones), linear("b", 8200, 2, ones),
                         lif("lif", 8200), output({8200})},
                        {{"input", "a"}, {"a", "b"}, {"b", "lif"}, {"lif", "output"}});
  CHECK_THAT(error_with(g), Contains("composed with its sources it has 8200x8200 weights [file-"));
  CHECK_THAT(error_with(with("input", "shape", vector({1e6, 1e6}))),
             Contains("an axis of size 1000000 is not possible"));
}

}  // namespace
}  // namespace hillock::tests
