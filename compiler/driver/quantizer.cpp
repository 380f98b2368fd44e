#include "compiler/driver/quantizer.h"

#include <algorithm>

#include "compiler/analysis/overflow.h"
#include "compiler/driver/calibration.h"
#include "compiler/passes/reconstruct.h"
#include "compiler/passes/scales.h"
#include "compiler/passes/score_descent.h"

namespace hillock::driver {
namespace {

// Samples that the scales are searched on.
constexpr std::size_t kTraceSamples = 64;
// Networks with more weights are gone through once, so that it takes seconds.
constexpr std::size_t kQuickWeights = 50'000;
// Samples x steps that each of their neurons is judged on.
constexpr std::size_t kManyRows = 16384;

// Elements x steps of samples that the descent on scores may run through: seconds.
constexpr std::size_t kDescentWork = 2'000'000'000;
constexpr std::size_t kDescentRuns = 500;
// Fewer samples would be learnt by heart (docs/quantization.md).
constexpr std::size_t kDescentSamples = 256;

using passes::Runner;

bool feeds_back(const ir::Network& network) {
  return std::any_of(network.projections.begin(), network.projections.end(),
                     [](const ir::Projection& p) { return p.delay > 0; });
}

std::size_t work_of_a_run(const ir::Network& network, const passes::CalibrationRun& run) {
  std::size_t elements = 0;
  for (const ir::Input& i : network.inputs) elements += ir::element_count(i.shape);
  for (const ir::Population& p : network.populations) elements += p.neurons();
  return run.samples.size() * run.data->timesteps * elements;
}

// A run at the start, and one after each population in each round.
std::size_t reconstruction_runs(const ir::Network& network,
                                const passes::ReconstructOptions& options) {
  return 1 + static_cast<std::size_t>(options.rounds) * network.populations.size();
}

// The runner, which says how many of `total` runs it has done.
Runner counted(std::size_t total, const QuantizerData& data, const Runner& inner) {
  if (!data.progress) return inner;
  return [&data, total, inner, done = std::size_t{0}](const ir::QuantizedNetwork& n) mutable {
    passes::Recording recording = inner(n);
    data.progress(++done, total);
    return recording;
  };
}

// Whether events carry what only data can tell the range of: membranes, or counts without a limit.
bool sends_values(const ir::Network& network) {
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    if (ir::sends_membranes(network, p)) return true;
    if (network.populations[p].max_spikes == ir::kMaxSpikes) return true;
  }
  return false;
}

}  // namespace

ir::QuantizedNetwork run_quantizer(const ir::Network& network, passes::QuantizeOptions quantize,
                                   QuantizerMethod method, const QuantizerData& data) {
  quantize.scales = method == QuantizerMethod::NearestTensor ? passes::ScaleChoice::TensorMaximum
                    : method == QuantizerMethod::Nearest     ? passes::ScaleChoice::NeuronMaximum
                                                             : passes::ScaleChoice::Searched;
  passes::Calibration calibration;
  if (data.calibration != nullptr) {
    const bool traced = quantize.scales == passes::ScaleChoice::Searched;
    const bool looks = traced || sends_values(network);
    calibration = calibrate(network, *data.calibration, looks ? kTraceSamples : 0, data.input_bits,
                            data.also);
    if (!traced) calibration.traces.clear();
    passes::balance_inputs(network, quantize, calibration);
  }
  ir::QuantizedNetwork q = passes::quantize(network, quantize, calibration);
  if (method != QuantizerMethod::Rebuilt || data.calibration == nullptr ||
      data.calibration->samples == 0) {
    return q;
  }
  // The integer model is about to run on it: refuse here what needs more than 64 bits.
  static_cast<void>(
      analysis::bound_populations(q, std::vector<std::optional<int>>(q.populations.size())));
  passes::CalibrationRun run = record(network, *data.calibration);
  std::size_t weights = 0;
  for (const ir::Projection& p : network.projections) weights += ir::weight_count(p.connectivity);
  passes::ReconstructOptions options;
  if (weights <= kQuickWeights) {
    options.rounds = options.descent_passes = 2;
    options.max_rows = kManyRows;
  }
  passes::ScoreDescentOptions descent;
  // Without feedback every neuron has seen by itself what there is to see.
  if (feeds_back(network) && run.samples.size() >= kDescentSamples) {
    descent.max_runs = std::min(
        kDescentRuns, kDescentWork / std::max<std::size_t>(1, work_of_a_run(network, run)));
  }
  const Runner plain = run.run;
  run.run = counted(reconstruction_runs(network, options), data, plain);
  q = passes::reconstruct(network, q, quantize, calibration, run, options);
  run.run = counted(1 + descent.max_runs, data, plain);
  return passes::descend_scores(network, q, run, descent);
}

}  // namespace hillock::driver
