#include "compiler/driver/neurobench.h"

#include <algorithm>
#include <variant>

#include "hw_models/geometry/geometry.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

struct Fan {
  double all = 0;      // synapses of a source element
  double nonzero = 0;  // whose weight is not zero
};

struct Connections {
  std::vector<std::vector<Fan>> fans;  // per projection, per source element
  std::vector<double> synapses;        // per projection
  std::size_t stored = 0;
  std::size_t zeros = 0;

  explicit Connections(const ir::QuantizedNetwork& n) {
    for (const ir::QuantizedProjection& k : n.projections) {
      const std::size_t elements = k.source.kind == ir::Source::Kind::Input
                                       ? ir::element_count(n.inputs[k.source.index].shape)
                                       : n.populations[k.source.index].neurons();
      fans.emplace_back(elements);
      synapses.push_back(0);
      for (std::size_t i = 0; i < elements; ++i) {
        Fan& fan = fans.back()[i];
        ir::for_each_synapse(k.connectivity, i, [&](std::size_t, std::int32_t w) {
          ++fan.all;
          fan.nonzero += w != 0 ? 1 : 0;
        });
        synapses.back() += fan.all;
      }
      std::visit([this](const auto& c) { count(c); }, k.connectivity);
    }
  }

 private:
  void count(const support::Matrix<std::int32_t>& weights) {
    stored += weights.data.size();
    zeros += static_cast<std::size_t>(std::count(weights.data.begin(), weights.data.end(), 0));
  }
  template <typename C>
  void count(const C& c) {
    if constexpr (requires { c.weight.data; }) {
      count(c.weight);
    } else if constexpr (requires { c.weight.size(); }) {
      stored += c.weight.size();
      zeros += static_cast<std::size_t>(std::count(c.weight.begin(), c.weight.end(), 0));
    } else if constexpr (requires { c.synapses; }) {
      stored += c.synapses.size();
      for (const auto& s : c.synapses) zeros += s.weight == 0 ? 1 : 0;
    }
  }
};

struct Sums {
  double spikes = 0;
  double outputs = 0;
  double acs = 0;
  double macs = 0;
  double dense = 0;
  double updates = 0;
};

// Whether a projection's input in a step is one that needs no multiplication.
bool binary_step(const ir::QuantizedNetwork& n, const ir::QuantizedProjection& k,
                 const ir::Dataset& data, std::size_t sample, std::size_t t) {
  if (k.source.kind != ir::Source::Kind::Input) {
    const ir::QuantizedPopulation& p = n.populations[k.source.index];
    return p.spiking && !p.sends_counts();
  }
  const ir::QuantizedInput& input = n.inputs[k.source.index];
  const ir::Row row = data.step(sample, t).part(ir::first_element(n, k.source.index),
                                                ir::element_count(input.shape));
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] != 0.0F && row[i] != 1.0F && row[i] != -1.0F) return false;
  }
  return true;
}

void add_sample(const ir::QuantizedNetwork& n, const ir::Dataset& data, std::size_t sample,
                const sim::IntegerResult& r, const Connections& connections, Sums& sums) {
  for (std::size_t p = 0; p < n.populations.size(); ++p) {
    const auto& membranes = r.recording.membranes[p];
    const auto& spikes = r.recording.spikes[p];
    sums.outputs += static_cast<double>(spikes.data.size());
    sums.spikes += static_cast<double>(r.activity.populations[p].spikes);
    for (std::size_t t = 0; t < membranes.rows; ++t) {
      for (std::size_t j = 0; j < membranes.cols; ++j)
        sums.updates += t == 0 || membranes(t, j) != membranes(t - 1, j) ? 1 : 0;
    }
  }
  std::vector<std::size_t> place(n.populations.size(), 0);  // among the projections of a target
  for (std::size_t k = 0; k < n.projections.size(); ++k) {
    const ir::QuantizedProjection& projection = n.projections[k];
    const std::size_t at = place[projection.target]++;
    const auto& steps = r.activity.populations[projection.target].projections[at].step_elements;
    for (std::size_t t = 0; t < steps.size(); ++t) {
      sums.dense += connections.synapses[k];
      double effective = 0;
      for (const std::uint32_t element : steps[t])
        effective += connections.fans[k][element].nonzero;
      (binary_step(n, projection, data, sample, t) ? sums.acs : sums.macs) += effective;
    }
  }
}

}  // namespace

nlohmann::json neurobench(const Build& build, const ir::Dataset& data, std::size_t most) {
  const ir::QuantizedNetwork& n = build.quantized;
  const Connections connections(n);
  const sim::IntegerModel model(n);
  const std::size_t samples = std::min(data.samples, most);
  Sums sums;
  sim::IntegerResult result;
  for (std::size_t s = 0; s < samples; ++s) {
    model.run(data, s, result);
    add_sample(n, data, s, result, connections, sums);
  }
  std::int64_t bits = 0;
  for (std::size_t p = 0; p < n.populations.size(); ++p) {
    const hw_models::EngineSize e = hw_models::engine_size(n, build.mapping, p);
    bits += e.weights.bits() + e.states.bits() + e.sums.bits() + e.parameters.bits();
  }
  const auto count = static_cast<double>(std::max<std::size_t>(samples, 1));
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0; };
  return {{"samples", samples},
          {"footprint_bytes", (bits + 7) / 8},
          {"connection_sparsity",
           share(static_cast<double>(connections.zeros), static_cast<double>(connections.stored))},
          {"activation_sparsity", 1 - share(sums.spikes, sums.outputs)},
          {"effective_acs", sums.acs / count},
          {"effective_macs", sums.macs / count},
          {"dense_synops", sums.dense / count},
          {"membrane_updates", sums.updates / count}};
}

}  // namespace hillock::driver
