// Coordinate descent on what the whole network says: thresholds are moved by a step, and kept where
// the scores come nearer to the float network's. What no neuron can see by itself, a spike that
// feeds back over hundreds of steps, is seen here.
#pragma once

#include <cstddef>

#include "compiler/passes/recordings.h"

namespace hillock::passes {

struct ScoreDescentOptions {
  std::size_t max_runs = 0;  // over the calibration samples; 0: none
  // Where scores are nearer than this already, what is left is mostly chance.
  double worth = 0.02;
};

// Never worse than `start` on the calibration samples, nor on either half of them, by
// score_distance(). Goes through the neurons, of a convolution the channels, until none moves or
// the runs are used up.
[[nodiscard]] ir::QuantizedNetwork descend_scores(const ir::Network& network,
                                                  const ir::QuantizedNetwork& start,
                                                  const CalibrationRun& run,
                                                  const ScoreDescentOptions& options);

}  // namespace hillock::passes
