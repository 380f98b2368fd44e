#include "compiler/passes/score_descent.h"

#include <algorithm>
#include <array>
#include <vector>

#include "compiler/passes/reconstruct.h"

namespace hillock::passes {
namespace {

using ir::Network;
using ir::QuantizedNetwork;

// How far the scores are off, on every second sample and on the others.
using Distance = std::array<double, 2>;

double sum(const Distance& d) { return d[0] + d[1]; }

class ScoreDescent {
 public:
  ScoreDescent(const Network& network, const QuantizedNetwork& start, const CalibrationRun& run,
               const ScoreDescentOptions& options)
      : network_(network), best_(start), run_(run), left_(options.max_runs) {
    for (std::size_t s = 0; s < run.real.scores.size(); ++s) {
      real_[s % 2].scores.push_back(run.real.scores[s]);
    }
    distance_ = distance_of(best_);
    if (sum(distance_) / 2 < options.worth) left_ = 0;
  }

  QuantizedNetwork run() {
    bool moved = true;
    while (moved && left_ > 0) {
      moved = false;
      for (std::size_t p = 0; p < best_.populations.size(); ++p) moved |= thresholds(p);
    }
    return best_;
  }

 private:
  Distance distance_of(const QuantizedNetwork& q) const {
    const Recording all = run_.run(q);
    std::array<Recording, 2> half;
    for (std::size_t s = 0; s < all.scores.size(); ++s) half[s % 2].scores.push_back(all.scores[s]);
    return {score_distance(real_[0], half[0]), score_distance(real_[1], half[1])};
  }

  // Keeps the change where neither half of the samples is the worse for it. Weights are left alone:
  // there are so many that samples would be learnt by heart.
  bool keep(const QuantizedNetwork& changed) {
    if (left_ == 0) return false;
    --left_;
    const Distance d = distance_of(changed);
    constexpr double kGain = 3e-3;  // less is noise
    if (d[0] > distance_[0] || d[1] > distance_[1]) return false;
    if (sum(d) >= sum(distance_) * (1 - kGain)) return false;
    distance_ = d;
    best_ = changed;
    return true;
  }

  bool thresholds(std::size_t population) {
    if (!best_.populations[population].spiking) return false;
    bool moved = false;
    const std::size_t positions = ir::positions_of(network_, population);
    const std::size_t channels = best_.populations[population].neurons() / positions;
    for (std::size_t c = 0; c < channels && left_ > 0; ++c) {
      for (const int direction : {1, -1}) {
        bool kept = false;
        while (shifted(population, c, positions, direction)) kept = true;
        moved |= kept;
        if (kept) break;
      }
    }
    return moved;
  }

  // Neurons of a channel share their weights, and what makes a threshold of them.
  bool shifted(std::size_t population, std::size_t channel, std::size_t positions, int direction) {
    constexpr std::int64_t kShare = 32;  // of a threshold
    QuantizedNetwork q = best_;
    ir::QuantizedPopulation& p = q.populations[population];
    std::vector<std::int64_t> all(p.neurons());
    for (std::size_t j = 0; j < all.size(); ++j) all[j] = p.threshold[j];
    const std::size_t first = channel * positions;
    const std::int64_t step = std::max<std::int64_t>(1, all[first] / kShare);
    for (std::size_t j = first; j < first + positions; ++j) {
      all[j] += direction * step;
      if (all[j] < 0) return false;
    }
    p.threshold = ir::PerNeuron<std::int64_t>(std::move(all));
    return keep(q);
  }

  const Network& network_;
  QuantizedNetwork best_;
  const CalibrationRun& run_;
  std::size_t left_;
  std::array<Recording, 2> real_;
  Distance distance_{};
};

}  // namespace

QuantizedNetwork descend_scores(const Network& network, const QuantizedNetwork& start,
                                const CalibrationRun& run, const ScoreDescentOptions& options) {
  if (options.max_runs == 0 || run.real.scores.size() < 2) return start;
  return ScoreDescent(network, start, run, options).run();
}

}  // namespace hillock::passes
