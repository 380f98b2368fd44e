// Size: the fitted table, how estimates add up, and the fit itself.
#include "hw_models/size/size.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <numeric>

#include "compiler/ir/layout.h"
#include "tests/support/nonnegative.h"
#include "tests/support/random_network.h"

using namespace hillock;
using nlohmann::json;

namespace {

json table_with_all_terms() {
  json luts;
  for (const std::string_view name : hw_models::kSizeTerms) luts[std::string(name)] = 1.5;
  return {
      {"target", "t"}, {"designs", 3}, {"mean_error", 0.1}, {"worst_error", 0.2}, {"luts", luts}};
}

}  // namespace

TEST_CASE("the table of sizes is fitted, and says how far off it is", "[size]") {
  const hw_models::SizeTable& table = hw_models::size_table();
  CHECK(table.designs >= 20);
  CHECK(table.mean_error > 0);
  CHECK(table.worst_error >= table.mean_error);
}

TEST_CASE("a table of sizes without a term, or with less than nothing, is refused", "[size]") {
  json table = table_with_all_terms();
  CHECK(hw_models::parse_size_table(table.dump()).luts[3] == 1.5);
  table["luts"]["state"] = -1;
  CHECK_THROWS(hw_models::parse_size_table(table.dump()));
  table["luts"].erase("state");
  CHECK_THROWS(hw_models::parse_size_table(table.dump()));
}

TEST_CASE("the populations' LUTs and the design's own add up, and more lanes take more", "[size]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const tests::RandomCase c = tests::random_case(seed);
    const std::vector<double> each = hw_models::estimate_luts_by_population(c.quantized, c.mapping);
    const double whole = hw_models::estimate_luts(c.quantized, c.mapping);
    const double own = hw_models::size_table().luts[0];
    CAPTURE(seed);
    CHECK(std::accumulate(each.begin(), each.end(), own) == Approx(whole));
    ir::Mapping one = c.mapping;
    for (int& lanes : one.lanes) lanes = 1;
    for (int& lanes : one.update_lanes) lanes = 1;
    CHECK(hw_models::estimate_luts(c.quantized, ir::fit_lanes(c.quantized, one)) <= 1.2 * whole);
  }
}

TEST_CASE(
    "non-negative least squares finds what made the figures, or leaves out what would be negative",
    "[size]") {
  const std::vector<std::vector<double>> rows = {{1, 0}, {1, 1}, {1, 2}, {2, 1}};
  const std::vector<double> x = tests::nonnegative_least_squares(rows, {3, 5, 7, 8});
  CHECK(x[0] == Approx(3));
  CHECK(x[1] == Approx(2));
  // The best line would fall: its slope is left at nothing.
  const std::vector<double> flat = tests::nonnegative_least_squares(rows, {3, 2.5, 2, 5.5});
  CHECK(flat[1] == 0);
  CHECK(flat[0] > 2);
}
