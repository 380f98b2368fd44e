#include "compiler/passes/scales.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/passes/event_units.h"
#include "compiler/passes/scale_search.h"

namespace hillock::passes {
namespace {

using ir::Network;
using ir::Population;

// A neuron's threshold never counts more than 2^14 of its largest weight: beyond that the weights
// do not matter and only the widths would grow.
constexpr double kMaxThresholdOverWeight = 16384;
// The largest scale where there is no threshold.
constexpr double kMaxScale = 16777216;

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

// The population whose currents each population takes the largest of; kNone where it takes none.
std::vector<std::size_t> pool_sources(const Network& network) {
  std::vector<std::size_t> sources(network.populations.size(), kNone);
  for (const ir::Projection& p : network.projections) {
    if (std::holds_alternative<ir::MaxPool>(p.connectivity)) sources[p.target] = p.source.index;
  }
  return sources;
}

// What populations that are max-pooled from each other have in common: the scales, and therefore
// the demands on them.
struct Demand {
  bool shared = false;             // by all neurons
  std::vector<double> max_scales;  // per channel, by the thresholds
};

class Chooser {
 public:
  Chooser(const Network& network, const QuantizeOptions& options, const Calibration& calibration)
      : network_(network),
        options_(options),
        calibration_(calibration),
        pooled_(pool_sources(network)),
        units_(network.populations.size(), 0.0) {}

  std::vector<std::vector<double>> choose() {
    std::vector<Demand> demands;
    for (std::size_t p = 0; p < network_.populations.size(); ++p) demands.push_back(own_demand(p));
    // A max-pooled population follows its source, so that its source has all demands by then.
    for (std::size_t p = network_.populations.size(); p-- > 0;) {
      if (pooled_[p] == kNone) continue;
      Demand& source = demands[pooled_[p]];
      source.shared = source.shared || demands[p].shared;
      for (std::size_t c = 0; c < source.max_scales.size(); ++c) {
        source.max_scales[c] = std::min(source.max_scales[c], demands[p].max_scales[c]);
      }
    }
    std::vector<std::vector<double>> scales;  // per channel
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      scales.push_back(pooled_[p] != kNone ? scales[pooled_[p]] : search(p, demands[p]));
      if (!ir::sends_membranes(network_, p)) continue;
      const double scale = scales[p].front();
      units_[p] = std::ldexp(1, event_exponent(network_, options_, calibration_, p, scale)) / scale;
    }
    for (std::size_t p = 0; p < scales.size(); ++p) {
      const std::size_t positions = ir::positions_of(network_, p);
      std::vector<double> neurons;
      for (const double s : scales[p]) neurons.insert(neurons.end(), positions, s);
      scales[p] = std::move(neurons);
    }
    return scales;
  }

 private:
  [[nodiscard]] std::size_t channels(std::size_t p) const {
    return network_.populations[p].neurons() / ir::positions_of(network_, p);
  }
  [[nodiscard]] double top(std::size_t p) const {
    const int bits = options_.weight_bits[p];
    return bits == 1 ? 1 : static_cast<double>(numeric::max_of(bits));
  }

  [[nodiscard]] Demand own_demand(std::size_t index) const {
    const Population& p = network_.populations[index];
    const bool is_pooled = std::find(pooled_.begin(), pooled_.end(), index) != pooled_.end();
    const bool read = !p.spiking && (!is_pooled || index == network_.output ||
                                     ir::sends_membranes(network_, index));
    const bool one = options_.scales == ScaleChoice::TensorMaximum;
    Demand d{p.inhibition || read || one, std::vector<double>(channels(index), kMaxScale)};
    if (!p.spiking) return d;
    const std::size_t positions = ir::positions_of(network_, index);
    // The weights are those of the source that it is pooled from.
    std::size_t weights = index;
    while (pooled_[weights] != kNone) weights = pooled_[weights];
    for (std::size_t c = 0; c < d.max_scales.size(); ++c) {
      d.max_scales[c] = std::numeric_limits<double>::infinity();
      for (std::size_t j = c * positions; j < (c + 1) * positions; ++j) {
        d.max_scales[c] =
            std::min(d.max_scales[c], top(weights) * kMaxThresholdOverWeight / p.threshold[j]);
      }
    }
    return d;
  }

  // Scale of every channel.
  [[nodiscard]] std::vector<double> search(std::size_t population, const Demand& demand) const {
    const std::size_t n = channels(population);
    std::vector<std::vector<WeightRow>> rows = rows_into(population);
    ScaleSearch search{options_.weight_bits[population], 0,
                       options_.scales == ScaleChoice::Searched};
    if (demand.shared) {
      std::vector<WeightRow> all;
      for (auto& of_channel : rows) {
        all.insert(all.end(), std::make_move_iterator(of_channel.begin()),
                   std::make_move_iterator(of_channel.end()));
      }
      search.max_scale = *std::min_element(demand.max_scales.begin(), demand.max_scales.end());
      return std::vector<double>(n, search_scale(all, search));
    }
    std::vector<double> scales;
    for (std::size_t c = 0; c < n; ++c) {
      search.max_scale = demand.max_scales[c];
      scales.push_back(search_scale(rows[c], search));
    }
    return scales;
  }

  // What an event of value 1 counts; where the source comes later, the most that it can.
  [[nodiscard]] double event_unit(const ir::Source& source) const {
    if (source.kind == ir::Source::Kind::Input) return 1;
    if (!ir::sends_membranes(network_, source.index)) return 1;
    const double known = units_[source.index];
    return known > 0 ? known : coarsest_event_unit(network_, options_, calibration_, source.index);
  }

  // The weights into every channel of a population, over all projections.
  [[nodiscard]] std::vector<std::vector<WeightRow>> rows_into(std::size_t population) const {
    std::vector<std::vector<WeightRow>> rows(channels(population));
    const std::size_t positions = ir::positions_of(network_, population);
    for (std::size_t k = 0; k < network_.projections.size(); ++k) {
      const ir::Projection& projection = network_.projections[k];
      if (projection.target != population) continue;
      const auto* traces = calibration_.traces.empty() ? nullptr : &calibration_.traces[k];
      const double unit = event_unit(projection.source);
      const double factor = weight_factor(projection, calibration_) * unit;
      const auto add = [&](std::size_t channel, std::span<const double> weight,
                           std::size_t first_column, std::vector<std::uint32_t> columns) {
        WeightRow row{
            {weight.begin(), weight.end()}, traces, first_column, std::move(columns), unit};
        for (double& w : row.weight) w *= factor;
        rows[channel].push_back(std::move(row));
      };
      if (const auto* dense = std::get_if<ir::Dense>(&projection.connectivity)) {
        const auto& weight = dense->weight;
        for (std::size_t j = 0; j < weight.rows; ++j) {
          add(j / positions, {weight.data.data() + j * weight.cols, weight.cols}, 0, {});
        }
      } else if (const auto* conv = std::get_if<ir::Conv>(&projection.connectivity)) {
        const ir::ConvGeometry& g = conv->geometry;
        const std::size_t size = g.weights() / g.out_channels;
        for (std::size_t c = 0; c < g.out_channels; ++c) {
          add(c, {conv->weight.data() + c * size, size}, c / g.group_outputs() * size, {});
        }
      } else if (const auto* sparse = std::get_if<ir::Sparse>(&projection.connectivity)) {
        std::vector<std::vector<double>> weights(sparse->targets);
        std::vector<std::vector<std::uint32_t>> columns(sparse->targets);
        for (const ir::Sparse::Synapse& s : sparse->synapses) {
          weights[s.target].push_back(s.weight);
          columns[s.target].push_back(s.source);
        }
        for (std::size_t j = 0; j < weights.size(); ++j) {
          if (!weights[j].empty()) add(j / positions, weights[j], 0, std::move(columns[j]));
        }
      }
    }
    return rows;
  }

  const Network& network_;
  const QuantizeOptions& options_;
  const Calibration& calibration_;
  std::vector<std::size_t> pooled_;
  std::vector<double> units_;  // of events that carry membranes; 0: not known yet
};

}  // namespace

std::vector<std::vector<double>> choose_scales(const Network& network,
                                               const QuantizeOptions& options,
                                               const Calibration& calibration) {
  return Chooser(network, options, calibration).choose();
}

}  // namespace hillock::passes
