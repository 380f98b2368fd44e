// What must hold in every quantized network: each rule is broken once.
#include "compiler/ir/quantized_network.h"

#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "compiler/ir/layout.h"
#include "compiler/ir/quantized_json.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using ir::QuantizedNetwork;

ir::QuantizedPopulation population(const std::string& name, ir::Shape shape) {
  ir::QuantizedPopulation p;
  p.name = name;
  p.shape = std::move(shape);
  p.fraction_bits = 2;
  p.threshold = 5;
  p.scale = 1.0;
  p.membrane_bits = p.accumulator_bits = 12;
  return p;
}

// in 1x4x4 -> a: conv 2x4x4, currents -> b: max-pooled 2x2x2 -> c: dense 3, with a loop.
QuantizedNetwork pooled() {
  QuantizedNetwork n;
  n.name = "n";
  n.timesteps = 4;
  n.inputs.push_back({"in", {1, 4, 4}, 0, 1});
  n.populations = {population("a", {2, 4, 4}), population("b", {2, 2, 2}), population("c", {3})};
  n.populations[0].spiking = false;
  n.populations[0].decay = 0;
  n.populations[1].current_bits = 12;
  ir::ConvGeometry g;
  g.in_height = g.in_width = g.out_height = g.out_width = 4;
  g.out_channels = 2;
  g.kernel_height = g.kernel_width = 3;
  g.pad_top = g.pad_left = 1;
  const auto from = [](std::size_t p) { return ir::Source{ir::Source::Kind::Population, p}; };
  n.projections.push_back(
      {"conv", {}, 0, ir::QuantizedConv{g, std::vector<std::int32_t>(18, 3)}, 3, 0, {}});
  n.projections.push_back({"pool", from(0), 1, ir::MaxPool{2, 4, 4, 2, 2, 2, 2, 2, 2}, 0, 0, {}});
  n.projections.push_back(
      {"fc", from(1), 2, ir::QuantizedDense{support::Matrix<std::int32_t>(3, 8, -4)}, 3, 0, {}});
  n.projections.push_back(
      {"loop", from(2), 2, ir::QuantizedSparse{3, 3, {{0, 1, 2}, {1, 0, 3}}}, 3, 1, {}});
  n.output = 2;
  return n;
}

std::string complaint(const std::function<void(QuantizedNetwork&)>& spoil) {
  QuantizedNetwork n = pooled();
  spoil(n);
  try {
    ir::verify(n);
  } catch (const std::logic_error& e) {
    return e.what();
  }
  return "no error";
}

TEST_CASE("broken invariants of a quantized network are found", "[ir]") {
  using N = QuantizedNetwork;
  const auto conv = [](N& n) -> ir::QuantizedConv& {
    return std::get<ir::QuantizedConv>(n.projections[0].connectivity);
  };
  const auto sparse = [](N& n) -> ir::QuantizedSparse& {
    return std::get<ir::QuantizedSparse>(n.projections[3].connectivity);
  };
  CHECK(complaint([](N&) {}) == "no error");
  CHECK_THAT(complaint([&](N& n) { conv(n).weight[0] = 4; }),
             Contains("conv: weight does not fit its bits"));
  CHECK_THAT(complaint([&](N& n) { conv(n).weight.pop_back(); }), Contains("weight count"));
  CHECK_THAT(complaint([&](N& n) { conv(n).geometry.groups = 0; }), Contains("geometry"));
  CHECK_THAT(complaint([&](N& n) { sparse(n).synapses[1].weight = -5; }),
             Contains("loop: weight does not fit its bits"));
  CHECK_THAT(complaint([&](N& n) { sparse(n).synapses[1].target = 3; }),
             Contains("synapse out of range"));
  CHECK_THAT(complaint([&](N& n) { std::swap(sparse(n).synapses[0], sparse(n).synapses[1]); }),
             Contains("synapses out of order"));
  CHECK_THAT(complaint([&](N& n) { sparse(n).targets = 4; }), Contains("loop: weight shape"));
  CHECK_THAT(complaint([](N& n) { n.projections[3].weight_bits = 4; }),
             Contains("c: projections of different weight bits"));
  CHECK_THAT(complaint([](N& n) { n.projections[3].delay = 0; }), Contains("loop: order"));
  CHECK_THAT(complaint([](N& n) { n.projections[0].delay = 1; }), Contains("conv: delay"));
  CHECK_THAT(complaint([](N& n) { n.projections[2].delay = 1; }),
             Contains("c: no projection without delay"));
  CHECK_THAT(complaint([](N& n) { n.populations[1].spiking = false; }),
             Contains("fc: source that sends nothing"));
  CHECK_THAT(complaint([](N& n) { n.projections[1].weight_bits = 3; }), Contains("max-pooling"));
  CHECK_THAT(complaint([](N& n) { n.populations[0].decay = 1; }),
             Contains("a: the source of a max-pool keeps a state"));
  CHECK_THAT(complaint([](N& n) { n.populations[0].fraction_bits = 3; }),
             Contains("pool: fraction bits of a max-pool"));
  CHECK_THAT(complaint([](N& n) {
               n.populations[1].scale = ir::PerNeuron<double>({1, 1, 1, 1, 2, 2, 2, 2});
             }),
             Contains("pool: scales of a max-pool"));
  CHECK_THAT(complaint([](N& n) { n.populations[1].current_bits = 11; }),
             Contains("pool: current bits of a max-pool"));
  CHECK_THAT(complaint([](N& n) { n.populations[1].synapse = ir::Synapse::Current; }),
             Contains("b: a max-pooled population with a current"));
  CHECK_THAT(complaint([](N& n) {
               n.projections.push_back(n.projections[3]);
               n.projections[4].target = 1;
               n.projections[4].connectivity = ir::QuantizedSparse{3, 8, {}};
             }),
             Contains("pool: not the only projection"));
  CHECK_THAT(complaint([](N& n) { n.populations[2].current_bits = 5; }),
             Contains("c: current bits without a current"));
  CHECK_THAT(complaint([](N& n) { n.populations[2].synapse = ir::Synapse::Current; }),
             Contains("c: current bits"));
  CHECK_THAT(complaint([](N& n) { n.populations[2].current_decay = 2; }),
             Contains("c: current decay outside 0..1"));
  CHECK_THAT(complaint([](N& n) {
               n.populations[2].synapse = ir::Synapse::Alpha;
               n.populations[2].current_bits = 5;
               n.populations[2].reset.timing = ir::ResetTiming::SameStep;
             }),
             Contains("c: reset of alpha synapses"));
  CHECK_THAT(complaint([](N& n) {
               n.populations[2].synapse = ir::Synapse::Alpha;
               n.populations[2].current_bits = 5;
               n.populations[2].reset_current = -1;
             }),
             Contains("c: what a reset takes from alpha synapses"));
  CHECK_THAT(complaint([](N& n) {
               n.populations[2].synapse = ir::Synapse::Alpha;
               n.populations[2].bias = 1;
             }),
             Contains("c: a bias beside alpha synapses"));
  CHECK_THAT(complaint([](N& n) { n.populations[1].inhibition = true; }),
             Contains("b: inhibition without dense layout"));
  CHECK(complaint([](N& n) { n.populations[2].inhibition = true; }) == "no error");
  CHECK_THAT(complaint([](N& n) { n.inputs[0].scale = 0; }), Contains("in: range or scale"));
  CHECK_THAT(complaint([&](N& n) {
               n.projections.push_back(n.projections[0]);
               auto& second = std::get<ir::QuantizedConv>(n.projections[4].connectivity);
               second.geometry.out_height = 8;
               second.geometry.out_width = 2;
             }),
             Contains("a: convolutions of different shapes"));
}

TEST_CASE("the lanes of a mapping fit", "[ir]") {
  const QuantizedNetwork n = pooled();
  CHECK_NOTHROW(ir::verify(n, {{2, 2, 3}}));
  CHECK_THROWS_AS(ir::verify(n, {{2, 1, 3}}), std::logic_error);  // not those of its source
  CHECK_THROWS_AS(ir::verify(n, {{3, 3, 3}}), std::logic_error);  // more than channels
  CHECK_THROWS_AS(ir::verify(n, {{1, 1, 4}}), std::logic_error);
  CHECK_THROWS_AS(ir::verify(n, {{1, 1, 0}}), std::logic_error);
  CHECK_THROWS_AS(ir::verify(n, {{1, 1}}), std::logic_error);
  CHECK(ir::fit_lanes(n, {{9, 1, 9}}).lanes == std::vector<int>{2, 2, 3});
}

TEST_CASE("a static input and what a reset takes from alpha synapses survive JSON", "[ir]") {
  QuantizedNetwork n = pooled();
  n.inputs[0].is_static = true;
  ir::QuantizedPopulation& p = n.populations[2];
  p.synapse = ir::Synapse::Alpha;
  p.reset = {ir::ResetMechanism::Subtract, ir::ResetTiming::Delayed, ir::ZeroInput::Lost};
  p.current_bits = 12;
  p.decay_shift = 3;
  p.reset_decay = ir::PerNeuron<std::int64_t>({9, 16, 0});
  p.reset_current = ir::PerNeuron<std::int64_t>({5, 6, 7});
  QuantizedNetwork m;
  ir::Mapping mapping;
  ir::from_json(ir::to_json(n, {{2, 2, 3}}), "q.json", m, mapping);
  CHECK(m.inputs[0].is_static);
  CHECK(m.populations[2].reset_decay == p.reset_decay);
  CHECK(m.populations[2].reset_current == p.reset_current);
  p.reset_decay = 17;
  CHECK_THROWS_WITH(ir::verify(n), Contains("what a reset takes from alpha synapses"));
}

TEST_CASE("JSON that is no quantized network is a bad build", "[ir]") {
  const nlohmann::json good = ir::to_json(pooled(), {{2, 2, 3}});
  const auto complaint_of = [&](const std::function<void(nlohmann::json&)>& spoil) {
    nlohmann::json j = good;
    spoil(j);
    QuantizedNetwork n;
    ir::Mapping m;
    try {
      ir::from_json(j, "q.json", n, m);
    } catch (const support::InputError& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(complaint_of([](nlohmann::json&) {}) == "no error");
  for (const double wrong : {3.5, 1e25, -1e25}) {
    CHECK_THAT(complaint_of([&](auto& j) { j["populations"][1]["threshold"] = wrong; }),
               Catch::Contains("\"threshold\" is not a whole number [bad-build]"));
    CHECK_THAT(complaint_of([&](auto& j) { j["lanes"][0] = wrong; }),
               Catch::Contains("\"lanes\" is not a whole number"));
  }
  CHECK_THAT(complaint_of([](nlohmann::json& j) { j["projections"][0]["kind"] = "cone"; }),
             Contains("unknown kind \"cone\""));
  CHECK_THAT(complaint_of([](nlohmann::json& j) { j["projections"][3]["to"].push_back(0); }),
             Contains("synapse count"));
  CHECK_THAT(complaint_of([](nlohmann::json& j) { j["populations"][0].erase("synapse"); }),
             Contains("synapse") && Contains("[bad-build]"));
  CHECK_THAT(complaint_of(
                 [](nlohmann::json& j) { j["projections"][0]["geometry"].erase("stride_width"); }),
             Contains("stride_width"));
  CHECK_THAT(complaint_of([](nlohmann::json& j) { j["populations"][0]["current_bits"] = 9; }),
             Contains("current bits"));
}

}  // namespace
}  // namespace hillock::tests
