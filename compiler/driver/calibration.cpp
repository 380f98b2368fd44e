#include "compiler/driver/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/float/float_model.h"

namespace hillock::driver {
namespace {

// Trace rows kept per projection: enough to weigh its weights, few enough to be quick.
constexpr std::size_t kMaxRows = 384;

// The range of the values, 0 and 1 always in it.
std::pair<std::int64_t, std::int64_t> input_range(const ir::Dataset& data) {
  float lo = 0;
  float hi = 1;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const float v = data.x[i];
    if (v != std::floor(v) || std::abs(v) > 32767) {
      support::fail(support::DiagnosticKind::BadData, support::Location{data.file, "/x"}.at(i),
                    fmt::format("{} is not an integer event value in -32767..32767", v),
                    "encode real-valued input as spikes or counts before it enters the network");
    }
    lo = std::min(lo, v);
    hi = std::max(hi, v);
  }
  return {static_cast<std::int64_t>(lo), static_cast<std::int64_t>(hi)};
}

// z[t] = decay z[t-1] + x[t] for one sample; every `stride`-th row is kept.
void append_traces(const ir::Network& network, const ir::Projection& p, const ir::Dataset& data,
                   std::size_t sample, const sim::FloatResult& result, std::size_t stride,
                   support::Matrix<float>& out) {
  const std::size_t n = ir::element_count(network.source_shape(p.source));
  const auto decay = static_cast<float>(network.populations[p.target].decay.max());
  std::vector<float> z(n, 0.0F);
  for (std::size_t t = 0; t < data.timesteps; ++t) {
    const bool from_input = p.source.kind == ir::Source::Kind::Input;
    const std::span<const float> x = from_input ? data.step(sample, t) : std::span<const float>{};
    for (std::size_t i = 0; i < n; ++i) {
      const float s =
          from_input ? x[i] : static_cast<float>(result.recording.spikes[p.source.index](t, i));
      z[i] = decay * z[i] + s;
    }
    if (t % stride == stride - 1) {
      out.data.insert(out.data.end(), z.begin(), z.end());
      ++out.rows;
    }
  }
}

}  // namespace

passes::Calibration calibrate(const ir::Network& network, const ir::Dataset& data,
                              std::size_t max_samples) {
  passes::Calibration calibration;
  const auto [lo, hi] = input_range(data);
  calibration.input_min.push_back(lo);
  calibration.input_max.push_back(hi);
  for (const ir::Projection& p : network.projections) {
    calibration.traces.emplace_back(0, ir::element_count(network.source_shape(p.source)));
  }
  const std::size_t samples = std::min(data.samples, max_samples);
  if (samples == 0) return calibration;
  const std::size_t stride =
      std::max<std::size_t>(1, (samples * data.timesteps + kMaxRows - 1) / kMaxRows);
  const std::size_t step_stride = std::min(stride, data.timesteps);
  const sim::FloatModel model(network);
  sim::FloatResult result;
  for (std::size_t k = 0; k < samples; ++k) {
    const std::size_t sample = k * data.samples / samples;
    model.run(data, sample, result);
    for (std::size_t p = 0; p < network.projections.size(); ++p) {
      append_traces(network, network.projections[p], data, sample, result, step_stride,
                    calibration.traces[p]);
    }
  }
  return calibration;
}

void widen_input_range(const ir::Dataset& data, passes::Calibration& calibration) {
  const auto [lo, hi] = input_range(data);
  calibration.input_min[0] = std::min(calibration.input_min[0], lo);
  calibration.input_max[0] = std::max(calibration.input_max[0], hi);
}

}  // namespace hillock::driver
