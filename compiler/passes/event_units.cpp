#include "compiler/passes/event_units.h"

#include <algorithm>
#include <cmath>

namespace hillock::passes {
namespace {

// Fraction bits that make units finer than the membrane's weights.
constexpr int kMostFractionBits = 16;

// Largest magnitude of what an element of a source sends; membranes, which have no such bound
// before their own weights are known, count as 1.
double largest_value(const ir::Network& network, const Calibration& calibration,
                     const ir::Source& source) {
  if (source.kind == ir::Source::Kind::Population) {
    return network.populations[source.index].max_spikes;
  }
  if (calibration.input_max.empty()) return 1;
  const auto largest = static_cast<double>(
      std::max(std::abs(calibration.input_min[source.index]), calibration.input_max[source.index]));
  return calibration.input_scale.empty() ? largest
                                         : largest / calibration.input_scale[source.index];
}

// Largest magnitude of a membrane: as seen, else as far as weights and leak can take it.
double membrane_range(const ir::Network& network, const QuantizeOptions& options,
                      const Calibration& calibration, std::size_t population) {
  if (!calibration.membrane_max.empty() && calibration.membrane_max[population] > 0) {
    return calibration.membrane_max[population];
  }
  const ir::Population& p = network.populations[population];
  std::vector<double> step(p.neurons(), 0);
  for (std::size_t j = 0; j < step.size(); ++j) {
    step[j] = std::abs(p.bias[j]) + std::abs(p.current_bias[j]);
  }
  for (const ir::Projection& k : network.projections) {
    if (k.target != population || std::holds_alternative<ir::MaxPool>(k.connectivity)) continue;
    const double value = largest_value(network, calibration, k.source);
    for (std::size_t i = 0; i < ir::source_count(k.connectivity); ++i) {
      ir::for_each_synapse(k.connectivity, i, [&](std::size_t j, double weight) {
        step[j] += std::abs(weight) * value;
      });
    }
  }
  const auto memory = [&](double decay) {
    return decay >= 1 ? options.timesteps : std::min<double>(options.timesteps, 1 / (1 - decay));
  };
  double range = *std::max_element(step.begin(), step.end()) * memory(p.decay.max());
  if (p.synapse == ir::Synapse::Current) range *= memory(p.current_decay.max());
  return range > 0 ? range : 1;
}

double finest_event_unit(const ir::Network& network, const QuantizeOptions& options,
                         const Calibration& calibration, std::size_t population) {
  const int bits = options.value_bits.empty()
                       ? kDefaultValueBits
                       : options.value_bits[population].value_or(kDefaultValueBits);
  return membrane_range(network, options, calibration, population) /
         static_cast<double>(numeric::max_of(bits));
}

}  // namespace

int event_exponent(const ir::Network& network, const QuantizeOptions& options,
                   const Calibration& calibration, std::size_t population, double scale) {
  const int finest = -options.fraction_bits[population].value_or(kMostFractionBits);
  const double unit = finest_event_unit(network, options, calibration, population);
  return std::max(finest, static_cast<int>(std::ceil(std::log2(unit * scale))));
}

double coarsest_event_unit(const ir::Network& network, const QuantizeOptions& options,
                           const Calibration& calibration, std::size_t population) {
  return 2 * finest_event_unit(network, options, calibration, population);
}

}  // namespace hillock::passes
