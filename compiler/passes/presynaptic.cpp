#include "compiler/passes/presynaptic.h"

#include <algorithm>
#include <cmath>

namespace hillock::passes {
namespace {

const ir::Conv* conv_of(const ir::Projection& p) { return std::get_if<ir::Conv>(&p.connectivity); }

bool has_weights(const ir::Projection& p) {
  return !std::holds_alternative<ir::MaxPool>(p.connectivity);
}

// The columns of a projection: the source's elements, or the places of a convolution's window.
std::size_t column_count(const ir::Network& network, const ir::Projection& p) {
  if (const ir::Conv* conv = conv_of(p)) {
    const ir::ConvGeometry& g = conv->geometry;
    return g.in_channels * g.kernel_height * g.kernel_width;
  }
  return ir::element_count(network.source_shape(p.source));
}

// Whether a projection's weights become columns: where a convolution reaches the population its
// channels share weights, and only convolutions say which.
bool is_column(const ir::Projection& p, bool shared) {
  return has_weights(p) && (!shared || conv_of(p) != nullptr);
}

bool shares_weights(const ir::Network& network, std::size_t population) {
  return std::any_of(network.projections.begin(), network.projections.end(), [&](const auto& p) {
    return p.target == population && conv_of(p) != nullptr;
  });
}

void add_slots(const ir::Projection& p, std::size_t index, std::size_t first, double factor,
               std::vector<std::vector<Slot>>& channels) {
  if (const auto* dense = std::get_if<ir::Dense>(&p.connectivity)) {
    const auto& w = dense->weight;
    for (std::size_t j = 0; j < w.rows; ++j) {
      for (std::size_t i = 0; i < w.cols; ++i) {
        channels[j].push_back({index, j * w.cols + i, first + i, w(j, i) * factor});
      }
    }
  } else if (const ir::Conv* conv = conv_of(p)) {
    const ir::ConvGeometry& g = conv->geometry;
    const std::size_t size = g.weights() / g.out_channels;
    for (std::size_t c = 0; c < g.out_channels; ++c) {
      const std::size_t base = first + c / g.group_outputs() * size;
      for (std::size_t k = 0; k < size; ++k) {
        channels[c].push_back({index, c * size + k, base + k, conv->weight[c * size + k] * factor});
      }
    }
  } else if (const auto* sparse = std::get_if<ir::Sparse>(&p.connectivity)) {
    for (std::size_t k = 0; k < sparse->synapses.size(); ++k) {
      const auto& s = sparse->synapses[k];
      channels[s.target].push_back({index, k, first + s.source, s.weight * factor});
    }
  }
}

// Which place of an output position's window each element of the source is: pairs of (element,
// window place).
std::vector<std::pair<std::size_t, std::size_t>> window_of(const ir::ConvGeometry& g,
                                                           std::size_t position) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  const std::size_t oy = position / g.out_width;
  const std::size_t ox = position % g.out_width;
  for (std::size_t c = 0; c < g.in_channels; ++c) {
    for (std::size_t ky = 0; ky < g.kernel_height; ++ky) {
      for (std::size_t kx = 0; kx < g.kernel_width; ++kx) {
        const std::size_t y = oy * g.stride_height + ky * g.dilation_height;
        const std::size_t x = ox * g.stride_width + kx * g.dilation_width;
        if (y < g.pad_top || y - g.pad_top >= g.in_height / g.pool_height) continue;
        if (x < g.pad_left || x - g.pad_left >= g.in_width / g.pool_width) continue;
        const std::size_t place = (c * g.kernel_height + ky) * g.kernel_width + kx;
        for (std::size_t ty = 0; ty < g.pool_height; ++ty) {
          for (std::size_t tx = 0; tx < g.pool_width; ++tx) {
            const std::size_t row = (y - g.pad_top) * g.pool_height + ty;
            const std::size_t column = (x - g.pad_left) * g.pool_width + tx;
            pairs.emplace_back((c * g.in_height + row) * g.in_width + column, place);
          }
        }
      }
    }
  }
  return pairs;
}

void add_event(Column& column, std::uint32_t at, float value) {
  if (!column.at.empty() && column.at.back() == at) {
    column.value.back() += value;
    return;
  }
  column.at.push_back(at);
  column.value.push_back(value);
}

}  // namespace

Presynaptic slots_of(const ir::Network& network, std::size_t population,
                     const Calibration& calibration, const CalibrationRun& run,
                     std::size_t max_rows) {
  Presynaptic out;
  out.steps = run.data->timesteps;
  const std::size_t positions = ir::positions_of(network, population);
  const bool shared = shares_weights(network, population);
  out.channels.resize(network.populations[population].neurons() / positions);
  for (const ir::Projection& p : network.projections) {
    const bool membranes = p.source.kind == ir::Source::Kind::Population &&
                           ir::sends_membranes(network, p.source.index);
    if (p.target == population && membranes) return out;
  }
  std::size_t columns = 0;
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    const ir::Projection& p = network.projections[k];
    if (p.target != population) continue;
    if (!is_column(p, shared)) {
      out.partial = true;
      continue;
    }
    add_slots(p, k, columns, weight_factor(p, calibration), out.channels);
    columns += column_count(network, p);
  }
  out.columns.resize(columns);
  const std::size_t samples = run.samples.size();
  if (samples == 0 || columns == 0) return out;
  // Whole samples, evenly spread; of a convolution several positions of each, unlike from sample to
  // sample.
  const std::size_t wanted = std::max<std::size_t>(1, max_rows / out.steps);
  const std::size_t kept = std::min(samples, wanted);
  const std::size_t each = std::clamp<std::size_t>(wanted / kept, 1, positions);
  for (std::size_t s = 0; s < kept; ++s) {
    for (std::size_t k = 0; k < each; ++k) {
      const std::size_t position =
          each == positions ? k : (s * 7919 + k * positions / each) % positions;
      out.episodes.push_back({s * samples / kept, position});
    }
  }
  return out;
}

void fill_columns(const ir::Network& network, std::size_t population,
                  const Calibration& calibration, const CalibrationRun& run,
                  const Recording& spikes, bool integers, Presynaptic& into) {
  for (Column& c : into.columns) c = {};
  const bool shared = shares_weights(network, population);
  std::size_t first = 0;
  for (const ir::Projection& p : network.projections) {
    if (p.target != population || !is_column(p, shared)) continue;
    const std::size_t elements = ir::element_count(network.source_shape(p.source));
    const auto delay = static_cast<std::size_t>(p.delay);
    const double scale = 1 / weight_factor(p, calibration);
    const ir::Conv* conv = conv_of(p);
    for (std::size_t e = 0; e < into.episodes.size(); ++e) {
      const Episode& episode = into.episodes[e];
      std::vector<std::pair<std::size_t, std::size_t>> pairs;
      if (conv != nullptr) pairs = window_of(conv->geometry, episode.position);
      for (std::size_t t = delay; t < into.steps; ++t) {
        const auto at = static_cast<std::uint32_t>(e * into.steps + t);
        const auto value = [&](std::size_t i) -> float {
          if (p.source.kind == ir::Source::Kind::Population) {
            return spikes.spikes[episode.sample][p.source.index](t - delay, i);
          }
          const float x = run.data->step(run.samples[episode.sample], t)[i];
          if (x == 0) return 0;
          const double scaled = x * scale;
          return static_cast<float>(integers ? std::floor(scaled + 0.5) : scaled);
        };
        if (conv == nullptr) {
          for (std::size_t i = 0; i < elements; ++i) {
            const float v = value(i);
            if (v != 0) add_event(into.columns[first + i], at, v);
          }
        } else {
          for (const auto& [element, place] : pairs) {
            const float v = value(element);
            if (v != 0) add_event(into.columns[first + place], at, v);
          }
        }
      }
    }
    first += column_count(network, p);
  }
}

support::Matrix<float> traces_of(const Presynaptic& in, const MembraneFilter& filter,
                                 std::size_t stride) {
  const std::size_t total = in.episodes.size() * in.steps;
  support::Matrix<float> rows(total / stride, in.columns.size());
  const auto decay = static_cast<float>(filter.decay);
  const auto current_decay = static_cast<float>(filter.current_decay);
  for (std::size_t c = 0; c < in.columns.size(); ++c) {
    const Column& column = in.columns[c];
    std::size_t next = 0;
    float z = 0;
    float current = 0;
    float hidden = 0;
    for (std::size_t at = 0; at < total; ++at) {
      if (at % in.steps == 0) z = current = hidden = 0;
      float x = 0;
      if (next < column.at.size() && column.at[next] == at) x = column.value[next++];
      switch (filter.synapse) {
        case ir::Synapse::None:
          z = decay * z + x;
          break;
        case ir::Synapse::Current:
          current = current_decay * current + x;
          z = decay * z + current;
          break;
        case ir::Synapse::Alpha:
          current = current_decay * current + x;
          hidden = decay * hidden - x;
          z = current + hidden;
          break;
      }
      if (at % stride == stride - 1 && at / stride < rows.rows) rows(at / stride, c) = z;
    }
  }
  return rows;
}

}  // namespace hillock::passes
