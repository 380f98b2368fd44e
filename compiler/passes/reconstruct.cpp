#include "compiler/passes/reconstruct.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "compiler/ir/neuron_view.h"
#include "compiler/passes/presynaptic.h"
#include "compiler/passes/scale_search.h"
#include "compiler/passes/second_order.h"
#include "compiler/passes/spike_descent.h"
#include "compiler/passes/whole_weights.h"

namespace hillock::passes {
namespace {

using ir::Network;
using ir::Population;
using ir::QuantizedNetwork;
using ir::QuantizedPopulation;

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const RowMajor> mapped(const support::Matrix<float>& m) {
  return {m.data.data(), static_cast<Eigen::Index>(m.rows), static_cast<Eigen::Index>(m.cols)};
}

std::int32_t& weight_at(QuantizedNetwork& q, const Slot& s) {
  auto& c = q.projections[s.projection].connectivity;
  if (auto* dense = std::get_if<ir::QuantizedDense>(&c)) return dense->weight.data[s.index];
  if (auto* conv = std::get_if<ir::QuantizedConv>(&c)) return conv->weight[s.index];
  return std::get<ir::QuantizedSparse>(c).synapses[s.index].weight;
}

// The population whose membrane a population's currents end in.
std::size_t membrane_of(const Network& network, std::size_t population) {
  for (const ir::Projection& p : network.projections) {
    const bool pools = std::holds_alternative<ir::MaxPool>(p.connectivity);
    if (pools && p.source == ir::Source{ir::Source::Kind::Population, population}) return p.target;
  }
  return population;
}

// Decays of a population, at most kFilters of them, and which one each channel takes.
struct Filters {
  std::vector<MembraneFilter> filters;
  std::vector<std::size_t> of_channel;
};

Filters filters_of(const Network& network, std::size_t population) {
  constexpr std::size_t kFilters = 6;
  const Population& p = network.populations[membrane_of(network, population)];
  const std::size_t positions = ir::positions_of(network, population);
  const std::size_t channels = network.populations[population].neurons() / positions;
  const bool same = membrane_of(network, population) == population;
  Filters out;
  if (!same || (p.decay.uniform() && p.current_decay.uniform())) {
    out.filters.push_back({p.synapse, p.decay.max(), p.current_decay.max()});
    out.of_channel.assign(channels, 0);
    return out;
  }
  // Channels sorted by their decays, cut into runs of equal length; each run takes its middle.
  std::vector<std::size_t> order(channels);
  for (std::size_t c = 0; c < channels; ++c) order[c] = c;
  const auto decay = [&](std::size_t c) { return p.decay[c * positions]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return decay(a) < decay(b); });
  const std::size_t runs = std::min(kFilters, channels);
  out.of_channel.resize(channels);
  for (std::size_t r = 0; r < runs; ++r) {
    const std::size_t begin = r * channels / runs;
    const std::size_t end = (r + 1) * channels / runs;
    const std::size_t middle = order[(begin + end) / 2] * positions;
    out.filters.push_back({p.synapse, p.decay[middle], p.current_decay[middle]});
    for (std::size_t k = begin; k < end; ++k) out.of_channel[order[k]] = r;
  }
  return out;
}

// Scales that are tried, as multiples of the one at hand.
std::vector<double> scale_factors(int bits, bool fixed) {
  if (fixed) return {1.0};
  if (bits <= 4) return {0.7, 0.8, 0.87, 0.93, 1.0, 1.07, 1.15, 1.25, 1.4};
  if (bits <= 6) return {0.93, 1.0, 1.07};
  return {1.0};
}

// The weights of a channel, the columns that they meet, and the scale at hand.
struct Weights {
  std::size_t channel = 0;
  std::vector<Eigen::Index> columns;
  Eigen::VectorXd weight;
  double scale = 1;
};

// Second moments of what weights meet, over a part of the samples: of the integer sources' traces,
// and of these with how far the real ones' are from them.
struct Moments {
  Eigen::MatrixXd h;
  Eigen::MatrixXd cross;
  std::size_t rows = 0;

  // The squared error of the membranes with other weights, less that of the weights as they are:
  // what integers q make of the sources' integer spikes, against the real weights' of the real
  // ones.
  [[nodiscard]] double error(const Weights& w, const std::vector<std::int32_t>& q) const {
    Eigen::VectorXd off(w.weight.size());
    for (Eigen::Index i = 0; i < off.size(); ++i) {
      off[i] = q[static_cast<std::size_t>(i)] / w.scale - w.weight[i];
    }
    const Eigen::MatrixXd own = h(w.columns, w.columns);
    const Eigen::MatrixXd own_cross = cross(w.columns, w.columns);
    return off.dot(own * off) - 2 * off.dot(own_cross * w.weight);
  }
};

Moments operator+(const Moments& a, const Moments& b) {
  return {a.h + b.h, a.cross + b.cross, a.rows + b.rows};
}

// Of every second sample of the episodes, or of the others. Not divided by their number.
Moments moments_of(const Presynaptic& in, const Presynaptic& real, const MembraneFilter& filter,
                   std::size_t stride, std::size_t half) {
  std::vector<std::size_t> half_of;  // per episode
  for (std::size_t e = 0; e < in.episodes.size(); ++e) {
    const bool same = e == 0 || in.episodes[e].sample == in.episodes[e - 1].sample;
    half_of.push_back(e == 0 ? 0 : same ? half_of.back() : 1 - half_of.back());
  }
  const auto own = [&](const support::Matrix<float>& z) {
    support::Matrix<float> out(0, z.cols);
    for (std::size_t r = 0; r < z.rows; ++r) {
      const std::size_t episode = (r * stride + stride - 1) / in.steps;
      if (half_of[episode] != half) continue;
      const auto row = z.data.begin() + static_cast<std::ptrdiff_t>(r * z.cols);
      out.data.insert(out.data.end(), row, row + static_cast<std::ptrdiff_t>(z.cols));
      ++out.rows;
    }
    return out;
  };
  const support::Matrix<float> z = own(traces_of(in, filter, stride));
  const support::Matrix<float> z_real = own(traces_of(real, filter, stride));
  return {(mapped(z).transpose() * mapped(z)).cast<double>(),
          (mapped(z).transpose() * (mapped(z_real) - mapped(z))).cast<double>(), z.rows};
}

// The solver of every set of columns that occurs.
class Solvers {
 public:
  Solvers(const Moments& moments, double damping)
      : moments_(moments),
        damping_(damping),
        samples_(std::max<double>(1, static_cast<double>(moments.rows))) {}

  std::shared_ptr<SecondOrder> of(const std::vector<Eigen::Index>& columns) {
    auto& solver = seen_[columns];
    if (!solver) {
      solver = std::make_shared<SecondOrder>(
          Eigen::MatrixXd(moments_.h(columns, columns) / samples_), damping_);
    }
    return solver;
  }

  // What makes up for the sources' errors, added to the weights.
  Eigen::VectorXd correction(const Weights& w) {
    const Eigen::MatrixXd cross = moments_.cross(w.columns, w.columns);
    return of(w.columns)->solve(cross * w.weight / samples_);
  }

 private:
  const Moments& moments_;
  double damping_;
  double samples_;
  std::map<std::vector<Eigen::Index>, std::shared_ptr<SecondOrder>> seen_;
};

// So much damping leaves each weight by itself.
constexpr double kNoTrust = 1e3;

struct Trust {
  double damping = 0;    // share of the mean diagonal of H
  bool follows = false;  // whether weights make up for the errors of their sources
};

class Reconstruction {
 public:
  Reconstruction(const Network& network, const QuantizeOptions& quantize,
                 const Calibration& calibration, const CalibrationRun& run,
                 const ReconstructOptions& options)
      : network_(network),
        quantize_(quantize),
        calibration_(calibration),
        run_(run),
        options_(options) {}

  // One population: its weights, scales and thresholds in `q`. `seen`: what the sources did.
  void improve(QuantizedNetwork& q, std::size_t population, const Recording& seen) const {
    Presynaptic in = slots_of(network_, population, calibration_, run_, options_.max_rows);
    if (in.columns.empty() || in.episodes.empty()) return;
    if (exact_weights(network_, q, population)) return;
    Presynaptic real = in;
    fill_columns(network_, population, calibration_, run_, run_.real, false, real);
    fill_columns(network_, population, calibration_, run_, seen, true, in);
    std::vector<std::vector<double>> wanted = round_all(q, population, in, real);
    const QuantizedPopulation& p = q.populations[population];
    if (options_.descent_passes == 0 || !p.spiking || p.inhibition || in.partial) return;
    descend_all(q, population, in, wanted);
  }

 private:
  // Sub-matrix of the columns that a channel's weights meet.
  static std::vector<Eigen::Index> columns_of(const std::vector<Slot>& slots) {
    std::vector<Eigen::Index> out;
    out.reserve(slots.size());
    for (const Slot& s : slots) out.push_back(static_cast<Eigen::Index>(s.column));
    return out;
  }

  static Eigen::VectorXd weights_of(const std::vector<Slot>& slots) {
    Eigen::VectorXd w(static_cast<Eigen::Index>(slots.size()));
    for (Eigen::Index i = 0; i < w.size(); ++i) w[i] = slots[static_cast<std::size_t>(i)].weight;
    return w;
  }

  // How far to trust the second order of `halves`: what is made by one of them is judged by the
  // other, on a few channels.
  Trust trust_of(const Moments (&halves)[2], const std::vector<Weights>& all, int bits) const {
    Trust best{options_.damping, true};
    if (halves[0].rows == 0 || halves[1].rows == 0) return {kNoTrust, false};
    constexpr std::size_t kJudged = 12;
    const std::size_t stride = std::max<std::size_t>(1, all.size() / kJudged);
    double least = std::numeric_limits<double>::infinity();
    for (const double damping : dampings_) {
      Solvers solvers(halves[0], damping);
      double error[2] = {0, 0};
      for (std::size_t k = 0; k < all.size(); k += stride) {
        const Weights& w = all[k];
        const Eigen::VectorXd correction = solvers.correction(w);
        for (const bool follows : {false, true}) {
          const Eigen::VectorXd target = follows ? w.weight + correction : w.weight;
          const auto rounded = solvers.of(w.columns)->round(target, w.scale, bits);
          error[follows ? 1 : 0] += halves[1].error(w, rounded.weight);
        }
      }
      for (const bool follows : {false, true}) {
        if (error[follows ? 1 : 0] >= least) continue;
        least = error[follows ? 1 : 0];
        best = {damping, follows};
      }
    }
    return best;
  }

  // Second-order rounding of all channels. Returns the real weights that were aimed at, in units of
  // the integers.
  std::vector<std::vector<double>> round_all(QuantizedNetwork& q, std::size_t population,
                                             const Presynaptic& in, const Presynaptic& real) const {
    const Filters filters = filters_of(network_, population);
    const std::size_t channels = in.channels.size();
    const std::size_t positions = ir::positions_of(network_, population);
    const std::size_t rows = in.episodes.size() * in.steps;
    const std::size_t stride = std::max<std::size_t>(1, rows / options_.max_rows);
    const int bits = quantize_.weight_bits[population];
    // Others count in this population's units, and their own weights are settled.
    const bool fixed = membrane_of(network_, population) != population ||
                       ir::sends_membranes(network_, population);
    const QuantizedPopulation& before = q.populations[population];
    std::vector<Eigen::VectorXd> target(channels);
    std::vector<std::shared_ptr<SecondOrder>> order(channels);
    for (std::size_t f = 0; f < filters.filters.size(); ++f) {
      const Moments halves[2] = {moments_of(in, real, filters.filters[f], stride, 0),
                                 moments_of(in, real, filters.filters[f], stride, 1)};
      std::vector<Weights> all;
      for (std::size_t c = 0; c < channels; ++c) {
        if (filters.of_channel[c] != f || in.channels[c].empty()) continue;
        all.push_back({c, columns_of(in.channels[c]), weights_of(in.channels[c]),
                       before.scale[c * positions]});
      }
      if (all.empty()) continue;
      const Trust trust = trust_of(halves, all, bits);
      const Moments both = halves[0] + halves[1];
      Solvers solvers(both, trust.damping);
      for (const Weights& w : all) {
        order[w.channel] = solvers.of(w.columns);
        target[w.channel] = w.weight;
        // The weights that do with the integer spikes what the real ones do with the real spikes.
        if (trust.follows) target[w.channel] += solvers.correction(w);
      }
    }
    const QuantizedPopulation& p = q.populations[population];
    std::vector<double> scales(channels);
    for (std::size_t c = 0; c < channels; ++c) scales[c] = p.scale[c * positions];
    const bool shared = p.inhibition || !p.spiking;
    const std::vector<double> factors = scale_factors(bits, fixed);
    std::vector<std::vector<SecondOrder::Rounded>> tried(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      if (!order[c]) continue;
      for (const double f : factors)
        tried[c].push_back(order[c]->round(target[c], scales[c] * f, bits));
    }
    std::vector<std::vector<double>> wanted(channels);
    std::vector<double> total(factors.size(), 0.0);
    for (const auto& t : tried) {
      for (std::size_t k = 0; k < t.size(); ++k) total[k] += t[k].error;
    }
    for (std::size_t c = 0; c < channels; ++c) {
      if (!order[c]) {
        continue;
      }
      std::size_t best = 0;
      for (std::size_t k = 0; k < factors.size(); ++k) {
        const bool better =
            shared ? total[k] < total[best] : tried[c][k].error < tried[c][best].error;
        if (better) best = k;
      }
      const double scale = scales[c] * factors[best];
      for (std::size_t i = 0; i < in.channels[c].size(); ++i) {
        weight_at(q, in.channels[c][i]) = tried[c][best].weight[i];
        wanted[c].push_back(target[c][static_cast<Eigen::Index>(i)] * scale);
      }
      scales[c] = scale;
    }
    rescale(network_, q, population, scales);
    return wanted;
  }

  void descend_all(QuantizedNetwork& q, std::size_t population, const Presynaptic& in,
                   const std::vector<std::vector<double>>& wanted) const {
    QuantizedPopulation& p = q.populations[population];
    const std::size_t positions = ir::positions_of(network_, population);
    DescentCase base;
    base.steps = in.steps;
    base.fraction_bits = p.fraction_bits;
    base.weight_bits = quantize_.weight_bits[population];
    base.switches = ir::switches_of(p);
    base.passes = options_.descent_passes;
    base.loss = loss_of(population);
    std::vector<std::int64_t> thresholds(p.neurons());
    for (std::size_t j = 0; j < thresholds.size(); ++j) thresholds[j] = p.threshold[j];
    for (std::size_t c = 0; c < in.channels.size(); ++c) {
      if (in.channels[c].empty()) continue;
      DescentCase one = base;
      for (const Episode& e : in.episodes) {
        const std::size_t j = c * positions + e.position;
        one.constants.push_back(ir::constants_of(p, j));
        one.constants.back().membrane_bits = trial_bits(p);
        std::vector<std::uint8_t> target(in.steps);
        const auto& spikes = run_.real.spikes[e.sample][population];
        for (std::size_t t = 0; t < in.steps; ++t) target[t] = spikes(t, j);
        one.target.push_back(std::move(target));
      }
      std::vector<std::int32_t> weight;
      for (const Slot& s : in.channels[c]) {
        one.columns.push_back(&in.columns[s.column]);
        weight.push_back(weight_at(q, s));
      }
      one.wanted = wanted[c];
      const Descended done = descend(one, std::move(weight));
      for (std::size_t i = 0; i < done.weight.size(); ++i) {
        weight_at(q, in.channels[c][i]) = done.weight[i];
      }
      for (std::size_t j = c * positions; j < (c + 1) * positions; ++j) {
        thresholds[j] = std::max<std::int64_t>(0, thresholds[j] + done.threshold);
      }
    }
    p.threshold = ir::PerNeuron<std::int64_t>(std::move(thresholds));
  }

  // What a wrong spike of a population costs: as its targets' membranes remember it.
  [[nodiscard]] SpikeLoss loss_of(std::size_t population) const {
    SpikeLoss loss;
    double memory = 0;
    for (const ir::Projection& p : network_.projections) {
      if (p.source == ir::Source{ir::Source::Kind::Population, population}) {
        const Population& target = network_.populations[membrane_of(network_, p.target)];
        memory = std::max(memory, target.decay.max());
      }
    }
    loss.memory = std::min(memory, 0.98);
    if (population == network_.output) {
      loss.memory = std::max(loss.memory, 0.9);
      loss.count = 0.2;
    }
    return loss;
  }

  const Network& network_;
  const QuantizeOptions& quantize_;
  const Calibration& calibration_;
  const CalibrationRun& run_;
  const ReconstructOptions& options_;
  const std::vector<double> dampings_{0.02, 0.1, 0.5, 2.5, kNoTrust};
};

std::vector<double> shares(const std::vector<double>& scores, double sharpness) {
  const double top = *std::max_element(scores.begin(), scores.end());
  std::vector<double> out;
  double sum = 0;
  for (const double s : scores) {
    out.push_back(std::exp((s - top) * sharpness));
    sum += out.back();
  }
  for (double& s : out) s /= sum;
  return out;
}

// The lead of the first class over the second, in the middle of the samples.
double typical_lead(const Recording& r) {
  std::vector<double> leads;
  for (std::vector<double> s : r.scores) {
    if (s.size() < 2) continue;
    std::nth_element(s.begin(), s.begin() + 1, s.end(), std::greater<>());
    leads.push_back(s[0] - s[1]);
  }
  if (leads.empty()) return 1;
  std::nth_element(leads.begin(), leads.begin() + static_cast<long>(leads.size() / 2), leads.end());
  return std::max(leads[leads.size() / 2], 1e-6);
}

}  // namespace

double score_distance(const Recording& real, const Recording& integer) {
  const double sharpness = 3 / typical_lead(real);
  double sum = 0;
  for (std::size_t s = 0; s < real.scores.size(); ++s) {
    const std::vector<double> p = shares(real.scores[s], sharpness);
    const std::vector<double> q = shares(integer.scores[s], sharpness);
    for (std::size_t k = 0; k < p.size(); ++k) {
      if (p[k] > 0) sum += p[k] * std::log(p[k] / std::max(q[k], 1e-9));
    }
  }
  return real.scores.empty() ? 0 : sum / static_cast<double>(real.scores.size());
}

QuantizedNetwork reconstruct(const Network& network, const QuantizedNetwork& start,
                             const QuantizeOptions& quantize, const Calibration& calibration,
                             const CalibrationRun& run, const ReconstructOptions& options) {
  const Reconstruction reconstruction(network, quantize, calibration, run, options);
  QuantizedNetwork best = start;
  Recording now = run.run(start);
  double best_distance = score_distance(run.real, now);
  QuantizedNetwork q = start;
  for (int round = 0; round < options.rounds; ++round) {
    for (std::size_t p = 0; p < q.populations.size(); ++p) {
      Recording seen = now;
      if (round == 0) {
        // What comes later, or feeds back, is not yet what it will be.
        for (std::size_t s = 0; s < seen.spikes.size(); ++s) {
          for (std::size_t k = p; k < seen.spikes[s].size(); ++k) {
            seen.spikes[s][k] = run.real.spikes[s][k];
          }
        }
      }
      reconstruction.improve(q, p, seen);
      now = run.run(q);
      const double distance = score_distance(run.real, now);
      if (distance < best_distance) {
        best_distance = distance;
        best = q;
      }
    }
  }
  return best;
}

}  // namespace hillock::passes
