// Points of a design space: which of them no other beats, and which one to take.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace hillock::driver {

// What is compared. Accuracies are to be high, all else low.
struct Objectives {
  double accuracy = 0;
  double held_out = 0;  // of the samples that the quantizer has not seen; where it saw none, of all
  double latency_s = 0;  // mean of a sample
  double energy_j = 0;   // nominal
  double luts = 0;
};

// At least as good in everything.
[[nodiscard]] bool covers(const Objectives& a, const Objectives& b);

// The points that no other one covers; of equal ones the first. Rising.
[[nodiscard]] std::vector<std::size_t> pareto_front(const std::vector<Objectives>& points);

// What a pick is to hold.
struct Limits {
  std::optional<double> held_out;  // at least
  std::optional<double> latency_s;
  std::optional<double> energy_j;
  std::optional<double> luts;
};

// Of the points in `among` that hold the limits: the smallest where only latency is limited, the
// fastest where only the size is, else the one of the least product of size, latency and energy; of
// equals the most accurate. nullopt where none holds them.
[[nodiscard]] std::optional<std::size_t> pick(const std::vector<Objectives>& points,
                                              const std::vector<std::size_t>& among,
                                              const Limits& limits);

// At most `count` of `among`, spread over the ranges of the objectives, `first` (where there is
// one) and the best in each coming first.
[[nodiscard]] std::vector<std::size_t> spread(const std::vector<Objectives>& points,
                                              const std::vector<std::size_t>& among,
                                              std::optional<std::size_t> first, std::size_t count);

}  // namespace hillock::driver
