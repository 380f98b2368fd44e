// Files as the frameworks' exporters write them (tests/data/make_fixtures.py), with their quirks.
#include <catch2/catch.hpp>

#include "compiler/import/import.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using import::ImportOptions;
using import::Semantics;
using ir::Network;

Network read(const std::string& style, std::optional<Semantics> semantics = {}, double dt = 0) {
  ImportOptions o;
  o.semantics = semantics;
  if (dt > 0) o.dt = dt;
  return import::import_model(data_file("nir/" + style + ".nir"), o);
}

bool has_note(const Network& n, const std::string& text) {
  for (const std::string& note : n.import.notes) {
    if (note.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST_CASE("Sinabs: a batch axis in parameters, a Flatten that does not know its input",
          "[import]") {
  const Network n = read("sinabs");
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].shape == ir::Shape{2, 4, 4});
  CHECK(n.populations[0].threshold == ir::PerNeuron<double>(1.0));
  // The pooling in front of the matrix became part of it.
  CHECK(ir::source_count(n.projections[1].connectivity) == 32);
}

TEST_CASE("Norse: time constants in seconds, for steps of 1 ms", "[import]") {
  const Network n = read("norse", Semantics::Norse);
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].decay[0] == Approx(0.9));
  CHECK_FALSE(n.populations[1].spiking);
  CHECK(n.readout == ir::Readout::MembraneSum);
}

TEST_CASE("Spyx: SAME, edges that are listed again, r = beta", "[import]") {
  const Network n = read("spyx", {}, 1e-3);
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].shape == ir::Shape{1, 4, 4});
  CHECK(n.populations[1].decay[0] == Approx(0.625));
  CHECK(n.projections.size() == 3);  // the recurrence once
  CHECK(has_note(n, "the edge 'LIF' -> 'linear_1' is listed again, and counts once"));
  // (1 - beta) * beta * weight
  CHECK(std::get<ir::Dense>(n.projections[1].connectivity).weight(0, 0) ==
        Approx(0.375 * 0.625 * -0.25));
}

TEST_CASE("Rockpool: neither w_in nor v_reset nor a version", "[import]") {
  const Network n = read("rockpool", {}, 1e-3);
  REQUIRE(n.populations.size() == 1);
  CHECK(n.populations[0].synapse == ir::Synapse::Current);
  CHECK(n.populations[0].decay[0] == Approx(0.9));
  CHECK(n.populations[0].current_decay[0] == Approx(0.95));
  CHECK(std::get<ir::Dense>(n.projections[0].connectivity).weight(1, 2) ==
        Approx(1.5 * 0.05 * 0.1 * 9.048374).margin(1e-6));
}

TEST_CASE("snnTorch: a recurrent layer as dotted nodes, the batch in the shapes", "[import]") {
  ImportOptions o;
  o.semantics = Semantics::SnnTorch;
  o.reset = ir::ResetMechanism::Zero;
  const Network n = import::import_model(data_file("nir/snntorch_recurrent.nir"), o);
  CHECK(n.import.grade == ir::ImportGrade::Exact);
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].name == "1.lif");
  CHECK(n.populations[0].decay == ir::PerNeuron<double>(0.75));
  CHECK(n.populations[0].current_decay == ir::PerNeuron<double>(0.5));
  CHECK(n.populations[0].reset.zero_input == ir::ZeroInput::Lost);
  CHECK(n.projections.size() == 3);
  CHECK(n.projections[1].delay + n.projections[0].delay + n.projections[2].delay == 1);
}

}  // namespace
}  // namespace hillock::tests
