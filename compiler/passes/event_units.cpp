#include "compiler/passes/event_units.h"

#include <algorithm>
#include <cmath>

namespace hillock::passes {
namespace {

// Fraction bits that make units finer than the membrane's weights.
constexpr int kMostFractionBits = 16;

// Largest magnitude of a membrane: as seen, else as far as weights and leak can take it.
class Range {
 public:
  Range(const ir::Network& network, const QuantizeOptions& options, const Calibration& calibration)
      : network_(network), options_(options), calibration_(calibration) {}

  [[nodiscard]] double of_membrane(std::size_t population) const {
    if (!calibration_.membrane_max.empty() && calibration_.membrane_max[population] > 0) {
      return calibration_.membrane_max[population];
    }
    const ir::Population& p = network_.populations[population];
    std::vector<double> step(p.neurons(), 0);
    for (std::size_t j = 0; j < step.size(); ++j) {
      step[j] = std::abs(p.bias[j]) + std::abs(p.current_bias[j]);
    }
    for (const ir::Projection& k : network_.projections) {
      if (k.target != population) continue;
      if (std::holds_alternative<ir::MaxPool>(k.connectivity)) {
        const double most = of_membrane(k.source.index);
        for (double& s : step) s += most;
        continue;
      }
      const double value = of_events(k, population);
      for (std::size_t i = 0; i < ir::source_count(k.connectivity); ++i) {
        ir::for_each_synapse(k.connectivity, i, [&](std::size_t j, double weight) {
          step[j] += std::abs(weight) * value;
        });
      }
    }
    double range = *std::max_element(step.begin(), step.end()) * memory(p.decay.max());
    if (p.synapse == ir::Synapse::Current) range *= memory(p.current_decay.max());
    return range > 0 ? range : 1;
  }

 private:
  // Of what an element of a projection's source sends. Membranes that feed back, which have no
  // bound of their own, count as 1.
  [[nodiscard]] double of_events(const ir::Projection& projection, std::size_t target) const {
    const ir::Source& source = projection.source;
    if (source.kind == ir::Source::Kind::Population) {
      const ir::Population& p = network_.populations[source.index];
      if (p.spiking) return p.max_spikes;
      return source.index < target ? of_membrane(source.index) : 1;
    }
    if (calibration_.input_max.empty()) return 1;
    const auto largest = static_cast<double>(std::max(
        std::abs(calibration_.input_min[source.index]), calibration_.input_max[source.index]));
    return calibration_.input_scale.empty() ? largest
                                            : largest / calibration_.input_scale[source.index];
  }

  [[nodiscard]] double memory(double decay) const {
    const double steps = options_.timesteps;
    return decay >= 1 ? steps : std::min(steps, 1 / (1 - decay));
  }

  const ir::Network& network_;
  const QuantizeOptions& options_;
  const Calibration& calibration_;
};

}  // namespace

double finest_event_unit(const ir::Network& network, const QuantizeOptions& options,
                         const Calibration& calibration, std::size_t population) {
  const int bits = options.value_bits.empty()
                       ? kDefaultValueBits
                       : options.value_bits[population].value_or(kDefaultValueBits);
  return Range(network, options, calibration).of_membrane(population) /
         static_cast<double>(numeric::max_of(bits));
}

int event_exponent(const QuantizeOptions& options, std::size_t population, double least_unit,
                   double scale) {
  const int finest = -options.fraction_bits[population].value_or(kMostFractionBits);
  return std::max(finest, static_cast<int>(std::ceil(std::log2(least_unit * scale))));
}

}  // namespace hillock::passes
