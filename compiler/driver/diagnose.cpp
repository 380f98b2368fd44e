#include "compiler/driver/diagnose.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

constexpr double kCoarse = 0.05;     // relative error that is worth a word
constexpr double kSaturated = 0.95;  // spikes per neuron and step
constexpr std::size_t kSamples = 16;

json warning(const char* id, const std::string& population, std::string message, std::string help) {
  return {{"id", id},
          {"population", population},
          {"message", std::move(message)},
          {"help", std::move(help)}};
}

struct Rates {
  double real = 0;
  double integer = 0;
};

// Spikes per neuron and step of every population, on a few samples.
std::vector<Rates> rates_of(const ir::Network& network, const ir::QuantizedNetwork& quantized,
                            const ir::Dataset& data) {
  std::vector<Rates> rates(network.populations.size());
  const sim::FloatModel real(network);
  const sim::IntegerModel integer(quantized);
  sim::FloatResult a;
  sim::IntegerResult b;
  const std::size_t samples = std::min(data.samples, kSamples);
  for (std::size_t k = 0; k < samples; ++k) {
    const std::size_t sample = k * data.samples / samples;
    real.run(data, sample, a);
    integer.run(data, sample, b);
    for (std::size_t p = 0; p < rates.size(); ++p) {
      const auto mean = [&](const std::vector<std::uint8_t>& spikes) {
        double sum = 0;
        for (const std::uint8_t s : spikes) sum += s;
        return sum / static_cast<double>(std::max<std::size_t>(1, spikes.size() * samples));
      };
      rates[p].real += mean(a.recording.spikes[p].data);
      rates[p].integer += mean(b.recording.spikes[p].data);
    }
  }
  return rates;
}

void judge_rates(const ir::QuantizedPopulation& p, const Rates& r, json& out) {
  if (r.integer == 0 && r.real == 0) {
    out.push_back(warning("layer-silent", p.name,
                          "no neuron spikes on the calibration samples, in floating point either",
                          "nothing behind it sees the input: check the scale of the data and the "
                          "thresholds"));
  } else if (r.integer == 0) {
    out.push_back(warning("layer-silent", p.name,
                          "no neuron spikes in integers, though it does in floating point",
                          fmt::format("give it more bits: --weight-bits {}=8", p.name)));
  }
  if (r.integer <= kSaturated || p.sends_counts()) return;
  const bool too = r.real > kSaturated;
  out.push_back(warning(
      "layer-saturated", p.name,
      fmt::format("its neurons spike in {:.0f} % of all steps{}", 100 * r.integer,
                  too ? ", in floating point too"
                      : fmt::format(", against {:.0f} % in floating "
                                    "point",
                                    100 * r.real)),
      too ? "it tells its targets nothing: raise its thresholds, or train with a price on spikes"
          : fmt::format("give it more bits: --weight-bits {}=8", p.name)));
}

// A decay and its integer: the share of the time constant that is lost.
void judge_decay(const std::string& population, const ir::PerNeuron<double>& decay,
                 const ir::PerNeuron<std::int64_t>& multiplier, int shift, const char* option,
                 json& out) {
  double worst = 0;
  double real = 0;
  double integer = 0;
  const std::size_t n = decay.stored().size();
  for (std::size_t j = 0; j < n; ++j) {
    const double beta = decay[j];
    const double got = std::ldexp(static_cast<double>(multiplier[j]), -shift);
    if (beta >= 1) continue;
    const double error = std::abs(got - beta) / (1 - beta);
    if (error <= worst) continue;
    worst = error;
    real = beta;
    integer = got;
  }
  if (worst <= kCoarse) return;
  // Half a unit of the last bit is the largest error: as many bits as leave a twentieth.
  const int bits = static_cast<int>(std::ceil(-std::log2(2 * kCoarse * (1 - real))));
  out.push_back(warning("decay-coarse", population,
                        fmt::format("{} bits make a decay of {:.6g} into {:.6g}{}", shift, real,
                                    integer, integer >= 1 ? ", which never leaks" : ""),
                        fmt::format("give it {} bits: {} {}={}", bits, option, population, bits)));
}

// Returns whether the population could spike at all.
bool judge_threshold(const ir::Population& real, const ir::QuantizedPopulation& p,
                     const std::vector<bool>& silent, json& out) {
  const auto stuck = std::count(silent.begin(), silent.end(), true);
  if (stuck == static_cast<std::ptrdiff_t>(silent.size())) {
    out.push_back(warning("layer-silent", p.name,
                          "no input can lift any of its neurons above their thresholds",
                          "lower its thresholds, or scale its weights up: it is dead hardware"));
    return false;
  }
  double fewest = 0;
  double theta = 0;
  for (std::size_t j = 0; j < p.neurons(); ++j) {
    if (silent[j]) continue;
    const double units = real.threshold[j] * p.scale[j] * std::ldexp(1.0, p.fraction_bits);
    if (fewest == 0 || units < fewest) {
      fewest = units;
      theta = real.threshold[j];
    }
  }
  if (0.5 / fewest <= kCoarse) return true;
  const int bits = p.fraction_bits + static_cast<int>(std::ceil(std::log2(0.5 / kCoarse / fewest)));
  out.push_back(warning(
      "threshold-coarse", p.name,
      fmt::format("a threshold of {:.6g} counts {:.3g} units of its membrane", theta, fewest),
      fmt::format("give it {} bits: --fraction-bits {}={}", bits, p.name, bits)));
  return true;
}

}  // namespace

json diagnose(const ir::Network& network, const ir::QuantizedNetwork& quantized,
              const std::vector<std::vector<bool>>& silent, const ir::Dataset* calibration) {
  json out = json::array();
  std::vector<Rates> rates;
  if (calibration != nullptr && calibration->samples > 0) {
    rates = rates_of(network, quantized, *calibration);
  }
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const ir::Population& real = network.populations[i];
    const ir::QuantizedPopulation& p = quantized.populations[i];
    judge_decay(p.name, real.decay, p.decay, p.decay_shift, "--decay-bits", out);
    if (real.synapse != ir::Synapse::None) {
      judge_decay(p.name, real.current_decay, p.current_decay, p.current_decay_shift,
                  "--current-decay-bits", out);
    }
    if (!real.spiking) continue;
    const bool can_spike = judge_threshold(real, p, silent[i], out);
    if (can_spike && !rates.empty()) judge_rates(p, rates[i], out);
  }
  return out;
}

}  // namespace hillock::driver
