// What a model did with one sample. The integer and the float model, and the RTL, record alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compiler/ir/network.h"
#include "compiler/support/matrix.h"

namespace hillock::sim {

// V is the type of a membrane: double or std::int64_t.
template <typename V>
struct Recording {
  // Per population, [T, neurons]: spikes of the step; 1 where a membrane was sent, too.
  std::vector<support::Matrix<std::uint8_t>> spikes;
  std::vector<support::Matrix<V>> membranes;  // per population, [T, neurons]

  // Makes room for `timesteps` steps of populations of the given sizes.
  void reset(const std::vector<std::size_t>& neurons, std::size_t timesteps) {
    spikes.resize(neurons.size());
    membranes.resize(neurons.size());
    for (std::size_t p = 0; p < neurons.size(); ++p) {
      reset(spikes[p], timesteps, neurons[p]);
      reset(membranes[p], timesteps, neurons[p]);
    }
  }

 private:
  // Zeros, in the room that is already there.
  template <typename M>
  static void reset(support::Matrix<M>& matrix, std::size_t rows, std::size_t cols) {
    matrix.rows = rows;
    matrix.cols = cols;
    matrix.data.assign(rows * cols, M{});
  }
};

// Score of every output neuron over a sample: spikes counted, or membranes summed, at their maximum
// or at the last step.
template <typename V>
[[nodiscard]] std::vector<V> scores_of(ir::Readout readout,
                                       const support::Matrix<std::uint8_t>& spikes,
                                       const support::Matrix<V>& membranes) {
  std::vector<V> scores(spikes.cols, V{});
  for (std::size_t t = 0; t < spikes.rows; ++t) {
    for (std::size_t j = 0; j < spikes.cols; ++j) {
      const V v = membranes(t, j);
      switch (readout) {
        case ir::Readout::SpikeCount:
          scores[j] += spikes(t, j);
          break;
        case ir::Readout::MembraneSum:
          scores[j] += v;
          break;
        case ir::Readout::MembraneMax:
          scores[j] = t == 0 || v > scores[j] ? v : scores[j];
          break;
        case ir::Readout::MembraneLast:
          scores[j] = v;
          break;
      }
    }
  }
  return scores;
}

// The class with the largest score; the lowest index wins a tie.
template <typename V>
[[nodiscard]] std::size_t best_class(const std::vector<V>& scores) {
  std::size_t best = 0;
  for (std::size_t j = 1; j < scores.size(); ++j) {
    if (scores[j] > scores[best]) best = j;
  }
  return best;
}

// What an output says of a sample.
template <typename V>
struct Decision {
  std::vector<V> scores;  // of its neurons
  std::size_t predicted = 0;
};

// Fills in what a network's outputs say: the first one's into `result` itself, the others' behind.
template <typename N, typename Result>
void decide(const N& network, Result& result) {
  const auto scores = [&](std::size_t population, ir::Readout readout) {
    return scores_of(readout, result.recording.spikes[population],
                     result.recording.membranes[population]);
  };
  result.scores = scores(network.output, network.readout);
  result.predicted = best_class(result.scores);
  result.more.resize(network.more_outputs.size());
  for (std::size_t i = 0; i < result.more.size(); ++i) {
    const ir::Output& output = network.more_outputs[i];
    result.more[i].scores = scores(output.population, output.readout);
    result.more[i].predicted = best_class(result.more[i].scores);
  }
}

}  // namespace hillock::sim
