// What the neurons of a population receive, weight by weight: the events that meet each of its
// weights, and their traces as the membrane sees them.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/passes/quantize.h"
#include "compiler/passes/recordings.h"

namespace hillock::passes {

// A stretch of time that one neuron of every channel lives through: a sample and, of a convolution,
// one position of its output.
struct Episode {
  std::size_t sample = 0;  // index into CalibrationRun::samples
  std::size_t position = 0;
};

// The events that meet one weight: `at` is episode * steps + t, rising.
struct Column {
  std::vector<std::uint32_t> at;
  std::vector<float> value;
};

// Where a weight lives, and which column it meets.
struct Slot {
  std::size_t projection = 0;  // index into the network's projections
  std::size_t index = 0;       // into weights_of(), or into the synapses of a Sparse
  std::size_t column = 0;
  double weight = 0;  // real, in units of the integer events
};

struct Presynaptic {
  std::size_t steps = 0;
  std::vector<Episode> episodes;
  std::vector<Column> columns;
  std::vector<std::vector<Slot>> channels;  // the weights of every channel
  // Projections reach it that are no columns here: single synapses beside a convolution.
  bool partial = false;
};

// Which neurons and samples to look at; empty where no projection of the
// population has weights, or one of them reads membranes.
[[nodiscard]] Presynaptic slots_of(const ir::Network& network, std::size_t population,
                                   const Calibration& calibration, const CalibrationRun& run,
                                   std::size_t max_rows);

// Fills `columns` with what the sources did: `spikes` of populations; the input's values, as
// integers where `integers`.
void fill_columns(const ir::Network& network, std::size_t population,
                  const Calibration& calibration, const CalibrationRun& run,
                  const Recording& spikes, bool integers, Presynaptic& into);

// How a membrane filters its events.
struct MembraneFilter {
  ir::Synapse synapse = ir::Synapse::None;
  double decay = 0;
  double current_decay = 0;
};

// Rows: every `stride`-th step of all episodes; columns: as in `in`, filtered.
[[nodiscard]] support::Matrix<float> traces_of(const Presynaptic& in, const MembraneFilter& filter,
                                               std::size_t stride);

}  // namespace hillock::passes
