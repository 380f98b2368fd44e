#include "compiler/driver/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/driver/widths.h"
#include "sim/fast/whole_model.h"
#include "sim/float/float_model.h"

namespace hillock::driver {
namespace {

// Trace rows kept per projection: enough to weigh its weights, few enough to be quick.
constexpr std::size_t kMaxRows = 384;
// Positions of a convolution that are tried for one that sees anything.
constexpr std::size_t kPatchTries = 8;

// The range of all the data's values of an input, and the scale that makes them integers.
void input_range(const ir::Network& network, std::size_t input,
                 const std::vector<const ir::Dataset*>& sets, int input_bits,
                 passes::Calibration& calibration) {
  const std::size_t first = ir::first_element(network, input);
  const std::size_t count = ir::element_count(network.inputs[input].shape);
  float lo = 0;
  float hi = 1;
  float largest = 0;
  bool integers = true;
  for (const ir::Dataset* data : sets) {
    for (std::size_t r = 0; r < data->rows(); ++r) {
      const ir::Row x = data->row(r).part(first, count);
      for (std::size_t i = 0; i < count; ++i) {
        const float v = x[i];
        if (!std::isfinite(v)) {
          support::fail(
              support::DiagnosticKind::BadData,
              support::Location{data->file, "/x"}.at(r * data->feature_count() + first + i),
              fmt::format("{} is not a number that the input can take", v));
        }
        integers = integers && v == std::floor(v) && std::abs(v) <= 32767;
        largest = std::max(largest, std::abs(v));
        lo = std::min(lo, v);
        hi = std::max(hi, v);
      }
    }
  }
  if (integers) {
    calibration.input_min.push_back(static_cast<std::int64_t>(lo));
    calibration.input_max.push_back(static_cast<std::int64_t>(hi));
    calibration.input_scale.push_back(1);
    return;
  }
  const std::int64_t top = numeric::max_of(input_bits);
  calibration.input_min.push_back(lo < 0 ? -top : 0);
  calibration.input_max.push_back(top);
  // A scale of exactly 1 would say that the data are integers.
  const double scale = static_cast<double>(top) / static_cast<double>(largest);
  calibration.input_scale.push_back(scale == 1 ? std::nextafter(1.0, 0.0) : scale);
}

// The filter from a projection's events to its target's membrane: V's own decay, after the
// current's where the synapse has one. A source of a max-pooling has no memory; what it is pooled
// into has.
class Filter {
 public:
  Filter(const ir::Network& network, const ir::Projection& projection)
      : delay_(static_cast<std::size_t>(projection.delay)) {
    std::size_t target = projection.target;
    for (const ir::Projection& p : network.projections) {
      const bool pools = std::holds_alternative<ir::MaxPool>(p.connectivity);
      if (pools && p.source == ir::Source{ir::Source::Kind::Population, target}) target = p.target;
    }
    const ir::Population& p = network.populations[target];
    synapse_ = p.synapse;
    decay_ = static_cast<float>(p.decay.max());
    current_decay_ = static_cast<float>(p.current_decay.max());
    const std::size_t n = ir::element_count(network.source_shape(projection.source));
    z_.assign(n, 0.0F);
    current_.assign(n, 0.0F);
    hidden_.assign(n, 0.0F);
  }

  [[nodiscard]] std::size_t delay() const { return delay_; }
  [[nodiscard]] const std::vector<float>& z() const { return z_; }

  void step(std::size_t i, float x) {
    switch (synapse_) {
      case ir::Synapse::None:
        z_[i] = decay_ * z_[i] + x;
        break;
      case ir::Synapse::Current:
        current_[i] = current_decay_ * current_[i] + x;
        z_[i] = decay_ * z_[i] + current_[i];
        break;
      case ir::Synapse::Alpha:
        current_[i] = current_decay_ * current_[i] + x;
        hidden_[i] = decay_ * hidden_[i] - x;
        z_[i] = current_[i] + hidden_[i];
        break;
    }
  }

 private:
  std::size_t delay_;
  ir::Synapse synapse_ = ir::Synapse::None;
  float decay_ = 0;
  float current_decay_ = 0;
  std::vector<float> z_;
  std::vector<float> current_;
  std::vector<float> hidden_;
};

// What an output position of a convolution sees: [in_channels, kernel_height, kernel_width].
// Returns whether anything of it is not 0.
bool patch(const ir::ConvGeometry& g, const std::vector<float>& z, std::size_t position,
           std::vector<float>& out) {
  out.assign(g.in_channels * g.kernel_height * g.kernel_width, 0.0F);
  const std::size_t oy = position / g.out_width;
  const std::size_t ox = position % g.out_width;
  bool any = false;
  std::size_t at = 0;
  for (std::size_t c = 0; c < g.in_channels; ++c) {
    for (std::size_t ky = 0; ky < g.kernel_height; ++ky) {
      for (std::size_t kx = 0; kx < g.kernel_width; ++kx, ++at) {
        const std::size_t y = oy * g.stride_height + ky * g.dilation_height;
        const std::size_t x = ox * g.stride_width + kx * g.dilation_width;
        if (y < g.pad_top || y - g.pad_top >= g.in_height / g.pool_height) continue;
        if (x < g.pad_left || x - g.pad_left >= g.in_width / g.pool_width) continue;
        for (std::size_t ty = 0; ty < g.pool_height; ++ty) {
          for (std::size_t tx = 0; tx < g.pool_width; ++tx) {
            const std::size_t row = (y - g.pad_top) * g.pool_height + ty;
            const std::size_t column = (x - g.pad_left) * g.pool_width + tx;
            out[at] += z[(c * g.in_height + row) * g.in_width + column];
          }
        }
        any = any || out[at] != 0;
      }
    }
  }
  return any;
}

void append(support::Matrix<float>& rows, const std::vector<float>& row) {
  rows.data.insert(rows.data.end(), row.begin(), row.end());
  ++rows.rows;
}

// What a neuron sent in a step, in real numbers.
float sent(const ir::Network& network, const sim::FloatResult& result, std::size_t population,
           std::size_t t, std::size_t neuron) {
  if (network.populations[population].spiking) {
    return result.recording.spikes[population](t, neuron);
  }
  return static_cast<float>(result.recording.membranes[population](t, neuron));
}

// z[t] for one sample; every `stride`-th step is kept.
void append_traces(const ir::Network& network, const ir::Projection& p, const ir::Dataset& data,
                   std::size_t sample, const sim::FloatResult& result, std::size_t stride,
                   double scale, support::Matrix<float>& out) {
  const auto* conv = std::get_if<ir::Conv>(&p.connectivity);
  const bool from_input = p.source.kind == ir::Source::Kind::Input;
  const std::size_t n = ir::element_count(network.source_shape(p.source));
  Filter filter(network, p);
  std::vector<float> seen;
  for (std::size_t t = 0; t < data.timesteps; ++t) {
    const ir::Row x = from_input
                          ? data.step(sample, t).part(ir::first_element(network, p.source.index), n)
                          : ir::Row(nullptr, nullptr, 0);
    for (std::size_t i = 0; i < n; ++i) {
      float s = 0;
      if (from_input)
        s = static_cast<float>(scale * static_cast<double>(x[i]));
      else if (t >= filter.delay())
        s = sent(network, result, p.source.index, t - filter.delay(), i);
      filter.step(i, s);
    }
    if (t % stride != stride - 1) continue;
    if (conv == nullptr) {
      append(out, filter.z());
      continue;
    }
    // One position, spread evenly and unlike from row to row.
    const ir::ConvGeometry& g = conv->geometry;
    const std::size_t positions = g.out_height * g.out_width;
    for (std::size_t k = 0; k < kPatchTries; ++k) {
      const std::size_t position = ((out.rows * kPatchTries + k) * 2654435761U) % positions;
      if (patch(g, filter.z(), position, seen)) break;
    }
    append(out, seen);
  }
}

// The largest membranes and counts so far.
void observe(const sim::FloatResult& result, passes::Calibration& calibration) {
  const std::size_t populations = result.recording.spikes.size();
  calibration.membrane_max.resize(populations, 0);
  calibration.count_max.resize(populations, 0);
  for (std::size_t p = 0; p < populations; ++p) {
    for (const double v : result.recording.membranes[p].data) {
      calibration.membrane_max[p] = std::max(calibration.membrane_max[p], std::abs(v));
    }
    for (const std::uint8_t s : result.recording.spikes[p].data) {
      calibration.count_max[p] = std::max<int>(calibration.count_max[p], s);
    }
  }
}

std::size_t trace_columns(const ir::Network& network, const ir::Projection& p) {
  if (const auto* conv = std::get_if<ir::Conv>(&p.connectivity)) {
    const ir::ConvGeometry& g = conv->geometry;
    return g.in_channels * g.kernel_height * g.kernel_width;
  }
  return ir::element_count(network.source_shape(p.source));
}

}  // namespace

passes::Calibration calibrate(const ir::Network& network, const ir::Dataset& data,
                              std::size_t max_samples, int input_bits, const ir::Dataset* also) {
  passes::Calibration calibration;
  std::vector<const ir::Dataset*> sets{&data};
  if (also != nullptr) sets.push_back(also);
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    input_range(network, i, sets, input_bits, calibration);
  }
  for (const ir::Projection& p : network.projections) {
    calibration.traces.emplace_back(0, trace_columns(network, p));
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
    observe(result, calibration);
    for (std::size_t p = 0; p < network.projections.size(); ++p) {
      const ir::Projection& projection = network.projections[p];
      if (std::holds_alternative<ir::MaxPool>(projection.connectivity)) continue;
      append_traces(network, projection, data, sample, result, step_stride,
                    1 / passes::weight_factor(projection, calibration), calibration.traces[p]);
    }
  }
  return calibration;
}

namespace {

// As narrow as the proof allows, which the fast model takes; where there is none, as wide as can
// be.
ir::QuantizedNetwork with_widths(const ir::QuantizedNetwork& quantized) {
  std::vector<std::optional<int>> given;  // those that are to saturate
  for (const ir::QuantizedPopulation& p : quantized.populations) {
    given.push_back(p.membrane_bits > 0 ? std::optional<int>(p.membrane_bits) : std::nullopt);
  }
  try {
    ir::QuantizedNetwork proved = quantized;
    assign_proved_widths(proved, given);
    return proved;
  } catch (const support::InputError&) {
    return passes::with_trial_widths(quantized);
  }
}

}  // namespace

passes::CalibrationRun record(const ir::Network& network, const ir::Dataset& data) {
  // Elements x steps to be run once through, and samples at most and, of large networks, at least.
  constexpr std::size_t kBudget = 40'000'000;
  constexpr std::size_t kMaxSamples = 384;
  constexpr std::size_t kMinSamples = 16;
  std::size_t elements = 0;
  for (const ir::Input& i : network.inputs) elements += ir::element_count(i.shape);
  for (const ir::Population& p : network.populations) elements += p.neurons();
  const std::size_t cost = std::max<std::size_t>(1, elements * data.timesteps);
  const std::size_t samples =
      std::min(data.samples, std::clamp(kBudget / cost, kMinSamples, kMaxSamples));
  passes::CalibrationRun out;
  out.data = &data;
  for (std::size_t k = 0; k < samples; ++k) out.samples.push_back(k * data.samples / samples);
  const sim::FloatModel model(network);
  sim::FloatResult result;
  for (const std::size_t sample : out.samples) {
    model.run(data, sample, result);
    out.real.spikes.push_back(result.recording.spikes);
    out.real.scores.push_back(result.scores);
  }
  const std::vector<std::size_t> chosen = out.samples;
  out.run = [&data, chosen](const ir::QuantizedNetwork& quantized) {
    const ir::QuantizedNetwork wide = with_widths(quantized);
    const sim::WholeModel integers(wide);
    sim::IntegerResult run;
    passes::Recording recording;
    const ir::QuantizedPopulation& output = wide.populations[wide.output];
    for (const std::size_t sample : chosen) {
      integers.run(data, sample, run);
      recording.spikes.push_back(std::move(run.recording.spikes));
      std::vector<double> scores;
      for (std::size_t j = 0; j < run.scores.size(); ++j) {
        const bool counts = wide.readout == ir::Readout::SpikeCount;
        scores.push_back(counts ? static_cast<double>(run.scores[j])
                                : output.real(run.scores[j], j));
      }
      recording.scores.push_back(std::move(scores));
    }
    return recording;
  };
  return out;
}

}  // namespace hillock::driver
