#include "compiler/driver/explore/front.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace hillock::driver {
namespace {

// Coordinates in which distances mean something: ratios of what is positive, points of accuracy.
std::array<double, 5> coordinates(const Objectives& o) {
  constexpr double kTiny = 1e-30;
  return {100 * o.accuracy, 100 * o.held_out, std::log2(std::max(o.latency_s, kTiny)),
          std::log2(std::max(o.energy_j, kTiny)), std::log2(std::max(o.luts, kTiny))};
}

double product(const Objectives& o) {
  return std::log(o.latency_s) + std::log(o.energy_j) + std::log(o.luts);
}

bool holds(const Objectives& o, const Limits& limits) {
  return (!limits.held_out || o.held_out >= *limits.held_out - 1e-12) &&
         (!limits.latency_s || o.latency_s <= *limits.latency_s) &&
         (!limits.energy_j || o.energy_j <= *limits.energy_j) &&
         (!limits.luts || o.luts <= *limits.luts);
}

}  // namespace

bool covers(const Objectives& a, const Objectives& b) {
  return a.accuracy >= b.accuracy && a.held_out >= b.held_out && a.latency_s <= b.latency_s &&
         a.energy_j <= b.energy_j && a.luts <= b.luts;
}

std::vector<std::size_t> pareto_front(const std::vector<Objectives>& points) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool beaten = false;
    for (std::size_t j = 0; j < points.size() && !beaten; ++j) {
      if (j == i || !covers(points[j], points[i])) continue;
      beaten = !covers(points[i], points[j]) || j < i;
    }
    if (!beaten) front.push_back(i);
  }
  return front;
}

std::optional<std::size_t> pick(const std::vector<Objectives>& points,
                                const std::vector<std::size_t>& among, const Limits& limits) {
  const bool smallest = limits.latency_s && !limits.luts && !limits.energy_j;
  const bool fastest = limits.luts && !limits.latency_s && !limits.energy_j;
  const auto cost = [&](const Objectives& o) {
    return smallest ? o.luts : fastest ? o.latency_s : product(o);
  };
  std::optional<std::size_t> best;
  for (const std::size_t i : among) {
    if (!holds(points[i], limits)) continue;
    if (!best) {
      best = i;
      continue;
    }
    const double mine = cost(points[i]);
    const double theirs = cost(points[*best]);
    if (mine < theirs || (mine == theirs && points[i].held_out > points[*best].held_out)) best = i;
  }
  return best;
}

std::vector<std::size_t> spread(const std::vector<Objectives>& points,
                                const std::vector<std::size_t>& among,
                                std::optional<std::size_t> first, std::size_t count) {
  std::vector<std::size_t> out;
  const auto add = [&](std::size_t i) {
    if (out.size() < count && std::find(out.begin(), out.end(), i) == out.end()) out.push_back(i);
  };
  if (among.empty()) return out;
  if (first) add(*first);
  const auto best = [&](auto better) {
    add(*std::min_element(among.begin(), among.end(), [&](std::size_t a, std::size_t b) {
      return better(points[a], points[b]);
    }));
  };
  using O = const Objectives&;
  best([](O a, O b) {
    return std::pair(a.held_out, a.accuracy) > std::pair(b.held_out, b.accuracy);
  });
  best([](O a, O b) { return a.luts < b.luts; });
  best([](O a, O b) { return a.latency_s < b.latency_s; });
  best([](O a, O b) { return a.energy_j < b.energy_j; });
  std::array<double, 5> lo{};
  std::array<double, 5> hi{};
  lo.fill(std::numeric_limits<double>::infinity());
  hi.fill(-std::numeric_limits<double>::infinity());
  for (const std::size_t i : among) {
    const auto c = coordinates(points[i]);
    for (std::size_t k = 0; k < c.size(); ++k) {
      lo[k] = std::min(lo[k], c[k]);
      hi[k] = std::max(hi[k], c[k]);
    }
  }
  const auto distance = [&](std::size_t a, std::size_t b) {
    const auto x = coordinates(points[a]);
    const auto y = coordinates(points[b]);
    double sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (hi[k] > lo[k]) sum += std::pow((x[k] - y[k]) / (hi[k] - lo[k]), 2);
    }
    return sum;
  };
  while (out.size() < std::min(count, among.size())) {
    std::optional<std::size_t> farthest;
    double most = -1;
    for (const std::size_t i : among) {
      double nearest = std::numeric_limits<double>::infinity();
      for (const std::size_t o : out) nearest = std::min(nearest, distance(i, o));
      if (std::find(out.begin(), out.end(), i) == out.end() && nearest > most) {
        most = nearest;
        farthest = i;
      }
    }
    if (!farthest) break;
    add(*farthest);
  }
  return out;
}

}  // namespace hillock::driver
