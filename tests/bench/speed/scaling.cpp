#include "tests/bench/speed/scaling.h"

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/fast/fast_model.h"
#include "tests/bench/speed/stopwatch.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

using nlohmann::json;

constexpr double kDensity = 0.1;
constexpr int kWeight = 7;  // the largest of 4 bits

std::int32_t weight(Random& r) { return static_cast<std::int32_t>(r.whole(-kWeight, kWeight)); }

// Leaky neurons that spike in some of the steps. Widths are stated, not proved: 16 bits are
// watched.
ir::QuantizedPopulation leaky(ir::Shape shape, double inputs) {
  ir::QuantizedPopulation p;
  p.name = "p";
  p.shape = std::move(shape);
  p.decay_shift = 8;
  p.decay = ir::PerNeuron<std::int64_t>(230);
  // A few times the spread of a step's sum.
  p.threshold = ir::PerNeuron<std::int64_t>(
      static_cast<std::int64_t>(12 * std::sqrt(std::max(0.5, kDensity * inputs))));
  p.scale = ir::PerNeuron<double>(1.0);
  p.membrane_bits = p.accumulator_bits = 24;
  return p;
}

ir::QuantizedNetwork network_of(ir::Shape input, ir::QuantizedPopulation population,
                                std::size_t steps) {
  ir::QuantizedNetwork n;
  n.name = "scaling";
  n.inputs.push_back({"in", std::move(input), 0, 1});
  n.populations.push_back(std::move(population));
  n.timesteps = static_cast<int>(steps);
  return n;
}

// Bytes in use on the heap.
std::size_t heap() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

// `weights`: as many as are kept, a byte each, or what a single synapse takes.
json measure(const ir::QuantizedNetwork& network, std::size_t steps, std::size_t runs,
             std::size_t weight_bytes) {
  Random r(5);
  ir::Dataset data;
  data.samples = 1;
  data.timesteps = steps;
  data.features = network.inputs[0].shape;
  data.bytes.resize(steps * data.feature_count());
  for (std::uint8_t& x : data.bytes) x = r.chance(kDensity) ? 1 : 0;

  const std::size_t before = heap();
  const auto model = sim::FastModel::make(network);
  if (model == nullptr) throw std::logic_error("a network of the scaling curves needs 32 bits");
  sim::FastResult result;
  result.keep_events = false;
  model->run(data, 0, result);
  model->run(data, 0, result);
  const std::size_t bytes = heap() - before;
  std::int64_t operations = 0;
  const Stopwatch watch([&] {
    for (std::size_t k = 0; k < runs; ++k) {
      model->run(data, 0, result);
      operations += result.synaptic_operations;
    }
  });
  // V, a step's sum, the threshold, what a reset takes, the decay: 2 bytes each.
  const std::size_t state_bytes = network.populations[0].neurons() * 10;
  return {{"cpu", watch.cpu},
          {"wall", watch.wall},
          {"runs", runs},
          {"steps", steps},
          {"neurons", network.populations[0].neurons()},
          {"synaptic_operations", operations},
          {"spikes", result.spikes},
          {"bytes", bytes},
          {"weight_bytes", weight_bytes},
          {"state_bytes", state_bytes}};
}

}  // namespace

json run_dense(std::size_t sources, std::size_t neurons, std::size_t steps, std::size_t runs) {
  Random r(1);
  ir::QuantizedNetwork n =
      network_of({sources}, leaky({neurons}, static_cast<double>(sources)), steps);
  ir::QuantizedDense dense;
  dense.weight = support::Matrix<std::int32_t>(neurons, sources);
  for (std::int32_t& w : dense.weight.data) w = weight(r);
  n.projections.push_back({"w", {ir::Source::Kind::Input, 0}, 0, std::move(dense), 4, 0, {}});
  return measure(n, steps, runs, sources * neurons);
}

json run_sparse(std::size_t neurons, std::size_t fan_out, std::size_t steps, std::size_t runs) {
  Random r(2);
  constexpr std::size_t kInputs = 1000;
  const double inputs = static_cast<double>(fan_out) *
                        (1 + static_cast<double>(kInputs) / static_cast<double>(neurons));
  ir::QuantizedNetwork n = network_of({kInputs}, leaky({neurons}, inputs), steps);
  const auto join = [&](std::size_t sources) {
    ir::QuantizedSparse sparse;
    sparse.sources = sources;
    sparse.targets = neurons;
    for (std::size_t i = 0; i < sources; ++i) {
      // Spread over all neurons, rising.
      const std::size_t stride = std::max<std::size_t>(neurons / fan_out, 1);
      for (std::size_t k = 0; k < fan_out && k * stride < neurons; ++k) {
        const auto j = k * stride +
                       static_cast<std::size_t>(r.whole(0, static_cast<std::int64_t>(stride) - 1));
        sparse.synapses.push_back({static_cast<std::uint32_t>(i),
                                   static_cast<std::uint32_t>(std::min(j, neurons - 1)),
                                   weight(r)});
      }
    }
    return sparse;
  };
  n.projections.push_back({"in", {ir::Source::Kind::Input, 0}, 0, join(kInputs), 4, 0, {}});
  n.projections.push_back({"back", {ir::Source::Kind::Population, 0}, 0, join(neurons), 4, 1, {}});
  // A weight and the neuron that it reaches: 4 bytes each.
  return measure(n, steps, runs, 8 * fan_out * (kInputs + neurons));
}

json run_conv(std::size_t channels, std::size_t side, std::size_t steps, std::size_t runs) {
  Random r(3);
  ir::QuantizedConv conv;
  ir::ConvGeometry& g = conv.geometry;
  g.in_channels = g.out_channels = channels;
  g.in_height = g.in_width = g.out_height = g.out_width = side;
  g.kernel_height = g.kernel_width = 3;
  g.pad_top = g.pad_left = 1;
  const ir::Shape shape = {channels, side, side};
  ir::QuantizedNetwork n =
      network_of(shape, leaky(shape, 9 * static_cast<double>(channels)), steps);
  conv.weight.resize(g.weights());
  for (std::int32_t& w : conv.weight) w = weight(r);
  const std::size_t weights = g.weights();
  n.projections.push_back({"w", {ir::Source::Kind::Input, 0}, 0, std::move(conv), 4, 0, {}});
  return measure(n, steps, runs, weights);
}

}  // namespace hillock::tests
