#include "compiler/driver/fidelity.h"

#include <algorithm>
#include <utility>

#include "sim/fast/whole_model.h"
#include "sim/float/float_model.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

std::vector<std::size_t> some_of(const Build& build, const ir::Dataset& data,
                                 const std::vector<std::size_t>& samples) {
  constexpr std::size_t kBudget = 30'000'000;  // elements x steps
  constexpr std::size_t kMost = 100;
  constexpr std::size_t kLeast = 8;
  std::size_t elements = data.feature_count();
  for (const ir::Population& p : build.network.populations) elements += p.neurons();
  const std::size_t cost = std::max<std::size_t>(1, elements * data.timesteps);
  const std::size_t n = std::min(samples.size(), std::clamp(kBudget / cost, kLeast, kMost));
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < n; ++k) out.push_back(samples[k * samples.size() / n]);
  return out;
}

// What the integers did, as the float network would say it.
sim::Recording<double> in_real(const ir::QuantizedNetwork& q,
                               const sim::Recording<std::int64_t>& integer) {
  sim::Recording<double> out;
  out.spikes = integer.spikes;
  for (std::size_t p = 0; p < q.populations.size(); ++p) {
    const auto& v = integer.membranes[p];
    auto& real = out.membranes.emplace_back(v.rows, v.cols);
    for (std::size_t i = 0; i < v.data.size(); ++i) {
      real.data[i] = q.populations[p].real(v.data[i], i % v.cols);
    }
  }
  return out;
}

struct PopulationTally {
  std::int64_t real = 0;
  std::int64_t integer = 0;
  std::int64_t differing = 0;
  std::int64_t updates = 0;
};

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

json populations_json(const Build& build, const std::vector<PopulationTally>& tallies) {
  json out = json::array();
  for (std::size_t p = 0; p < tallies.size(); ++p) {
    const PopulationTally& t = tallies[p];
    if (!build.network.populations[p].spiking) continue;
    const double real = share(t.real, t.updates);
    const double integer = share(t.integer, t.updates);
    out.push_back({{"name", build.network.populations[p].name},
                   {"rate_float", real},
                   {"rate_integer", integer},
                   {"rate_drift", t.real == 0 ? json(nullptr) : json(integer / real - 1)},
                   {"spikes_differing", share(t.differing, t.updates)}});
  }
  return out;
}

// Whether spikes are the same; counts what differs.
bool compare(const sim::FloatResult& real, const sim::IntegerResult& integer,
             std::vector<PopulationTally>& tallies) {
  bool alike = true;
  for (std::size_t p = 0; p < tallies.size(); ++p) {
    const auto& a = real.recording.spikes[p].data;
    const auto& b = integer.recording.spikes[p].data;
    for (std::size_t i = 0; i < a.size(); ++i) {
      tallies[p].real += a[i];
      tallies[p].integer += b[i];
      tallies[p].differing += a[i] != b[i] ? 1 : 0;
    }
    tallies[p].updates += static_cast<std::int64_t>(a.size());
    alike = alike && a == b;
  }
  return alike;
}

}  // namespace

json fidelity(const Build& build, const ir::Dataset& data,
              const std::vector<std::size_t>& samples) {
  const std::vector<std::size_t> chosen = some_of(build, data, samples);
  if (chosen.empty()) return nullptr;
  const std::size_t populations = build.network.populations.size();
  ir::QuantizedNetwork unclamped = build.quantized;
  bool saturates = false;
  for (ir::QuantizedPopulation& p : unclamped.populations) {
    saturates = saturates || p.overflow == numeric::OverflowMode::Saturating;
    p.membrane_bits = 62;
  }
  const sim::FloatModel real_model(build.network);
  const sim::WholeModel integer_model(build.quantized);
  const sim::WholeModel unclamped_model(unclamped);
  sim::FloatResult real;
  sim::FloatResult mixed;
  sim::IntegerResult integer;
  sim::IntegerResult wide;
  std::vector<PopulationTally> tallies(populations);
  std::int64_t identical = 0;
  // Right answers of the float network, then with more and more populations in integers that do not
  // saturate, and in the end with those that may.
  std::vector<std::int64_t> right(populations + 2, 0);
  for (const std::size_t sample : chosen) {
    real_model.run(data, sample, real);
    integer_model.run(data, sample, integer);
    if (saturates) unclamped_model.run(data, sample, wide);
    const sim::IntegerResult& full = saturates ? wide : integer;
    identical += compare(real, integer, tallies) ? 1 : 0;
    const auto label = data.y.empty() ? real.predicted : static_cast<std::size_t>(data.y[sample]);
    const sim::Recording<double> given = in_real(build.quantized, full.recording);
    right[0] += real.predicted == label ? 1 : 0;
    for (std::size_t p = 1; p < populations; ++p) {
      real_model.run_after(data, sample, given, p, mixed);
      right[p] += mixed.predicted == label ? 1 : 0;
    }
    right[populations] += full.predicted == label ? 1 : 0;
    right[populations + 1] += integer.predicted == label ? 1 : 0;
  }
  const auto n = static_cast<std::int64_t>(chosen.size());
  const auto points = [&](std::size_t k) { return 100 * share(right[k] - right[k + 1], n); };
  json by_population = json::array();
  for (std::size_t p = 0; p < populations; ++p) {
    by_population.push_back({{"name", build.network.populations[p].name}, {"points", points(p)}});
  }
  return {{"samples", n},
          {"identical_samples", share(identical, n)},
          {"populations", populations_json(build, tallies)},
          {"loss",
           {{"import", std::string(ir::name(build.network.import.grade))},
            {"of", data.y.empty() ? "agreement with the float network" : "accuracy"},
            {"float", share(right[0], n)},
            {"integers", by_population},
            {"saturation", points(populations)},
            {"integer", share(right[populations + 1], n)}}}};
}

}  // namespace hillock::driver
