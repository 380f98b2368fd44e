#include "compiler/import/snntorch_export.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace hillock::import {
namespace {

constexpr double kFloatRounding = 1e-5;  // relative

// The exporter forwards. Where the file is float32, a float64 result was rounded to it on the way.
bool exports_to(float beta, double tau, bool single_precision, double dt) {
  const double wide = dt / (1.0 - static_cast<double>(beta));
  if (!single_precision) return wide == tau;
  const float narrow = static_cast<float>(dt) / (1.0F - beta);
  const auto stored = static_cast<float>(tau);
  return narrow == stored || static_cast<float>(wide) == stored;
}

float up(float v) { return std::nextafter(v, std::numeric_limits<float>::infinity()); }
float down(float v) { return std::nextafter(v, -std::numeric_limits<float>::infinity()); }

}  // namespace

RecoveredBeta recover_beta(double tau, bool single_precision, double dt) {
  const double near = 1.0 - dt / tau;
  const auto fits = [&](float b) { return exports_to(b, tau, single_precision, dt); };
  const auto found = [&](float b) {
    // Beside 0 the float32 numbers lie so close that all of them export alike.
    return RecoveredBeta{b, true, fits(up(b)) || fits(down(b))};
  };
  if (fits(0.0F)) return found(0.0F);
  // Shortest decimal first: a beta that a person wrote down has few digits.
  for (int digits = 1; digits <= std::numeric_limits<float>::max_digits10; ++digits) {
    const std::string text = fmt::format("{:.{}e}", near, digits - 1);
    const double rounded = std::strtod(text.c_str(), nullptr);
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(near))) - (digits - 1));
    for (const double candidate : {rounded, rounded - unit, rounded + unit}) {
      // Through text again: the nearest float32 of the decimal, not of its neighbour in binary.
      const std::string shortest = fmt::format("{:.{}e}", candidate, digits - 1);
      const float b = std::strtof(shortest.c_str(), nullptr);
      if (std::isfinite(b) && fits(b)) return found(b);
    }
  }
  float below = static_cast<float>(near);
  float above = below;
  for (int i = 0; i < 64; ++i) {
    if (fits(below)) return found(below);
    if (fits(above)) return found(above);
    below = down(below);
    above = up(above);
  }
  return {near, false, false};
}

bool is_unit_gain(double r, double tau, double dt) {
  const double expected = tau / dt;
  return std::abs(r - expected) <= kFloatRounding * std::abs(expected);
}

}  // namespace hillock::import
