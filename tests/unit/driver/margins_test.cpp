// The loss that is expected from how margins move.
#include "compiler/driver/margins.h"

#include <catch2/catch.hpp>
#include <vector>

namespace hillock::tests {
namespace {

using driver::expected_loss;
using driver::margin_of;

TEST_CASE("a margin is the right class's lead over the best of the others", "[driver]") {
  CHECK(margin_of(std::vector<double>{1, 5, 3}, 1) == 2);
  CHECK(margin_of(std::vector<int>{1, 5, 3}, 0) == -4);
  CHECK(margin_of(std::vector<int>{-1, -5}, 0) == 4);
  CHECK(margin_of(std::vector<int>{7}, 0) == 0);  // nothing to be confused with
}

TEST_CASE("margins that stay, or keep their proportions, cost nothing", "[driver]") {
  std::vector<double> before;
  for (int i = -20; i < 80; ++i) before.push_back(i);
  CHECK(expected_loss(before, before) == Approx(0).margin(1e-9));
  std::vector<double> scaled;
  for (const double m : before) scaled.push_back(64 * m);
  CHECK(expected_loss(before, scaled) == Approx(0).margin(1e-9));
}

TEST_CASE("a decision is lost in expectation where others like it moved that far", "[driver]") {
  // Forty samples lead by 1; every fourth loses 2, as it happens none of them decides otherwise
  // than its neighbour could have. A fifth of 40 is fewer than 20: those are alike.
  const std::vector<double> before(40, 1.0);
  std::vector<double> after(40, 1.0);
  for (std::size_t i = 0; i < 40; i += 4) after[i] = -1;
  // The scale that fits best is 0.5: margins of 0.5 and -0.5 remain; a quarter of all are lost.
  CHECK(expected_loss(before, after) == Approx(10));
  // Wide margins lose nothing by the same noise, and a tie is right half of the time.
  const std::vector<double> wide(40, 100.0);
  std::vector<double> shaken(40, 100.0);
  for (std::size_t i = 0; i < 40; i += 4) shaken[i] = 98;
  CHECK(expected_loss(wide, shaken) == Approx(0).margin(1e-9));
  const std::vector<double> ties(40, 0.0);
  CHECK(expected_loss(ties, std::vector<double>(40, 0.0)) == Approx(0).margin(1e-9));
}

}  // namespace
}  // namespace hillock::tests
