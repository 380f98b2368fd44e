// Networks as JSON and back.
#include "compiler/ir/network_json.h"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "tests/unit/ir/network_fixture.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using ir::Network;
using nlohmann::json;

Network there_and_back(const Network& n) {
  return ir::network_from_json(json::parse(ir::to_json(n).dump()), "n.json");
}

std::string complaint(const std::function<void(json&)>& spoil) {
  json j = ir::to_json(small_network());
  spoil(j);
  try {
    (void)ir::network_from_json(j, "n.json");
  } catch (const support::InputError& e) {
    return e.what();
  }
  return "no error";
}

TEST_CASE("everything of a network survives JSON", "[ir]") {
  Network n = small_network();
  n.populations[0].reset = {ir::ResetMechanism::Zero, ir::ResetTiming::SameStep,
                            ir::ZeroInput::Lost};
  n.populations[0].reset_value = ir::PerNeuron<double>({-0.1, 0.0, 0.1});
  n.populations[0].comparison = ir::Comparison::GreaterEqual;
  n.populations[0].synapse = ir::Synapse::Current;
  n.populations[0].current_decay = ir::PerNeuron<double>({0.5, 0.25, 0.0});
  n.populations[0].current_bias = ir::PerNeuron<double>({0.5, -0.25, 0.1});
  n.populations[0].alpha_gain = ir::PerNeuron<double>({1.5, 2.5, 1.0 / 0.3});
  n.inputs[0].is_static = true;
  n.populations[1].inhibition = true;
  n.populations[1].spiking = false;
  n.projections[1].delay = 2;
  n.projections[1].where.index = 7;
  n.readout = ir::Readout::MembraneLast;
  n.timesteps = 25;
  n.import.grade = ir::ImportGrade::Approximate;
  n.import.assumptions = {"one"};
  n.import.notes = {"two", "\"three\""};
  const Network m = there_and_back(n);
  CHECK(m.name == n.name);
  CHECK(m.inputs[0].name == "input");
  CHECK(m.inputs[0].shape == n.inputs[0].shape);
  CHECK(m.inputs[0].where == n.inputs[0].where);
  CHECK(m.inputs[0].is_static);
  REQUIRE(m.populations.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const ir::Population& a = n.populations[i];
    const ir::Population& b = m.populations[i];
    CHECK(a.name == b.name);
    CHECK(a.shape == b.shape);
    CHECK(a.spiking == b.spiking);
    CHECK(a.decay == b.decay);
    CHECK(a.bias == b.bias);
    CHECK(a.threshold == b.threshold);
    CHECK(a.reset_value == b.reset_value);
    CHECK(a.reset == b.reset);
    CHECK(a.comparison == b.comparison);
    CHECK(a.synapse == b.synapse);
    CHECK(a.current_decay == b.current_decay);
    CHECK(a.current_bias == b.current_bias);
    CHECK(a.alpha_gain == b.alpha_gain);
    CHECK(a.inhibition == b.inhibition);
    CHECK(a.where == b.where);
    CHECK(n.projections[i].name == m.projections[i].name);
    CHECK(n.projections[i].source == m.projections[i].source);
    CHECK(n.projections[i].target == m.projections[i].target);
    CHECK(n.projections[i].connectivity == m.projections[i].connectivity);
    CHECK(n.projections[i].delay == m.projections[i].delay);
    CHECK(n.projections[i].where == m.projections[i].where);
  }
  CHECK(m.output == 1);
  CHECK(m.readout == n.readout);
  CHECK(m.timesteps == 25);
  CHECK(m.import.source == n.import.source);
  CHECK(m.import.format == n.import.format);
  CHECK(m.import.semantics == n.import.semantics);
  CHECK(m.import.grade == n.import.grade);
  CHECK(m.import.assumptions == n.import.assumptions);
  CHECK(m.import.notes == n.import.notes);
  CHECK(ir::to_json(m) == ir::to_json(n));
  n.timesteps.reset();
  CHECK_FALSE(there_and_back(n).timesteps);
}

TEST_CASE("every connectivity survives JSON", "[ir]") {
  // All members of a geometry differ, so that none can be taken for another.
  ir::ConvGeometry g{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
  ir::MaxPool pool{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  for (const ir::Connectivity& c :
       {ir::Connectivity(ir::Conv{g, {0.1, -0.2, 1e-9}}), ir::Connectivity(pool),
        ir::Connectivity(ir::Sparse{2, 3, {{0, 1, 0.5}, {0, 2, -1.0 / 3}, {1, 0, 2.0}}})}) {
    Network n = small_network();
    n.projections[0].connectivity = c;
    CHECK(there_and_back(n).projections[0].connectivity == c);
  }
}

TEST_CASE("files from before there were currents can be read", "[ir]") {
  json j = ir::to_json(small_network());
  for (json& p : j["populations"]) {
    for (const char* key : {"synapse", "current_decay", "current_bias", "alpha_gain", "inhibition"})
      p.erase(key);
  }
  const Network n = ir::network_from_json(j, "n.json");
  CHECK(n.populations[0].synapse == ir::Synapse::None);
  CHECK_FALSE(n.populations[0].inhibition);
  CHECK_FALSE(n.inputs[0].is_static);
}

TEST_CASE("doubles survive JSON to the bit", "[ir]") {
  Network n = small_network();
  auto& w = std::get<ir::Dense>(n.projections[0].connectivity).weight.data;
  w = {0.1F, 1.0 / 3.0, 5e-324, -std::numeric_limits<double>::max(), 0.1, 123456789.123456789};
  CHECK(std::get<ir::Dense>(there_and_back(n).projections[0].connectivity).weight.data == w);
}

TEST_CASE("JSON that is no network names the place", "[ir]") {
  CHECK_THAT(complaint([](json& j) { j = 3; }), Contains("n.json: error: is not an object"));
  CHECK_THAT(complaint([](json& j) { j["format"] = "x"; }),
             Contains("n.json:/format: error: is n"));
  CHECK_THAT(complaint([](json& j) { j["version"] = 2; }),
             Contains("n.json:/version: error: is 2, and this program reads version 1 [bad-json]"));
  CHECK_THAT(complaint([](json& j) { j.erase("inputs"); }),
             Contains("n.json:/inputs: error: is mi"));
  CHECK_THAT(complaint([](json& j) { j["populations"][1]["decay"] = "x"; }),
             Contains("n.json:/populations[1]/decay: error: is not a number"));
  CHECK_THAT(complaint([](json& j) {
               j["populations"][1]["bias"] = json::array({1.0, nullptr});
             }),
             Contains("n.json:/populations[1]/bias[1]: error: is not a number"));
  CHECK_THAT(complaint([](json& j) { j["populations"][1]["bias"] = json::array(); }),
             Contains("n.json:/populations[1]/bias: error: is empty"));
  CHECK_THAT(complaint([](json& j) { j["populations"][0]["reset"]["timing"] = "soon"; }),
             Contains("n.json:/populations[0]/reset/timing: error: 'soon' is not known here"));
  CHECK_THAT(complaint([](json& j) {
               j["populations"][0]["shape"] = {1u << 20, 1u << 20};
             }),
             Contains("n.json:/populations[0]/shape: error: has too many elements"));
  CHECK_THAT(complaint([](json& j) { j["populations"][0]["shape"] = {-1}; }),
             Contains("n.json:/populations[0]/shape[0]: error: is not a whole number from 0"));
  CHECK_THAT(complaint([](json& j) { j["projections"][0]["target"] = "c"; }),
             Contains("n.json:/projections[0]/target: error: nothing is called 'c'"));
  CHECK_THAT(complaint([](json& j) { j["projections"][0]["type"] = "cone"; }),
             Contains("n.json:/projections[0]/type: error: is not 'dense', 'conv'"));
  CHECK_THAT(complaint([](json& j) { j["projections"][0]["type"] = "conv"; }),
             Contains("n.json:/projections[0]/geometry: error: is mi"));
  CHECK_THAT(complaint([](json& j) {
               j["projections"][0].update({{"type", "sparse"},
                                           {"sources", 2},
                                           {"targets", 3},
                                           {"from", {0, 1}},
                                           {"to", {0}},
                                           {"weight", {1.0, 2.0}}});
             }),
             Contains("n.json:/projections[0]: error: 'from', 'to' and 'weight' have 2, 1 and 2"));
  CHECK_THAT(complaint([](json& j) { j["projections"][0]["delay"] = 1.5; }),
             Contains("n.json:/projections[0]/delay: error: is not a whole number"));
  CHECK_THAT(complaint([](json& j) { j["import"]["grade"] = "good"; }),
             Contains("is neither 'exact' nor 'approximate'"));
}

}  // namespace
}  // namespace hillock::tests
