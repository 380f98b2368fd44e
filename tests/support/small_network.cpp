#include "tests/support/small_network.h"

#include <fmt/format.h>

#include <optional>

#include "compiler/driver/widths.h"
#include "compiler/passes/quantize.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

ir::QuantizedPopulation population(const std::string& name, std::size_t neurons, Random& r) {
  ir::QuantizedPopulation p;
  p.name = name;
  p.shape = {neurons};
  p.fraction_bits = 1;
  p.decay_shift = 2;
  p.decay = ir::PerNeuron<std::int64_t>(3);
  p.bias = ir::per_neuron(neurons, [&](std::size_t) { return r.whole(-1, 2); });
  p.threshold = ir::per_neuron(neurons, [&](std::size_t) { return r.whole(4, 9); });
  p.scale = ir::PerNeuron<double>(1.0);
  return p;
}

SmallCase make(std::size_t hidden, int hidden_lanes, std::size_t outputs, int output_lanes,
               std::optional<int> membrane_bits) {
  Random r(11);
  SmallCase c;
  const std::size_t inputs = 20;
  c.network.name = "small";
  c.network.timesteps = 12;
  c.network.inputs.push_back({"in", {inputs}, 0, 1});
  c.network.populations.push_back(population("p0", hidden, r));
  c.network.populations.push_back(population("p1", outputs, r));
  c.network.output = 1;
  std::size_t sources = inputs;
  for (std::size_t p = 0; p < 2; ++p) {
    ir::QuantizedDense dense;
    dense.weight = support::Matrix<std::int32_t>(c.network.populations[p].neurons(), sources);
    for (std::int32_t& w : dense.weight.data) w = static_cast<std::int32_t>(r.whole(-2, 3));
    const ir::Source source{p == 0 ? ir::Source::Kind::Input : ir::Source::Kind::Population, 0};
    c.network.projections.push_back({fmt::format("w{}", p), source, p, std::move(dense), 3, 0, {}});
    sources = hidden;
  }
  const std::vector<std::optional<int>> bits(2, membrane_bits);
  driver::assign_proved_widths(c.network, bits);
  c.mapping.lanes = {hidden_lanes, output_lanes};
  ir::verify(c.network);
  ir::verify(c.network, c.mapping);

  c.data.file = "small";
  c.data.samples = 4;
  c.data.timesteps = 12;
  c.data.features = {inputs};
  c.data.x.resize(c.data.samples * c.data.timesteps * inputs);
  for (float& x : c.data.x) x = r.chance(0.3) ? 1.0F : 0.0F;
  return c;
}

}  // namespace

SmallCase small_case() { return make(24, 8, 12, 4, std::nullopt); }
SmallCase wide_case() { return make(140, 140, 12, 4, std::nullopt); }
SmallCase slow_consumer_case() { return make(24, 24, 60, 1, std::nullopt); }
SmallCase saturating_case() { return make(24, 8, 12, 4, 5); }

}  // namespace hillock::tests
