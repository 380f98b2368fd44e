// Descent on a neuron's spikes: it finds integers that spike as the target does, and says what they
// cost.
#include "compiler/passes/spike_descent.h"

#include <catch2/catch.hpp>

#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

constexpr std::size_t kSteps = 20;
constexpr std::size_t kEpisodes = 12;
constexpr std::size_t kWeights = 6;

struct Neuron {
  std::vector<passes::Column> columns{kWeights};
  passes::DescentCase c;

  explicit Neuron(std::uint64_t seed) {
    Random r(seed);
    for (std::uint32_t at = 0; at < kEpisodes * kSteps; ++at) {
      for (auto& column : columns) {
        if (!r.chance(0.3)) continue;
        column.at.push_back(at);
        column.value.push_back(1);
      }
    }
    c.steps = kSteps;
    c.fraction_bits = 2;
    c.weight_bits = 4;
    numeric::NeuronConstants k;
    k.threshold = 40;
    k.decay = {7, 3};
    k.membrane_bits = 30;
    c.constants.assign(kEpisodes, k);
    for (const auto& column : columns) c.columns.push_back(&column);
    c.loss = {0.9, 0.1};
    c.passes = 4;
  }

  // The spikes of other weights become the target.
  void aim_at(const std::vector<std::int32_t>& weight) {
    std::vector<std::int64_t> sum(kEpisodes * kSteps, 0);
    for (std::size_t i = 0; i < kWeights; ++i) {
      for (const std::uint32_t at : columns[i].at) sum[at] += weight[i];
    }
    c.target.clear();
    for (std::size_t e = 0; e < kEpisodes; ++e) {
      auto& target = c.target.emplace_back();
      std::int64_t v = 0;
      for (std::size_t t = 0; t < kSteps; ++t) {  // docs/arithmetic.md, delayed subtraction
        const bool above = v > 40;
        v = ((v * 7 + 4) >> 3) + sum[e * kSteps + t] * 4 - (above ? 40 : 0);
        target.push_back(v > 40 ? 1 : 0);
      }
    }
    c.wanted.assign(weight.begin(), weight.end());
  }
};

TEST_CASE("weights that spike as they should are left alone", "[passes]") {
  Neuron n(1);
  const std::vector<std::int32_t> weight{7, -3, 5, 2, -6, 4};
  n.aim_at(weight);
  const passes::Descended d = passes::descend(n.c, weight);
  CHECK(d.before == 0);
  CHECK(d.after == 0);
  CHECK(d.weight == weight);
  CHECK(d.threshold == 0);
}

TEST_CASE("descent mends weights and thresholds that are off", "[passes]") {
  double before = 0;
  double after = 0;
  for (std::uint64_t seed = 2; seed < 8; ++seed) {
    Neuron n(seed);
    const std::vector<std::int32_t> weight{7, -3, 5, 2, -6, 4};
    n.aim_at(weight);
    std::vector<std::int32_t> off = weight;
    off[0] -= 2;
    off[3] += 2;
    for (auto& k : n.c.constants) k.threshold += 6;
    const passes::Descended d = passes::descend(n.c, off);
    CHECK(d.after <= d.before);
    for (const std::int32_t w : d.weight) CHECK(std::abs(w) <= 7);
    before += d.before;
    after += d.after;
  }
  CHECK(before > 0);
  CHECK(after < 0.5 * before);
}

TEST_CASE("weights of one bit only change their sign", "[passes]") {
  Neuron n(9);
  n.aim_at({7, -3, 5, 2, -6, 4});
  n.c.weight_bits = 1;
  for (auto& k : n.c.constants) k.threshold = 8;
  const passes::Descended d = passes::descend(n.c, {-1, 1, -1, 1, -1, 1});
  for (const std::int32_t w : d.weight) CHECK(std::abs(w) == 1);
  CHECK(d.after < d.before);
}

}  // namespace
}  // namespace hillock::tests
