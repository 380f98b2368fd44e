// The coefficient tables: complete, cited, consistent, documented.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "compiler/support/file.h"
#include "hw_models/energy/coefficients.h"
#include "hw_models/energy/logic_terms.h"
#include "hw_models/energy/memory_energy.h"

using namespace hillock;
using hw_models::Coefficient;
using hw_models::CoefficientTable;
using hw_models::Interval;

namespace {

nlohmann::json good_table() {
  return {{"target", "t"},
          {"title", "test"},
          {"clock_hz", 1e6},
          {"node_nm", 45},
          {"voltage", 0.9},
          {"missing", nlohmann::json::array()},
          {"entries",
           {{{"id", "t.add"},
             {"role", "add"},
             {"value", 0.05},
             {"unit", "pJ"},
             {"low", 0.5},
             {"high", 2},
             {"node_nm", 45},
             {"voltage", "not stated"},
             {"width", 16},
             {"citation", "someone"},
             {"note", "linear"}}}}};
}

const CoefficientTable& table_of(const std::string& target) {
  for (const CoefficientTable& t : hw_models::coefficient_tables()) {
    if (t.target == target) return t;
  }
  throw std::logic_error("no table " + target);
}

}  // namespace

TEST_CASE("an entry without citation, node, voltage, width or order is refused", "[energy]") {
  CHECK(hw_models::parse_table(good_table().dump()).entries.size() == 1);
  for (const char* key : {"id", "role", "value", "unit", "low", "high", "node_nm", "voltage",
                          "width", "citation", "note"}) {
    INFO(key);
    nlohmann::json j = good_table();
    j["entries"][0].erase(key);
    CHECK_THROWS_AS(hw_models::parse_table(j.dump()), std::logic_error);
  }
  const auto refused = [](const char* key, const nlohmann::json& value) {
    nlohmann::json j = good_table();
    j["entries"][0][key] = value;
    INFO(key);
    CHECK_THROWS_AS(hw_models::parse_table(j.dump()), std::logic_error);
  };
  refused("citation", "");
  refused("note", "");
  refused("low", 1.5);
  refused("high", 0.5);
  refused("width", 0);
  refused("voltage", "unknown");
  refused("node_nm", -45);
  refused("unit", "mJ");
  refused("id", "add");
  nlohmann::json twice = good_table();
  twice["entries"].push_back(twice["entries"][0]);
  CHECK_THROWS_AS(hw_models::parse_table(twice.dump()), std::logic_error);
}

TEST_CASE("a calibrated table is as good as is promised", "[energy]") {
  const CoefficientTable& t = table_of("sky130hd");
  REQUIRE(t.calibration);
  CHECK(t.calibration->designs >= 20);
  CHECK(t.calibration->mean_error <= 0.10);
  CHECK(t.calibration->worst_error <= 0.20);
  CHECK(t.calibration->kendall_tau >= 0.9);
  for (const hw_models::LogicTerm& term : hw_models::kLogicTerms) {
    INFO(term.role);
    REQUIRE(t.find(term.role) != nullptr);
    CHECK(t.at(term.role).node_nm == 130.0);
    CHECK(t.at(term.role).voltage == 1.8);
    CHECK(t.at(term.role).width == 1.0);
  }
  nlohmann::json bad = good_table();
  bad["calibration"] = {{"designs", 3}, {"mean_error", 0.1}, {"worst_error", 0.2}};
  CHECK_THROWS_AS(hw_models::parse_table(bad.dump()), std::logic_error);
}

TEST_CASE("what a source does not state needs an interval that shows it", "[energy]") {
  for (const CoefficientTable& t : hw_models::coefficient_tables()) {
    for (const Coefficient& c : t.entries) {
      INFO(c.id);
      if (!c.node_nm || !c.voltage) CHECK(c.high >= 1.4 * c.low);
    }
  }
}

TEST_CASE("every coefficient is in the document", "[energy]") {
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../../..";
  const std::string doc = support::read_file(root / "docs/energy.md");
  const auto documented = [&doc](const Coefficient& c) {
    INFO(c.id);
    CHECK(doc.find("`" + c.id + "`") != std::string::npos);
  };
  for (const CoefficientTable& t : hw_models::coefficient_tables()) {
    for (const Coefficient& c : t.entries) documented(c);
  }
  for (const auto& f : hw_models::published_figures()) documented(f.figure);
}

TEST_CASE("coefficients scale linearly with width, multipliers with both widths", "[energy]") {
  const CoefficientTable& t = table_of("asic45");
  CHECK(t.at("add").per_bit().nominal * 32 == Approx(0.1e-12));
  CHECK(t.at("multiply").per_bit_product().low * 32 * 32 == Approx(3.1e-12).epsilon(1e-3));
  CHECK(t.at("multiply").per_bit_product().high * 32 * 32 == Approx(12.68e-12).epsilon(1e-3));
  CHECK(t.at("leak_add").base().nominal == Approx(2.4e-6));
  CHECK_THROWS_AS(t.at("sram_read_base").per_bit(), std::logic_error);
  CHECK_THROWS_AS(t.at("clock_tree"), std::logic_error);
}

TEST_CASE("Horowitz's SRAM accesses lie within the interval", "[energy]") {
  struct Access {
    std::int64_t kilobytes;
    double joules;
  };
  for (const Access a : {Access{8, 10e-12}, Access{32, 20e-12}, Access{1024, 100e-12}}) {
    const Interval e =
        hw_models::read_energy(table_of("asic45"), {a.kilobytes * 1024 * 8 / 64, 64});
    INFO(a.kilobytes);
    CHECK(e.low <= a.joules);
    CHECK(e.high >= a.joules);
  }
}

TEST_CASE("a 32-bit read of 1 KB in sky130 costs what its macro was characterized at", "[energy]") {
  const CoefficientTable& t = table_of("sky130");
  CHECK(hw_models::read_energy(t, {256, 32}).nominal == Approx(15.8e-12).epsilon(0.001));
  CHECK(hw_models::memory_leakage(t, {256, 32}).nominal == Approx(0.91e-6));
  // Idle: 100 cycles, 40 of them accesses; nothing is promised where the clock is gated.
  const Interval idle = hw_models::idle_energy(t, {256, 32}, 100, 40);
  CHECK(idle.low == 0);
  CHECK(idle.nominal == Approx(60 * 7.2e-12));
  CHECK(hw_models::idle_energy(t, {512, 32}, 100, 40).nominal == Approx(2 * 60 * 7.2e-12));
}

TEST_CASE("block RAM is charged by the block, up to the whole device", "[energy]") {
  const CoefficientTable& t = table_of("ice40-up5k");
  const double one = t.at("block_access").base().nominal;
  const double most = t.at("block_access").base().high;
  const Interval small = hw_models::read_energy(t, {256, 16});
  CHECK(small.nominal == Approx(one));
  CHECK(small.high == Approx(most));
  const Interval wide_and_deep = hw_models::read_energy(t, {257, 17});
  CHECK(wide_and_deep.nominal == Approx(2 * one));
  CHECK(wide_and_deep.high == Approx(4 * most));
  CHECK(hw_models::read_energy(t, {100000, 512}).high == Approx(30 * most));
}
