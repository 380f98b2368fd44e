// Betas recovered from what snnTorch's exporter makes of them.
#include "compiler/import/snntorch_export.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace hillock::import {
namespace {

constexpr double kDt = 1e-4;

double exported_in_float(float beta) { return static_cast<float>(kDt) / (1.0F - beta); }
double exported_in_double(float beta) { return kDt / (1.0 - static_cast<double>(beta)); }

TEST_CASE("betas that people write come back bit for bit", "[import]") {
  for (int hundredths = 0; hundredths < 100; ++hundredths) {
    const float beta = static_cast<float>(hundredths) / 100.0F;
    CAPTURE(beta);
    CHECK(recover_beta(exported_in_float(beta), true, kDt).beta == beta);
    CHECK(recover_beta(static_cast<float>(exported_in_double(beta)), true, kDt).beta == beta);
    CHECK(recover_beta(exported_in_double(beta), false, kDt).beta == beta);
  }
  for (const float beta : {0.999F, 0.9999F, 0.95123F, 0.81873075F, 0.999999F}) {
    CHECK(recover_beta(exported_in_float(beta), true, kDt).beta == beta);
    CHECK(recover_beta(exported_in_double(beta), false, kDt).beta == beta);
  }
}

TEST_CASE("learned betas come back, or one that exports alike", "[import]") {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  int unique = 0;
  for (int i = 0; i < 2000; ++i) {
    const float beta = uniform(random);
    if (beta == 1.0F) continue;
    CAPTURE(beta);
    const RecoveredBeta narrow = recover_beta(exported_in_float(beta), true, kDt);
    CHECK(narrow.exact);
    if (!narrow.ambiguous) {
      CHECK(narrow.beta == beta);
      ++unique;
    } else {
      CHECK(std::abs(narrow.beta - beta) < 2e-7);
    }
    CHECK(recover_beta(exported_in_double(beta), false, kDt).beta == beta);
  }
  CHECK(unique > 500);
}

TEST_CASE("a tau that snnTorch cannot have written is taken as it is", "[import]") {
  const RecoveredBeta r = recover_beta(1.2345678901e-3, false, kDt);
  CHECK_FALSE(r.exact);
  CHECK(r.beta == 1.0 - kDt / 1.2345678901e-3);
}

TEST_CASE("the exporter's gain is one, up to float32", "[import]") {
  const double tau = exported_in_float(0.9F);
  CHECK(is_unit_gain(static_cast<float>(tau) / static_cast<float>(kDt), tau, kDt));
  CHECK(is_unit_gain(tau / kDt, tau, kDt));
  CHECK_FALSE(is_unit_gain(tau / kDt * 1.0001, tau, kDt));
  CHECK_FALSE(is_unit_gain(1.0, tau, kDt));
}

}  // namespace
}  // namespace hillock::import
