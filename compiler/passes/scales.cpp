#include "compiler/passes/scales.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "compiler/passes/event_units.h"
#include "compiler/passes/scale_search.h"
#include "compiler/passes/whole_weights.h"

namespace hillock::passes {
namespace {

using ir::Network;
using ir::Population;

// A neuron's threshold never counts more than 2^14 of its largest weight: beyond that the weights
// do not matter and only the widths would grow.
constexpr double kMaxThresholdOverWeight = 16384;
// The largest scale where there is no threshold.
constexpr double kMaxScale = 16777216;

// How many units the values of events typically count, where no data tell.
constexpr double kTypicalValue = 40;

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
        units_(network.populations.size(), 0.0),
        least_units_(network.populations.size(), 0.0),
        input_units_(network.inputs.size(), 1.0) {
    for (std::size_t p = 0; p < network_.populations.size(); ++p) demands_.push_back(own_demand(p));
    // A max-pooled population follows its source, so that its source has all demands by then.
    for (std::size_t p = network_.populations.size(); p-- > 0;) {
      if (pooled_[p] == kNone) continue;
      Demand& source = demands_[pooled_[p]];
      source.shared = source.shared || demands_[p].shared;
      for (std::size_t c = 0; c < source.max_scales.size(); ++c) {
        source.max_scales[c] = std::min(source.max_scales[c], demands_[p].max_scales[c]);
      }
    }
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      if (!ir::sends_membranes(network_, p)) continue;
      least_units_[p] = finest_event_unit(network_, options_, calibration_, p);
    }
    finest_units_ = least_units_;
  }

  Scales choose() {
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      if (!ir::sends_membranes(network_, p)) continue;
      coarsen({ir::Source::Kind::Population, p}, least_units_[p]);
    }
    Scales out;
    out.event_exponents.assign(network_.populations.size(), 0);
    std::vector<std::vector<double>>& scales = out.of_neuron;  // at first per channel
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      std::optional<std::vector<double>> whole;
      if (pooled_[p] == kNone) whole = whole_scales(p);
      out.whole.push_back(whole.has_value());
      scales.push_back(pooled_[p] != kNone ? scales[pooled_[p]]
                       : whole             ? *whole
                                           : search(p, demands_[p], Effort::Full).scales);
      if (!ir::sends_membranes(network_, p)) continue;
      const double scale = scales[p].front();
      out.event_exponents[p] = event_exponent(options_, p, least_units_[p], scale);
      units_[p] = std::ldexp(1, out.event_exponents[p]) / scale;
    }
    for (std::size_t p = 0; p < scales.size(); ++p) {
      const std::size_t positions = ir::positions_of(network_, p);
      std::vector<double> neurons;
      for (const double s : scales[p]) neurons.insert(neurons.end(), positions, s);
      scales[p] = std::move(neurons);
    }
    return out;
  }

  // How many times coarser the units of an input had better be.
  [[nodiscard]] double coarser_input(std::size_t input) {
    coarsen({ir::Source::Kind::Input, input}, input_units_[input]);
    return input_units_[input];
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
    const bool read = !p.spiking && (!is_pooled || ir::readout_of(network_, index) ||
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

  // The scales at which weights that training has made integers of become those again;
  // nullopt where they are not, or need more bits than there are.
  [[nodiscard]] std::optional<std::vector<double>> whole_scales(std::size_t population) const {
    std::optional<double> factor;
    for (const ir::Projection& p : network_.projections) {
      if (p.target != population) continue;
      const double own = weight_factor(p, calibration_) * event_unit(p.source);
      const bool known = p.source.kind == ir::Source::Kind::Input || !is_graded(p.source) ||
                         units_[p.source.index] > 0;
      if (!known || own != factor.value_or(own)) return std::nullopt;
      factor = own;
    }
    const Demand& demand = demands_[population];
    const auto whole = whole_weights(network_, population, demand.shared);
    if (!whole || !whole->meant || !whole->fit(options_.weight_bits[population])) {
      return std::nullopt;
    }
    std::vector<double> scales;
    for (std::size_t c = 0; c < whole->step.size(); ++c) {
      scales.push_back(whole->step[c] > 0 ? 1 / (whole->step[c] * *factor) : demand.max_scales[c]);
    }
    return scales;
  }

  struct Found {
    std::vector<double> scales;  // of every channel
    double error = 0;            // mean squared, of all membranes together
  };
  enum class Effort { Full, Estimate };

  // The scale of every channel. An estimate takes as a channel's error the mean over a few.
  [[nodiscard]] Found search(std::size_t population, const Demand& demand, Effort effort) const {
    const std::size_t n = channels(population);
    std::vector<std::vector<WeightRow>> rows = rows_into(population);
    ScaleSearch search{options_.weight_bits[population], 0,
                       options_.scales == ScaleChoice::Searched};
    Found out;
    if (demand.shared) {
      std::vector<WeightRow> all;
      for (auto& of_channel : rows) {
        all.insert(all.end(), std::make_move_iterator(of_channel.begin()),
                   std::make_move_iterator(of_channel.end()));
      }
      search.max_scale = *std::min_element(demand.max_scales.begin(), demand.max_scales.end());
      const FoundScale found = find_scale(all, search);
      out.scales.assign(n, found.scale);
      out.error = found.error + noise(all, population);
      return out;
    }
    constexpr std::size_t kFew = 48;
    const std::size_t stride = effort == Effort::Full ? 1 : std::max<std::size_t>(1, n / kFew);
    for (std::size_t c = 0; c < n; c += stride) {
      search.max_scale = demand.max_scales[c];
      const FoundScale found = find_scale(rows[c], search);
      out.scales.push_back(found.scale);
      out.error += found.error + noise(rows[c], population);
    }
    return out;
  }

  // What the rounding of the values themselves adds: half a unit at most each, and as long as the
  // membrane remembers them.
  [[nodiscard]] double noise(const std::vector<WeightRow>& rows, std::size_t population) const {
    double sum = 0;
    for (const WeightRow& row : rows) {
      if (!row.graded) continue;
      for (const double w : row.weight) sum += w * w;
    }
    if (calibration_.traces.empty()) return sum / 12;  // nor do errors of weights add up there
    const double decay = network_.populations[population].decay.max();
    const double steps = std::max(1, options_.timesteps);
    return sum / 12 * (decay < 1 ? std::min(steps, 1 / (1 - decay)) : steps);
  }

  [[nodiscard]] bool is_graded(const ir::Source& source) const {
    if (source.kind == ir::Source::Kind::Population) {
      return ir::sends_membranes(network_, source.index);
    }
    return !calibration_.input_scale.empty() && calibration_.input_scale[source.index] != 1;
  }

  // The populations that read a source and others beside it.
  [[nodiscard]] std::vector<std::size_t> mixed_targets(const ir::Source& source) const {
    std::vector<std::size_t> out;
    for (std::size_t t = 0; t < network_.populations.size(); ++t) {
      bool own = false;
      bool other = false;
      for (const ir::Projection& p : network_.projections) {
        if (p.target == t) (p.source == source ? own : other) = true;
      }
      if (own && other) out.push_back(t);
    }
    return out;
  }

  // Values of a source that count in units of `unit`: of coarser ones, as powers of two, takes
  // those that leave the least error in the populations that read spikes beside them. There finer
  // values cost more in their weights, which round to nothing, than they gain.
  void coarsen(const ir::Source& source, double& unit) {
    constexpr int kMostCoarser = 7;
    const std::vector<std::size_t> targets = mixed_targets(source);
    if (targets.empty() || !is_graded(source)) return;
    const double finest = unit;
    double best_unit = unit;
    double best = std::numeric_limits<double>::infinity();
    for (int k = 0; k <= kMostCoarser; ++k) {
      unit = std::ldexp(finest, k);
      double error = 0;
      for (const std::size_t t : targets) {
        const double threshold = network_.populations[t].spiking ? threshold_of(t) : 1;
        error += search(t, demands_[t], Effort::Estimate).error / (threshold * threshold);
      }
      if (error >= best) continue;
      best = error;
      best_unit = unit;
    }
    unit = best_unit;
  }

  [[nodiscard]] double threshold_of(std::size_t population) const {
    const auto& stored = network_.populations[population].threshold.stored();
    double sum = 0;
    for (const double t : stored) sum += t;
    return sum / static_cast<double>(stored.size());
  }

  // What an event of value 1 counts; where the source comes later, the most that it can.
  [[nodiscard]] double event_unit(const ir::Source& source) const {
    if (source.kind == ir::Source::Kind::Input) return input_units_[source.index];
    if (!ir::sends_membranes(network_, source.index)) return 1;
    const double known = units_[source.index];
    return known > 0 ? known : kCoarsestOverLeast * least_units_[source.index];
  }

  [[nodiscard]] double finest_unit(const ir::Source& source) const {
    return source.kind == ir::Source::Kind::Input ? 1 : finest_units_[source.index];
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
      const bool graded = is_graded(projection.source);
      const auto add = [&](std::size_t channel, std::span<const double> weight,
                           std::size_t first_column, std::vector<std::uint32_t> columns) {
        WeightRow row{
            {weight.begin(), weight.end()}, traces, first_column, std::move(columns), unit};
        for (double& w : row.weight) w *= factor;
        row.graded = graded;
        row.magnitude = graded ? kTypicalValue * finest_unit(projection.source) / unit : 1;
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
  std::vector<Demand> demands_;
  std::vector<double> units_;         // of events that carry membranes; 0: not known yet
  std::vector<double> least_units_;   // and the least that they may be
  std::vector<double> finest_units_;  // and the least with which the values fit their bits
  std::vector<double> input_units_;   // as multiples of what the calibration says
};

}  // namespace

Scales choose_scales(const Network& network, const QuantizeOptions& options,
                     const Calibration& calibration) {
  return Chooser(network, options, calibration).choose();
}

void balance_inputs(const Network& network, const QuantizeOptions& options,
                    Calibration& calibration) {
  if (calibration.input_scale.empty()) return;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const double coarser = Chooser(network, options, calibration).coarser_input(i);
    if (coarser == 1) continue;
    double& scale = calibration.input_scale[i];
    scale /= coarser;
    if (scale == 1) scale = std::nextafter(1.0, 0.0);  // 1 would say that the data are integers
    const auto limit = [&](std::int64_t& x) {
      x = numeric::round_half_up(static_cast<double>(x) / coarser);
    };
    limit(calibration.input_min[i]);
    limit(calibration.input_max[i]);
    if (calibration.traces.empty()) continue;
    for (std::size_t k = 0; k < network.projections.size(); ++k) {
      if (network.projections[k].source != ir::Source{ir::Source::Kind::Input, i}) continue;
      for (float& z : calibration.traces[k].data) z /= static_cast<float>(coarser);
    }
  }
}

}  // namespace hillock::passes
