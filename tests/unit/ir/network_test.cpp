// What verify() lets pass, and what it reports.
#include "compiler/ir/network.h"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "tests/unit/ir/network_fixture.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using ir::Network;

std::string complaint(const std::function<void(Network&)>& spoil) {
  Network n = small_network();
  spoil(n);
  try {
    ir::verify(n);
  } catch (const support::InputError& e) {
    return e.what();
  }
  return "no error";
}

support::Matrix<double>& weight(Network& n, std::size_t i) {
  return std::get<ir::Dense>(n.projections[i].connectivity).weight;
}

TEST_CASE("a network that is fit passes", "[ir]") {
  CHECK(complaint([](Network&) {}) == "no error");
  CHECK(complaint([](Network& n) { n.populations[0].decay = 0.0; }) == "no error");
  CHECK(complaint([](Network& n) { n.populations[0].decay = 1.0; }) == "no error");
  CHECK(complaint([](Network& n) { n.timesteps = 1; }) == "no error");
}

TEST_CASE("values that are not finite are found where they are", "[ir]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(complaint([&](Network& n) { weight(n, 1).data[4] = nan; }),
             Contains("small.nir:/node/nodes/fc2/weight[4]: error: weight is nan [not-finite]"));
  CHECK_THAT(complaint([&](Network& n) {
               n.populations[0].bias = ir::PerNeuron<double>({0.0, 1.0 / 0.0, 0.0});
             }),
             Contains("/node/nodes/a/bias[1]: error: bias is inf [not-finite]"));
}

TEST_CASE("parameters outside their range are found", "[ir]") {
  CHECK_THAT(complaint([](Network& n) { n.populations[0].decay = 1.01; }),
             Contains("decay is 1.01, and must be in [0, 1] [bad-parameter]"));
  CHECK_THAT(complaint([](Network& n) { n.populations[0].decay = -0.01; }),
             Contains("decay is -0.01, and must be in [0, 1]"));
  CHECK_THAT(complaint([](Network& n) { n.populations[1].threshold = 0.0; }),
             Contains("threshold is 0: such a neuron would fire without input [bad-parameter]"));
  CHECK_THAT(complaint([](Network& n) { n.projections[0].delay = -1; }),
             Contains("delay is -1, and must be 0 or more steps"));
  CHECK_THAT(complaint([](Network& n) { n.timesteps = 0; }), Contains("timesteps is 0"));
}

TEST_CASE("shapes have to agree", "[ir]") {
  CHECK_THAT(complaint([](Network& n) { weight(n, 0) = support::Matrix<double>(3, 5); }),
             Contains("weight is 3x5, and 'a' with 3 neurons reading 2 of 'input' needs 3x2 "
                      "[shape-mismatch]"));
  CHECK_THAT(complaint([](Network& n) { weight(n, 0).data.pop_back(); }),
             Contains("[shape-mismatch]"));
  CHECK_THAT(complaint([](Network& n) {
               n.populations[0].bias = ir::PerNeuron<double>({1.0, 2.0});
             }),
             Contains("/a/bias: error: 2 values for 3 neurons [shape-mismatch]"));
  CHECK_THAT(complaint([](Network& n) { n.inputs[0].shape = {0}; }),
             Contains("input 'input' has no elements"));
  CHECK_THAT(complaint([](Network& n) { n.populations[1].shape = {0}; }),
             Contains("'b' has no neurons"));
}

TEST_CASE("names do not repeat", "[ir]") {
  CHECK_THAT(complaint([](Network& n) { n.populations[1].name = "a"; }),
             Contains("the name 'a' is taken by small.nir:/node/nodes/a [duplicate-name]"));
  CHECK_THAT(complaint([](Network& n) { n.inputs[0].name = "a"; }), Contains("[duplicate-name]"));
  CHECK_THAT(complaint([](Network& n) { n.projections[1].name = "fc1"; }),
             Contains("the name 'fc1' is taken"));
  CHECK_THAT(complaint([](Network& n) { n.populations[1].name = ""; }), Contains("has no name"));
}

TEST_CASE("populations come in order, and everything is joined", "[ir]") {
  CHECK_THAT(
      complaint([](Network& n) {
        n.projections[1].source.index = 1;
        weight(n, 1) = support::Matrix<double>(2, 2);
      }),
      Contains("projection 'fc2' without delay goes from 'b' back to 'b' [unsupported-graph"));
  const auto loop = [](Network& n) {
    n.projections.push_back(n.projections[1]);
    n.projections[2].name = "loop";
    n.projections[2].source.index = 1;
    n.projections[2].delay = 1;
    weight(n, 2) = support::Matrix<double>(2, 2);
  };
  CHECK(complaint(loop) == "no error");
  CHECK_THAT(complaint([&](Network& n) {
               loop(n);
               n.projections.erase(n.projections.begin() + 1);
             }),
             Contains("only delayed projections reach 'b' [unsupported-graph]"));
  CHECK_THAT(complaint([](Network& n) { n.projections[0].delay = 1; }),
             Contains("projection 'fc1' delays the input 'input' by 1 steps"));
  CHECK_THAT(complaint([](Network& n) { n.populations[0].max_spikes = 256; }),
             Contains("max_spikes is 256, and must be 1 to 255 [bad-parameter]"));
  CHECK_THAT(complaint([](Network& n) { n.populations[0].max_spikes = 3; }),
             Contains("'a' spikes several times in a step, and is not reset in that step "
                      "[unsupported-semantics]"));
  CHECK_THAT(complaint([](Network& n) {
               n.populations[0].max_spikes = 3;
               n.populations[0].reset.timing = ir::ResetTiming::SameStep;
               n.populations[0].inhibition = true;
             }),
             Contains("'a' spikes several times in a step, and has inhibition"));
  CHECK_THAT(complaint([](Network& n) {
               n.populations[0].max_spikes = 3;
               n.populations[0].spiking = false;
             }),
             Contains("'a' has max_spikes and does not spike"));
  CHECK_THAT(complaint([](Network& n) { n.projections[1].target = 2; }),
             Contains("projection 'fc2' joins what does not exist [bad-edge]"));
  CHECK_THAT(complaint([](Network& n) { n.projections.pop_back(); }),
             Contains("no projection reaches 'b'"));
  CHECK_THAT(complaint([](Network& n) { n.projections.erase(n.projections.begin()); }),
             Contains("nothing reads the input 'input'"));
  CHECK_THAT(complaint([](Network& n) { n.output = 2; }), Contains("the output is no population"));
  CHECK_THAT(complaint([](Network& n) { n = {}; }), Contains("the network has no input"));
}

TEST_CASE("an output that does not spike has no spikes to count", "[ir]") {
  CHECK_THAT(complaint([](Network& n) { n.populations[1].spiking = false; }),
             Contains("the output 'b' does not spike, so its spikes cannot be counted"));
  CHECK(complaint([](Network& n) {
          n.populations[1].spiking = false;
          n.populations[1].threshold = 0.0;
          n.readout = ir::Readout::MembraneMax;
        }) == "no error");
}

TEST_CASE("synaptic currents have their rules", "[ir]") {
  const auto alpha = [](Network& n) {
    n.populations[0].synapse = ir::Synapse::Alpha;
    n.populations[0].bias = 0.0;
    n.populations[0].reset = {ir::ResetMechanism::Zero, ir::ResetTiming::Delayed,
                              ir::ZeroInput::Lost};
  };
  CHECK(complaint(alpha) == "no error");
  CHECK(complaint([&](Network& n) {
          alpha(n);
          n.populations[0].reset = {ir::ResetMechanism::None, ir::ResetTiming::SameStep, {}};
        }) == "no error");
  CHECK_THAT(
      complaint([&](Network& n) {
        alpha(n);
        n.populations[0].reset.zero_input = ir::ZeroInput::Kept;
      }),
      Contains("'a' has alpha synapses and resets by zero, delayed [unsupported-semantics]"));
  CHECK_THAT(complaint([&](Network& n) {
               alpha(n);
               n.populations[0].bias = 0.5;
             }),
             Contains("/a/bias: error: 'a' has alpha synapses, whose membrane takes no bias"));
  CHECK_THAT(complaint([](Network& n) { n.populations[0].current_decay = 1.5; }),
             Contains("/a/current_decay: error: current_decay is 1.5, and must be in [0, 1]"));
}

// input 1x4x4 -> conv 2x4x4, whose largest currents of 2x2 drive the neurons b.
Network pooled_network() {
  Network n = small_network();
  n.inputs[0].shape = {1, 4, 4};
  n.populations[0].shape = {2, 4, 4};
  n.populations[0].bias = 0.0;
  n.populations[0].spiking = false;
  n.populations[0].decay = 0.0;
  n.populations[1].shape = {2, 2, 2};
  ir::ConvGeometry g;
  g.in_height = g.in_width = g.out_height = g.out_width = 4;
  g.out_channels = 2;
  g.kernel_height = g.kernel_width = 3;
  g.pad_top = g.pad_left = 1;
  n.projections[0].connectivity = ir::Conv{g, std::vector<double>(g.weights(), 0.1)};
  n.projections[1].connectivity = ir::MaxPool{2, 4, 4, 2, 2, 2, 2, 2, 2};
  return n;
}

TEST_CASE("convolutions, poolings and single synapses have to fit", "[ir]") {
  const auto complain = [](const std::function<void(Network&)>& spoil) {
    Network n = pooled_network();
    spoil(n);
    try {
      ir::verify(n);
    } catch (const support::InputError& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  const auto conv = [](Network& n) -> ir::Conv& {
    return std::get<ir::Conv>(n.projections[0].connectivity);
  };
  const auto pool = [](Network& n) -> ir::MaxPool& {
    return std::get<ir::MaxPool>(n.projections[1].connectivity);
  };
  CHECK(complain([](Network&) {}) == "no error");
  CHECK_THAT(complain([&](Network& n) { conv(n).weight.pop_back(); }),
             Contains("the convolution 'fc1' has 17 weights and needs 18 [shape-mismatch]"));
  CHECK_THAT(complain([&](Network& n) { conv(n).weight[3] = 1.0 / 0.0; }),
             Contains("/fc1/weight[3]: error: weight is inf"));
  CHECK_THAT(complain([&](Network& n) { conv(n).geometry.groups = 2; }),
             Contains("projection 'fc1': 2 groups do not divide 1 input and 2 output channels"));
  CHECK_THAT(complain([&](Network& n) { conv(n).geometry.out_width = 5; }),
             Contains("joins 16 elements to 40 neurons, but 'input' has 16 and 'a' has 32"));
  CHECK_THAT(complain([&](Network& n) { pool(n).pad_top = 9; }),
             Contains("a window of the pooling would lie in the padding alone"));
  CHECK_THAT(complain([&](Network& n) { n.populations[0].decay = 0.5; }),
             Contains("max-pooling 'fc2': its source 'a' spikes or keeps a state"));
  CHECK_THAT(complain([&](Network& n) { n.populations[0].spiking = true; }),
             Contains("max-pooling 'fc2': its source 'a' spikes or keeps a state"));
  CHECK_THAT(complain([&](Network& n) { n.populations[1].synapse = ir::Synapse::Current; }),
             Contains("'b' has synapses with a current of their own"));
  CHECK_THAT(complain([&](Network& n) { n.projections[1].delay = 1; }), Contains("it has a delay"));
  CHECK_THAT(complain([&](Network& n) { n.populations[1].inhibition = true; }),
             Contains("'b' has inhibition, and 'fc2' reaches it by a maxpool"));
  CHECK_THAT(complain([&](Network& n) {
               n.projections.push_back(n.projections[0]);
               n.projections[2] = {"more", {}, 1, ir::Sparse{16, 8, {}}, 0, {}};
             }),
             Contains("'b' is also reached by 'more'"));
  CHECK_THAT(complain([&](Network& n) {
               n.projections[0].connectivity = ir::Dense{support::Matrix<double>(32, 16)};
             }),
             Contains("its source 'a' is not a convolution of 4x4 positions"));
  const auto sparse = [&](std::vector<ir::Sparse::Synapse> synapses) {
    return complain([&](Network& n) {
      n.projections.push_back({"more", {}, 0, ir::Sparse{16, 32, std::move(synapses)}, 0, {}});
    });
  };
  CHECK(sparse({{0, 31, 1.0}, {1, 0, 1.0}}) == "no error");
  CHECK_THAT(sparse({{0, 32, 1.0}}), Contains("a synapse from 0 to 32, among 16 elements and 32"));
  CHECK_THAT(sparse({{1, 0, 1.0}, {0, 0, 1.0}}), Contains("repeats or is not in order"));
  CHECK_THAT(sparse({{1, 0, 1.0}, {1, 0, 1.0}}), Contains("repeats or is not in order"));
}

TEST_CASE("several faults are reported together", "[ir]") {
  const std::string text = complaint([](Network& n) {
    n.populations[0].decay = 2.0;
    n.populations[1].threshold = -1.0;
  });
  CHECK_THAT(text, Contains("decay is 2") && Contains("threshold is -1"));
}

TEST_CASE("readouts have names", "[ir]") {
  for (const auto r : {ir::Readout::SpikeCount, ir::Readout::MembraneSum, ir::Readout::MembraneMax,
                       ir::Readout::MembraneLast}) {
    CHECK(ir::parse_readout(ir::name(r)) == r);
  }
  CHECK(ir::name(ir::Readout::SpikeCount) == "spike_count");
  CHECK_FALSE(ir::parse_readout("mean"));
  CHECK(ir::name(ir::ImportGrade::Exact) == "exact");
  CHECK(ir::name(ir::ImportGrade::Approximate) == "approximate");
}

}  // namespace
}  // namespace hillock::tests
