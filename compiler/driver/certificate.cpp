#include "compiler/driver/certificate.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>
#include <tuple>

#include "compiler/analysis/overflow.h"

namespace hillock::driver {
namespace {

using analysis::NeuronBounds;
using analysis::Range;
using nlohmann::json;

json pair(Range r) { return {r.lo, r.hi}; }

bool fits(Range r, int bits) {
  return r.lo >= numeric::min_of(bits) && r.hi <= numeric::max_of(bits);
}

auto key_of(const NeuronBounds& b) {
  return std::tuple(b.input.lo, b.input.hi, b.sum.lo, b.sum.hi, b.membrane.lo, b.membrane.hi,
                    b.current.lo, b.current.hi, b.steps, b.closed);
}

std::string argument(const NeuronBounds& b, int timesteps) {
  if (b.closed) {
    return fmt::format("grows for {} steps, then one more adds nothing: holds for any number",
                       b.steps);
  }
  return fmt::format("grows in each of the {} steps, and holds for these", timesteps);
}

json population_json(const ir::QuantizedNetwork& network, std::size_t index,
                     const std::vector<NeuronBounds>& neurons) {
  const ir::QuantizedPopulation& p = network.populations[index];
  // Neurons with the same bounds are listed once, as runs of [first, count].
  std::map<decltype(key_of(neurons.front())), std::size_t> seen;
  json sorts = json::array();
  for (std::size_t j = 0; j < neurons.size(); ++j) {
    const NeuronBounds& b = neurons[j];
    const bool current_fits = p.current_bits == 0 || fits(b.current, p.current_bits);
    if (!fits(b.sum, p.accumulator_bits) || !fits(b.membrane, p.membrane_bits) || !current_fits) {
      throw std::logic_error(fmt::format("{}: neuron {} does not fit its widths", p.name, j));
    }
    const auto [place, fresh] = seen.try_emplace(key_of(b), sorts.size());
    if (fresh) {
      sorts.push_back({{"neurons", json::array()},
                       {"input", pair(b.input)},
                       {"sum", pair(b.sum)},
                       {"membrane", pair(b.membrane)},
                       {"current", pair(b.current)},
                       {"argument", argument(b, network.timesteps)}});
    }
    json& runs = sorts[place->second]["neurons"];
    const bool next =
        !runs.empty() && runs.back()[0].get<std::size_t>() + runs.back()[1].get<std::size_t>() == j;
    if (next) {
      runs.back()[1] = runs.back()[1].get<std::size_t>() + 1;
    } else {
      runs.push_back({j, 1});
    }
  }
  return {{"name", p.name},
          {"neurons", neurons.size()},
          {"overflow", p.overflow == numeric::OverflowMode::Proved ? "proved" : "saturating"},
          {"accumulator_bits", p.accumulator_bits},
          {"membrane_bits", p.membrane_bits},
          {"current_bits", p.current_bits},
          {"sorts", std::move(sorts)}};
}

}  // namespace

json overflow_certificate(const ir::QuantizedNetwork& network) {
  std::vector<std::optional<int>> clamped;
  for (const ir::QuantizedPopulation& p : network.populations) {
    const bool saturates = p.overflow == numeric::OverflowMode::Saturating;
    clamped.push_back(saturates ? std::optional<int>(p.membrane_bits) : std::nullopt);
  }
  const auto bounds = analysis::bound_neurons(network, clamped);
  json populations = json::array();
  for (std::size_t p = 0; p < bounds.size(); ++p) {
    populations.push_back(population_json(network, p, bounds[p]));
  }
  return {
      {"version", 1},
      {"timesteps", network.timesteps},
      {"claim",
       "Whatever the input, within `timesteps` steps of a sample: the events of one step add "
       "`input` to a neuron, the running sum of its membrane stays in `sum`, the membrane after "
       "a step in `membrane`, the running sum of its current in `current`; in membrane units. "
       "They fit the widths, except that a membrane that saturates is clamped to its own."},
      {"populations", std::move(populations)}};
}

}  // namespace hillock::driver
