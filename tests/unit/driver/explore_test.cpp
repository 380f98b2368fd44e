// The parts of explore that choose: words, combinations, lanes, fronts and picks.
#include <catch2/catch.hpp>

#include "compiler/driver/explore/front.h"
#include "compiler/driver/explore/result_cache.h"
#include "compiler/driver/explore/space.h"
#include "compiler/passes/signed_digits.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using driver::Objectives;
using Indices = std::vector<std::size_t>;

TEST_CASE("words of an axis", "[explore]") {
  CHECK(driver::parse_words("--weight-bits", "2,4,6+out=8") ==
        std::vector<std::string>{"2", "4", "6,out=8"});
  CHECK_THROWS_AS(driver::parse_words("--lanes", "1,,2"), driver::UsageError);
  CHECK_THROWS_AS(driver::parse_words("--lanes", "1,1"), driver::UsageError);
}

TEST_CASE("combinations, the most usual first", "[explore]") {
  const auto all =
      driver::all_choices({{"weight-bits", {"2", "4"}}, {"membrane-bits", {"chosen", "12"}}});
  REQUIRE(all.size() == 4);
  CHECK(all[0] == driver::Choice{{"weight-bits", "2"}});
  CHECK(all[1] == driver::Choice{{"weight-bits", "4"}});
  CHECK(all[3] == driver::Choice{{"weight-bits", "4"}, {"membrane-bits", "12"}});
  driver::CompileOptions options;
  driver::apply_choice(all[3], options);
  CHECK(options.weight_bits.all == "4");
  CHECK(options.membrane_bits.all == "12");
  CHECK_THROWS_AS(driver::apply_choice({{"timesteps", "x"}}, options), driver::UsageError);
}

TEST_CASE("the front leaves out what is beaten, and all but one of equals", "[explore]") {
  const std::vector<Objectives> points = {{0.9, 0.9, 2, 2, 100},  // front
                                          {0.9, 0.9, 2, 2, 100},  // the same again
                                          {0.9, 0.9, 2, 3, 100},  // beaten in energy
                                          {0.8, 0.8, 1, 2, 100},  // front: faster
                                          {0.8, 0.8, 1, 2, 99},   // front, and beats the one before
                                          {0.7, 0.7, 3, 3, 50}};  // front: smallest
  CHECK(driver::pareto_front(points) == Indices{0, 4, 5});
}

TEST_CASE("picks hold their limits", "[explore]") {
  const std::vector<Objectives> points = {{0.90, 0.90, 4, 1, 100},
                                          {0.90, 0.90, 2, 2, 200},
                                          {0.89, 0.89, 1, 2, 400},
                                          {0.50, 0.50, 1, 1, 10}};
  const Indices all = {0, 1, 2, 3};
  driver::Limits limits;
  limits.held_out = 0.88;
  limits.latency_s = 2;
  CHECK(driver::pick(points, all, limits) == 1U);  // the smallest that is fast enough
  limits.latency_s.reset();
  limits.luts = 250;
  CHECK(driver::pick(points, all, limits) == 1U);  // the fastest that is small enough
  limits.luts.reset();
  CHECK(driver::pick(points, all, limits) == 0U);  // the least product
  limits.held_out = 0.95;
  CHECK_FALSE(driver::pick(points, all, limits));
}

TEST_CASE("a spread has the first and the extremes", "[explore]") {
  std::vector<Objectives> points;
  Indices all;
  for (std::size_t i = 0; i < 20; ++i) {
    const auto x = static_cast<double>(i);
    points.push_back({0.5 + x / 100, 0.5 + x / 100, 1 + x, 30 - x, 100 + x});
    all.push_back(i);
  }
  const Indices some = driver::spread(points, all, 7, 5);
  CHECK(some.size() == 5);
  CHECK(some[0] == 7);
  for (const std::size_t extreme : {0U, 19U}) {
    CHECK(std::find(some.begin(), some.end(), extreme) != some.end());
  }
  CHECK(driver::spread(points, all, {}, 50).size() == 20);
}

TEST_CASE("results are kept under their whole key", "[explore]") {
  const TemporaryFolder folder;
  const driver::ResultCache cache(folder / "c", {{"data", "a"}});
  CHECK_FALSE(cache.find({{"k", 1}}));
  cache.keep({{"k", 1}}, {{"x", 2}});
  CHECK(cache.find({{"k", 1}}) == nlohmann::json{{"x", 2}});
  CHECK_FALSE(cache.find({{"k", 2}}));
  CHECK_FALSE(driver::ResultCache(folder / "c", {{"data", "b"}}).find({{"k", 1}}));
  for (const auto& f : std::filesystem::directory_iterator(folder / "c")) {
    support::write_file(f.path(), "{\"half");
  }
  CHECK_FALSE(cache.find({{"k", 1}}));
}

TEST_CASE("decays of few signed digits", "[explore]") {
  CHECK(passes::signed_digits(0) == 0);
  CHECK(passes::signed_digits(7) == 2);
  CHECK(passes::signed_digits(230) == 4);  // 256 - 32 + 8 - 2
  for (std::int64_t m = 0; m <= 256; ++m) {
    for (int digits = 1; digits <= 4; ++digits) {
      const std::int64_t near = passes::with_signed_digits(m, digits, 256);
      CHECK(passes::signed_digits(near) <= digits);
      std::int64_t least = 256;
      for (std::int64_t n = 0; n <= 256; ++n) {
        if (passes::signed_digits(n) <= digits) least = std::min(least, std::abs(n - m));
      }
      CHECK(std::abs(near - m) == least);
    }
  }
}

}  // namespace
}  // namespace hillock::tests
