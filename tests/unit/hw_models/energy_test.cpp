// Energy of an inference, against numbers worked out by hand from the tables.
#include "hw_models/energy/energy.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/support/diagnostics.h"
#include "hw_models/energy/ann.h"
#include "hw_models/energy/coefficients.h"
#include "hw_models/energy/comparison.h"
#include "hw_models/energy/fpga_energy.h"
#include "hw_models/energy/logic_terms.h"
#include "hw_models/energy/node_scaling.h"
#include "tests/unit/hw_models/energy_network.h"

using namespace hillock;
using hw_models::Counts;
using hw_models::EnergyEstimate;
using hw_models::Interval;

namespace {

constexpr double kPico = 1e-12;

Counts counts(double cycles = 40) {
  const ir::QuantizedNetwork network = test::energy_network();
  const ir::Mapping mapping = test::energy_mapping();
  hw_models::Counts all = hw_models::ActionCounter(network, mapping).count(test::energy_activity());
  all.cycles = cycles;
  return all;
}

EnergyEstimate estimate(std::string_view target, double cycles = 40, double clock_hz = 0) {
  return hw_models::estimate_energy(counts(cycles), test::energy_network(), test::energy_mapping(),
                                    target, clock_hz);
}

Interval part(const EnergyEstimate& e, const std::string& name) {
  const auto it = std::find_if(e.breakdown.begin(), e.breakdown.end(),
                               [&](const auto& c) { return c.name == name; });
  REQUIRE(it != e.breakdown.end());
  return it->energy_j;
}

}  // namespace

TEST_CASE("components on asic45", "[energy]") {
  const EnergyEstimate e = estimate("asic45");
  CHECK(e.clock_hz == 100e6);
  CHECK(e.seconds == Approx(400e-9));

  // 9 reads of a row of 12 bits of 144, 4 of 12 bits of 60.
  const double h = (3.709 + 3.318e-5 * 144 + 0.2005 * 12) * 0.669;
  const double o = (3.709 + 3.318e-5 * 60 + 0.2005 * 12) * 0.669;
  const Interval weights = part(e, "weight_memory");
  CHECK(weights.nominal == Approx((9 * h + 4 * o) * kPico));
  CHECK(weights.high == Approx((9 * h + 4 * o) * 1.494 * kPico));
  // Both are small enough to be flip-flops.
  CHECK(weights.low == Approx(13 * 12 * 0.009 * 0.669 * kPico));

  // o has one group: its state is a register of 24 bits, 5 times read and written.
  const double read = (3.709 + 3.318e-5 * 72 + 0.2005 * 24) * 0.669;
  const double write = (3.232 + 4.680e-5 * 72 + 0.3052 * 24) * 0.669;
  CHECK(part(e, "state_memory").nominal == Approx((12 * (read + write) + 10 * 24 * 0.009) * kPico));
  const double parameter = (3.709 + 3.318e-5 * 60 + 0.2005 * 20) * 0.669;
  CHECK(part(e, "parameter_memory").nominal == Approx(9 * parameter * kPico));

  // 23 additions of 12 bits; the idle lane of h adds zero 3 times.
  const Interval accumulate = part(e, "accumulate");
  CHECK(accumulate.nominal == Approx(23 * 12 * 0.05 / 16 * kPico));
  CHECK(accumulate.low == Approx(23 * 12 * 0.05 / 16 * 0.6 * kPico));
  CHECK(accumulate.high == Approx(26 * 12 * 0.05 / 16 * 2.1 * kPico));

  // 21 updates; the constant decay may fold away.
  const double multiply = 10 * 9 * 0.2 / 64;
  const double compare = 20 * 0.02947 / 32;
  const double add = (20 + 28) * 0.05 / 16;
  const Interval update = part(e, "update");
  CHECK(update.nominal == Approx(21 * (multiply + compare + add) * kPico));
  CHECK(update.low == Approx(21 * (compare * 0.669 + add * 0.6) * kPico));

  CHECK(part(e, "spike_bitmap").nominal == Approx((18 + 2 * 8) * 0.009 * kPico));
  CHECK(part(e, "readout").nominal == Approx((36 * 0.009 + 18 * 0.05 / 16) * kPico));

  // Pipelines of 66 (h, with its threshold) and 56 bits in two lanes each.
  CHECK(part(e, "clock").nominal == Approx((66 + 56) * 2 * 40 * 0.009 * kPico));
  CHECK(part(e, "clock").low == Approx((66 * 9 + 56 * 3) * 2 * 0.009 * 0.669 * kPico));
}

TEST_CASE("the total is the sum of its parts, in every bound, on every target", "[energy]") {
  for (const std::string& target : hw_models::energy_targets()) {
    INFO(target);
    const EnergyEstimate e = estimate(target);
    Interval sum;
    for (const auto& c : e.breakdown) {
      INFO(c.name);
      CHECK(c.energy_j.low >= 0);
      CHECK(c.energy_j.low <= c.energy_j.nominal);
      CHECK(c.energy_j.nominal <= c.energy_j.high);
      CHECK(std::isfinite(c.energy_j.high));
      sum += c.energy_j;
    }
    CHECK(sum.nominal == Approx(e.energy_j.nominal));
    CHECK(e.energy_j.low > 0);
    CHECK(e.energy_j.low < e.energy_j.high);
    CHECK(e.breakdown.size() == 9);
    CHECK(e.sources.size() > 8);
    CHECK(e.naive_sop_energy_j == Approx(23 * 0.9 * kPico));
  }
}

TEST_CASE("static power and the clock tree on the iCE40UP5K", "[energy]") {
  const EnergyEstimate e = estimate("ice40-up5k", 4800);
  CHECK(e.clock_hz == 24e6);
  CHECK(part(e, "leakage").nominal == Approx(104.3e-6 * 4800 / 24e6));
  CHECK(part(e, "clock").nominal == Approx((53 * 4800 + (66 + 56) * 2 * 4800 * 0.014) * kPico));
  // Half the clock: twice the time and static energy, the same for every action.
  const EnergyEstimate slow = estimate("ice40-up5k", 4800, 12e6);
  CHECK(part(slow, "leakage").nominal == Approx(2 * part(e, "leakage").nominal));
  CHECK(part(slow, "clock").nominal == Approx(part(e, "clock").nominal));
  CHECK(part(slow, "weight_memory").nominal == Approx(part(e, "weight_memory").nominal));
}

TEST_CASE("a netlist's own activity takes the place of its logic's estimate", "[energy]") {
  const EnergyEstimate before = estimate("ice40-up5k");
  const EnergyEstimate e = hw_models::with_activity(before, {100, 7, 3});
  CHECK(part(e, "logic").nominal == Approx(100 * 0.502 * kPico));
  CHECK(part(e, "logic").high == Approx(100 * 0.502 * 1.52 * kPico));
  CHECK(part(e, "flip_flops").nominal == Approx(7 * 40 * 0.01441 * kPico));
  CHECK(part(e, "multipliers").nominal == Approx(3 * 20 * kPico));
  CHECK(part(e, "clock").nominal == Approx(40 * 53 * kPico));
  Interval sum;
  for (const auto& c : e.breakdown) sum += c.energy_j;
  for (const char* kept : {"weight_memory", "state_memory", "parameter_memory", "leakage"}) {
    CHECK(part(e, kept).nominal == part(before, kept).nominal);
  }
  CHECK(e.breakdown.size() == 8);
  CHECK(e.energy_j.nominal == Approx(sum.nominal));
  CHECK(e.energy_j.low == Approx(sum.low));
  CHECK_THROWS_AS(hw_models::with_activity(estimate("asic45"), {}), support::InputError);
}

TEST_CASE("graded input pays for its multiplications", "[energy]") {
  ir::QuantizedNetwork network = test::energy_network();
  const EnergyEstimate binary = estimate("asic45");
  network.inputs[0].max_value = 100;  // 8 bits with sign
  const EnergyEstimate graded =
      hw_models::estimate_energy(counts(), network, test::energy_mapping(), "asic45");
  CHECK(part(graded, "accumulate").nominal - part(binary, "accumulate").nominal ==
        Approx(15 * 6 * 8 * 0.2 / 64 * kPico));
}

TEST_CASE("a calibrated table charges its terms, as wide as its worst error", "[energy]") {
  const hw_models::Counts c = counts();
  const auto network = test::energy_network();
  const auto terms = hw_models::logic_terms(c, network, test::energy_mapping());
  const auto term = [&](std::string_view role) {
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (hw_models::kLogicTerms[i].role == role) return terms[i];
    }
    return -1.0;
  };
  CHECK(term("clock_lane") == Approx((66 + 56) * 2 * c.cycles));
  CHECK(term("clock_population") == Approx(2 * c.cycles));
  CHECK(term("clock_design") == c.cycles);
  CHECK(term("logic_event") == 7);
  CHECK(term("logic_weight") == Approx((9 + 4) * 2 * 6));
  CHECK(term("logic_add") == Approx((9 + 4) * 2 * 12));
  CHECK(term("logic_multiply") == 0);  // both decays are constants
  CHECK(term("logic_multiply_constant") > 0);
  const EnergyEstimate e = estimate("sky130hd");
  const auto& table =
      *std::find_if(hw_models::coefficient_tables().begin(), hw_models::coefficient_tables().end(),
                    [](const auto& t) { return t.target == "sky130hd"; });
  const double worst = table.calibration->worst_error;
  const Interval& add = part(e, "accumulate");
  CHECK(add.nominal == Approx(term("logic_add") * table.at("logic_add").base().nominal +
                              term("logic_weight") * table.at("logic_weight").base().nominal +
                              term("logic_event") * table.at("logic_event").base().nominal));
  CHECK(add.low == Approx(add.nominal * (1 - worst)));
  CHECK(add.high == Approx(add.nominal * (1 + worst)));
}

TEST_CASE("the same network of activations: every weight once", "[energy]") {
  for (const std::string& target : hw_models::energy_targets()) {
    INFO(target);
    const EnergyEstimate e = estimate(target);
    const hw_models::AnnComparison ann =
        hw_models::compare_with_ann(e, counts(), test::energy_network(), test::energy_mapping());
    CHECK(ann.macs == 4 * 5 + 5 * 2);
    CHECK(ann.weight_bits_read == (4 * 3 + 5 * 1) * 12);
    CHECK(ann.cycles == 12);
    CHECK(ann.spikes_per_synapse == Approx(23.0 / 30));
    CHECK(ann.spike_rate == Approx(7.0 / (3 * (4 + 5))));
    CHECK(ann.energy_j.low > 0);
    CHECK(ann.energy_j.nominal < ann.energy_j.high);
    if (ann.break_even_rate) {
      // At the rate at which both take as much, less than here takes less.
      CHECK((*ann.break_even_rate < ann.spike_rate) == (ann.energy_j.nominal < e.energy_j.nominal));
    } else {
      CHECK(ann.energy_j.nominal < e.energy_j.nominal);
    }
  }
}

TEST_CASE("another node is named as such, with the error that scaling had", "[energy]") {
  const EnergyEstimate own = estimate("sky130hd");
  const EnergyEstimate e = hw_models::scale_to_node(own, 45);
  const hw_models::NodeScaling s = hw_models::node_scaling(130, 45);
  CHECK(s.factor == Approx(1 / 16.7));
  CHECK(s.voltage == 0.9);
  CHECK(s.low == Approx(1 / 3.27).epsilon(0.02));
  CHECK(s.high == Approx(1 / 0.51).epsilon(0.02));
  CHECK(s.text.find("Stillmaker") != std::string::npos);
  CHECK(part(e, "clock").nominal == Approx(part(own, "clock").nominal / 16.7));
  CHECK(part(e, "clock").low == Approx(part(own, "clock").low / 16.7 * 0.31));
  CHECK(part(e, "clock").high == Approx(part(own, "clock").high / 16.7 * 1.96));
  CHECK(part(e, "leakage").nominal == part(own, "leakage").nominal);
  CHECK(part(e, "leakage").high == Approx(10 * part(own, "leakage").high));
  Interval sum;
  for (const auto& c : e.breakdown) sum += c.energy_j;
  CHECK(e.energy_j.nominal == Approx(sum.nominal));
  CHECK(e.sources.front() == s.text);
  CHECK(hw_models::scale_to_node(own, 130).energy_j.nominal == Approx(own.energy_j.nominal));
  CHECK_THROWS_AS(hw_models::node_scaling(130, 28), support::InputError);
  CHECK_THROWS_AS(hw_models::scale_to_node(estimate("ice40-up5k"), 45), support::InputError);
}

TEST_CASE("an unknown target and an impossible clock are the user's mistakes", "[energy]") {
  CHECK_THROWS_WITH(estimate("asic7"),
                    Catch::Contains("there are no energy coefficients for asic7") &&
                        Catch::Contains("[bad-option]") &&
                        Catch::Contains("asic45, ice40-up5k, sky130, sky130hd"));
  CHECK_THROWS_AS(hw_models::default_clock_hz(""), support::InputError);
  CHECK_THROWS_AS(estimate("asic45", 40, -1), support::InputError);
  CHECK_THROWS_AS(estimate("asic45", 40, INFINITY), support::InputError);
  CHECK(hw_models::default_clock_hz("asic45") == 100e6);
}

TEST_CASE("the comparison goes from the barest figure to the chips", "[energy]") {
  const EnergyEstimate e = estimate("asic45");
  const auto rows = hw_models::comparison_rows(e);
  REQUIRE(rows.size() == 11);
  CHECK(rows[0].energy_j.nominal == Approx(23 * 0.03 * kPico));
  CHECK(rows[1].energy_j.nominal == Approx(e.naive_sop_energy_j));
  CHECK(rows[2].energy_j.low == e.energy_j.low);
  CHECK(rows[2].energy_j.high == e.energy_j.high);
  CHECK(rows[3].energy_j.nominal == Approx(23 * 1.54 * kPico));
  CHECK(rows[4].energy_j.low == Approx(23 * 2.5 * kPico));
  CHECK(rows[4].energy_j.high == Approx(23 * 26 * kPico));
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK_FALSE(row.citation.empty());
    CHECK_FALSE(row.basis.empty());
  }
}
