#include "compiler/driver/quantizer.h"

#include "compiler/analysis/overflow.h"
#include "compiler/driver/calibration.h"
#include "compiler/passes/reconstruct.h"
#include "compiler/passes/scales.h"

namespace hillock::driver {
namespace {

// Samples that the scales are searched on.
constexpr std::size_t kTraceSamples = 64;
// Networks with more weights are gone through once, so that it takes seconds.
constexpr std::size_t kQuickWeights = 50'000;
// Samples x steps that each of their neurons is judged on.
constexpr std::size_t kManyRows = 16384;

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
  if (data.progress) {
    // A run at the start, and one after each population in each round.
    const std::size_t total =
        1 + static_cast<std::size_t>(options.rounds) * network.populations.size();
    run.run = [&data, total, inner = run.run,
               done = std::size_t{0}](const ir::QuantizedNetwork& n) mutable {
      passes::Recording recording = inner(n);
      data.progress(++done, total);
      return recording;
    };
  }
  return passes::reconstruct(network, q, quantize, calibration, run, options);
}

}  // namespace hillock::driver
