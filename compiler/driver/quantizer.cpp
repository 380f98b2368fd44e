#include "compiler/driver/quantizer.h"

#include "compiler/driver/calibration.h"
#include "compiler/passes/reconstruct.h"

namespace hillock::driver {
namespace {

// Samples that the scales are searched on.
constexpr std::size_t kTraceSamples = 64;

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
  const passes::CalibrationRun run = record(network, *data.calibration);
  return passes::reconstruct(network, q, quantize, calibration, run, {});
}

}  // namespace hillock::driver
