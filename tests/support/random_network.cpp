#include "tests/support/random_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/analysis/overflow.h"
#include "compiler/passes/quantize.h"

namespace hillock::tests {
namespace {

using ir::Population;
using ir::ResetMechanism;
using ir::ResetTiming;

// Mostly small, now and then up to 300: big ones take long to compile.
std::size_t random_size(Random& r) {
  if (r.chance(0.1)) return static_cast<std::size_t>(r.whole(65, 300));
  if (r.chance(0.2)) return static_cast<std::size_t>(r.whole(1, 3));
  return static_cast<std::size_t>(r.whole(4, 64));
}

template <typename F>
ir::PerNeuron<double> random_parameter(Random& r, std::size_t n, F draw) {
  if (r.chance(0.5)) return {draw()};
  return ir::per_neuron(n, [&](std::size_t) { return draw(); });
}

ir::ResetRule random_reset(Random& r) {
  static constexpr ResetMechanism kMechanisms[] = {ResetMechanism::None, ResetMechanism::Subtract,
                                                   ResetMechanism::Subtract, ResetMechanism::Zero};
  static constexpr ResetTiming kTimings[] = {ResetTiming::Delayed, ResetTiming::SameStep,
                                             ResetTiming::SameStepQuirk};
  return {kMechanisms[r.whole(0, 3)], kTimings[r.whole(0, 2)],
          r.chance(0.5) ? ir::ZeroInput::Kept : ir::ZeroInput::Lost};
}

Population random_population(Random& r, std::size_t index, bool spiking) {
  Population p;
  p.name = fmt::format("p{}", index);
  const std::size_t n = random_size(r);
  p.shape = {n};
  p.spiking = spiking;
  p.decay = random_parameter(r, n, [&] {
    const double special[] = {0.0, 0.5, 1.0};
    return r.chance(0.2) ? special[r.whole(0, 2)] : r.real(0.3, 1.0);
  });
  p.bias = r.chance(0.5) ? ir::PerNeuron<double>(0.0)
                         : random_parameter(r, n, [&] { return r.real(-0.3, 0.3); });
  p.threshold = random_parameter(r, n, [&] { return r.real(0.2, 2.0); });
  p.reset = random_reset(r);
  p.reset_value = r.chance(0.7) ? ir::PerNeuron<double>(0.0)
                                : random_parameter(r, n, [&] { return r.real(-0.5, 0.1); });
  p.comparison = r.chance(0.8) ? ir::Comparison::Greater : ir::Comparison::GreaterEqual;
  p.where = {"random", "/" + p.name};
  return p;
}

ir::Dataset random_data(Random& r, std::size_t features, std::size_t steps, int max_value,
                        bool negative) {
  ir::Dataset d;
  d.file = "random";
  d.samples = 3;
  d.timesteps = steps;
  d.features = {features};
  d.x.assign(d.samples * steps * features, 0.0F);
  for (std::size_t t = 0; t < d.samples * steps; ++t) {
    if (r.chance(0.15)) continue;  // an empty step
    const double density = r.chance(0.2) ? 1.0 : r.real(0.0, 0.6);
    for (std::size_t i = 0; i < features; ++i) {
      if (!r.chance(density)) continue;
      d.x[t * features + i] = static_cast<float>(r.whole(negative ? -max_value : 1, max_value));
    }
  }
  return d;
}

ir::Network random_float_network(Random& r, std::size_t inputs, double scale) {
  ir::Network n;
  n.name = "random";
  n.inputs.push_back({"in", {inputs}, {"random", "/in"}});
  const std::int64_t layers = r.whole(1, 4);
  std::size_t sources = inputs;
  for (std::int64_t l = 0; l < layers; ++l) {
    const bool spiking = l + 1 < layers || r.chance(0.8);
    Population p = random_population(r, static_cast<std::size_t>(l), spiking);
    ir::Dense dense;
    dense.weight = support::Matrix<double>(p.neurons(), sources);
    const double size = 2.0 * scale / std::max(1.0, static_cast<double>(sources) * 0.2);
    for (double& w : dense.weight.data) w = r.real(-0.8, 1.0) * size;
    ir::Source source{l == 0 ? ir::Source::Kind::Input : ir::Source::Kind::Population,
                      l == 0 ? 0 : static_cast<std::size_t>(l - 1)};
    n.projections.push_back({fmt::format("w{}", l),
                             source,
                             static_cast<std::size_t>(l),
                             std::move(dense),
                             0,
                             {"random", fmt::format("/w{}", l)}});
    sources = p.neurons();
    n.populations.push_back(std::move(p));
  }
  n.output = n.populations.size() - 1;
  static constexpr ir::Readout kReadouts[] = {ir::Readout::MembraneSum, ir::Readout::MembraneMax,
                                              ir::Readout::MembraneLast};
  const bool by_membrane = !n.populations[n.output].spiking || r.chance(0.2);
  n.readout = by_membrane ? kReadouts[r.whole(0, 2)] : ir::Readout::SpikeCount;
  return n;
}

passes::QuantizeOptions random_options(Random& r, std::size_t populations, int steps) {
  passes::QuantizeOptions o;
  for (std::size_t i = 0; i < populations; ++i) {
    o.weight_bits.push_back(static_cast<int>(r.whole(1, 16)));
    o.fraction_bits.push_back(r.chance(0.5) ? std::nullopt
                                            : std::optional<int>(static_cast<int>(r.whole(4, 10))));
    o.decay_bits.push_back(r.chance(0.6) ? std::nullopt
                                         : std::optional<int>(static_cast<int>(r.whole(0, 12))));
    o.membrane_bits.push_back(r.chance(0.8) ? std::nullopt
                                            : std::optional<int>(static_cast<int>(r.whole(6, 16))));
  }
  o.timesteps = steps;
  return o;
}

void assign_widths(ir::QuantizedNetwork& q, const passes::QuantizeOptions& o) {
  std::vector<passes::WidthBounds> widths;
  for (const auto& b : analysis::bound_populations(q, o.membrane_bits)) {
    widths.push_back({b.sum.lo, b.sum.hi, b.membrane.lo, b.membrane.hi});
  }
  passes::assign_widths(q, widths, o.membrane_bits);
}

std::string describe(const RandomCase& c) {
  std::string out =
      fmt::format("T {}, input {} values {}..{}", c.data.timesteps, c.data.feature_count(),
                  c.quantized.inputs[0].min_value, c.quantized.inputs[0].max_value);
  for (std::size_t i = 0; i < c.quantized.populations.size(); ++i) {
    const ir::QuantizedPopulation& p = c.quantized.populations[i];
    out += fmt::format(
        "; {} neurons, {} lanes, w{} v{}/{} {}", p.neurons(), c.mapping.lanes[i],
        c.quantized.projections_into(i)[0]->weight_bits, p.membrane_bits, p.accumulator_bits,
        p.spiking ? fmt::format("{} {}", ir::name(p.reset.mechanism), ir::name(p.reset.timing))
                  : "li");
  }
  return out + fmt::format("; {}", ir::name(c.quantized.readout));
}

}  // namespace

RandomCase random_case(std::uint64_t seed) {
  Random r(seed * 7919 + 1);
  RandomCase c;
  const auto steps = static_cast<std::size_t>(r.whole(1, 20));
  const std::size_t inputs = random_size(r);
  const bool counts = r.chance(0.25);
  const int max_value = counts ? static_cast<int>(r.whole(2, 9)) : 1;
  const bool negative = counts && r.chance(0.5);
  c.network = random_float_network(r, inputs, 1.0 / max_value);
  c.data = random_data(r, inputs, steps, max_value, negative);
  const passes::QuantizeOptions options =
      random_options(r, c.network.populations.size(), static_cast<int>(steps));
  passes::Calibration calibration;
  calibration.input_min.push_back(negative ? -max_value : 0);
  calibration.input_max.push_back(max_value);
  c.quantized = passes::quantize(c.network, options, calibration);
  assign_widths(c.quantized, options);
  for (const ir::QuantizedPopulation& p : c.quantized.populations) {
    const auto n = static_cast<std::int64_t>(p.neurons());
    const std::int64_t lanes = r.chance(0.2) ? 1 : r.chance(0.25) ? n : r.whole(1, n);
    c.mapping.lanes.push_back(static_cast<int>(lanes));
  }
  ir::verify(c.quantized);
  ir::verify(c.quantized, c.mapping);
  c.description = describe(c);
  return c;
}

}  // namespace hillock::tests
