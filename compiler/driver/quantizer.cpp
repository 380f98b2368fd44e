#include "compiler/driver/quantizer.h"

#include "compiler/analysis/overflow.h"
#include "compiler/driver/calibration.h"
#include "compiler/passes/reconstruct.h"

namespace hillock::driver {
namespace {

// Samples that the scales are searched on.
constexpr std::size_t kTraceSamples = 64;
// Networks with more weights are gone through once, so that it takes seconds.
constexpr std::size_t kQuickWeights = 50'000;

}  // namespace

ir::QuantizedNetwork run_quantizer(const ir::Network& network, passes::QuantizeOptions quantize,
                                   QuantizerMethod method, const QuantizerData& data) {
  passes::Calibration calibration;
  if (data.calibration != nullptr) {
    const bool traced = method == QuantizerMethod::Searched || method == QuantizerMethod::Rebuilt;
    calibration = calibrate(network, *data.calibration, traced ? kTraceSamples : 0, data.input_bits,
                            data.also);
    if (!traced) calibration.traces.clear();
  }
  quantize.scales = method == QuantizerMethod::NearestTensor ? passes::ScaleChoice::TensorMaximum
                    : method == QuantizerMethod::Nearest     ? passes::ScaleChoice::NeuronMaximum
                                                             : passes::ScaleChoice::Searched;
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
  if (weights <= kQuickWeights) options.rounds = options.descent_passes = 2;
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
