// Neurons that the proof calls silent never spike, whatever the network.
#include <algorithm>
#include <catch2/catch.hpp>

#include "compiler/analysis/overflow.h"
#include "sim/reference/integer_model.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

TEST_CASE("silent neurons never spike", "[analysis]") {
  std::size_t silent_neurons = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const RandomCase c = random_case(seed);
    const std::vector<std::vector<bool>> silent = analysis::silent_neurons(c.quantized);
    REQUIRE(silent.size() == c.quantized.populations.size());
    const sim::IntegerModel model(c.quantized);
    sim::IntegerResult result;
    for (std::size_t k = 0; k < c.data.samples; ++k) {
      model.run(c.data, k, result);
      for (std::size_t p = 0; p < silent.size(); ++p) {
        const auto& spikes = result.recording.spikes[p];
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < spikes.data.size(); ++i) {
          if (silent[p][i % spikes.cols] && spikes.data[i] != 0) ++wrong;
        }
        CHECK(wrong == 0);
      }
    }
    for (const auto& p : silent) {
      silent_neurons += static_cast<std::size_t>(std::count(p.begin(), p.end(), true));
    }
  }
  CHECK(silent_neurons > 0);
}

}  // namespace
}  // namespace hillock::tests
