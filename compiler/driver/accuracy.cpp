#include "compiler/driver/accuracy.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>

namespace hillock::driver {

using nlohmann::json;

std::pair<double, double> wilson(std::size_t right, std::size_t samples) {
  if (samples == 0) return {0, 1};
  constexpr double kZ = 1.959963984540054;  // of 95 %, two-sided
  const auto n = static_cast<double>(samples);
  const double p = static_cast<double>(right) / n;
  const double spread = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double middle = p + kZ * kZ / (2 * n);
  const double whole = 1 + kZ * kZ / n;
  return {right == 0 ? 0.0 : (middle - spread) / whole,
          right == samples ? 1.0 : (middle + spread) / whole};
}

json accuracy_summary(const std::vector<std::size_t>& predictions,
                      const std::vector<std::int64_t>& labels, std::size_t first,
                      const std::vector<std::size_t>& which) {
  std::size_t right = 0;
  const std::size_t n = which.empty() ? predictions.size() : which.size();
  json out = {{"samples", n}, {"accuracy", nullptr}, {"interval", nullptr}};
  if (labels.empty() || n == 0) return out;
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t i = which.empty() ? k : which[k];
    if (static_cast<std::int64_t>(predictions[i]) == labels[first + i]) ++right;
  }
  const auto [lower, upper] = wilson(right, n);
  out["accuracy"] = static_cast<double>(right) / static_cast<double>(n);
  out["interval"] = {lower, upper};
  return out;
}

std::string fingerprint(const ir::Dataset& data) {
  // FNV-1a over the values, in whatever form they are kept.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3ULL; };
  for (const float v : data.x) mix(std::bit_cast<std::uint32_t>(v));
  for (const std::uint8_t v : data.bytes) mix(std::bit_cast<std::uint32_t>(static_cast<float>(v)));
  mix(data.timesteps);
  return fmt::format("{:016x}", hash);
}

ir::Dataset pick_samples(const ir::Dataset& data, const std::function<bool(std::size_t)>& take) {
  ir::Dataset picked;
  picked.file = data.file;
  picked.timesteps = data.timesteps;
  picked.features = data.features;
  picked.static_input = data.static_input;
  picked.still = data.still;
  picked.more_y.resize(data.more_y.size());
  const std::size_t row = data.feature_count() * (data.static_input ? 1 : data.timesteps);
  for (std::size_t i = 0; i < data.samples; ++i) {
    if (!take(i)) continue;
    const auto copy = [&](const auto& from, auto& to) {
      if (from.empty()) return;
      const auto begin = from.begin() + static_cast<std::ptrdiff_t>(i * row);
      to.insert(to.end(), begin, begin + static_cast<std::ptrdiff_t>(row));
    };
    copy(data.x, picked.x);
    copy(data.bytes, picked.bytes);
    if (!data.y.empty()) picked.y.push_back(data.y[i]);
    for (std::size_t o = 0; o < data.more_y.size(); ++o) {
      if (!data.more_y[o].empty()) picked.more_y[o].push_back(data.more_y[o][i]);
    }
    ++picked.samples;
  }
  return picked;
}

ir::Dataset calibration_half(const ir::Dataset& data) {
  return pick_samples(data, [](std::size_t i) { return !is_held_out(i); });
}

bool is_held_out(std::size_t sample) { return sample % 2 == 0; }

}  // namespace hillock::driver
